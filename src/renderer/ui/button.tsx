import type { ComponentProps, MouseEvent, ReactNode } from "react";
import styles from "./button.module.css";
import { cx } from "./class-names";
import { Kbd } from "./kbd";
import { Tooltip } from "./tooltip";

type ButtonVariant = "default" | "primary" | "ghost" | "danger" | "danger-quiet";
type ButtonSize = "md" | "sm" | "xs";

interface ButtonProps extends Omit<ComponentProps<"button">, "disabled"> {
  /** `primary` at most once a view. `danger` only in a dialog that confirms; elsewhere `danger-quiet`. */
  readonly variant?: ButtonVariant;
  readonly size?: ButtonSize;
  /** A 14 px icon before the text. */
  readonly icon?: ReactNode;
  /** Its key, shown as a hint. Binding it is `useHotkeys`' work. */
  readonly keys?: string | undefined;
  /** Why it cannot be used now. It stays visible and focusable, and says so on hover and focus. */
  readonly disabledReason?: string | null | undefined;
  /** For a button that toggles. */
  readonly pressed?: boolean;
}

export function Button({
  variant = "default",
  size = "md",
  icon,
  keys,
  disabledReason,
  pressed,
  className,
  children,
  onClick,
  type = "button",
  ...rest
}: ButtonProps) {
  const off = disabledReason !== undefined && disabledReason !== null;
  const click = (event: MouseEvent<HTMLButtonElement>): void => {
    if (off) event.preventDefault();
    else onClick?.(event);
  };
  const button = (
    <button
      {...rest}
      type={type}
      className={cx(styles.button, className)}
      data-variant={variant}
      data-size={size}
      aria-disabled={off || rest["aria-disabled"]}
      aria-pressed={pressed}
      onClick={click}
    >
      {icon}
      {children}
      {keys !== undefined && <Kbd keys={keys} />}
    </button>
  );
  if (!off) return button;
  return (
    <Tooltip label={children} keys={keys} detail={disabledReason}>
      {button}
    </Tooltip>
  );
}

interface IconButtonProps extends Omit<ButtonProps, "children" | "icon" | "aria-label"> {
  /** Its name: for screen readers, and on hover with the key. */
  readonly label: string;
  readonly children: ReactNode;
}

/** A square button with an icon alone. */
export function IconButton({
  label,
  keys,
  disabledReason,
  children,
  variant = "ghost",
  className,
  ...rest
}: IconButtonProps) {
  const off = disabledReason !== undefined && disabledReason !== null;
  return (
    <Tooltip label={label} keys={keys} detail={off ? disabledReason : undefined}>
      <Button
        {...rest}
        variant={variant}
        aria-label={label}
        aria-disabled={off || undefined}
        className={cx(styles.icon, className)}
        onClick={off ? undefined : rest.onClick}
      >
        {children}
      </Button>
    </Tooltip>
  );
}
