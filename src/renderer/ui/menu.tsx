import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import styles from "./menu.module.css";

interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactElement;
  readonly align?: "start" | "end";
  /** What has the focus when it has closed; null: nothing, until somebody takes it. Default: its button. */
  readonly focusAfter?: () => HTMLElement | null;
  readonly children: ReactNode;
}

/** A list of acts or choices under a button. Arrow keys move, Escape closes. */
export function Menu({ trigger, align = "start", focusAfter, children }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={styles.positioner} sideOffset={4} align={align} collisionPadding={8}>
          <Base.Popup className={styles.popup} finalFocus={focusAfter && (() => focusAfter() ?? false)}>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface MenuItemProps {
  readonly children: ReactNode;
  readonly icon?: ReactNode;
  /** Beside the words, muted. */
  readonly hint?: ReactNode;
  /** Why it cannot be chosen now. */
  readonly disabledReason?: string | null | undefined;
  readonly onSelect: () => void;
}

export function MenuItem({ children, icon, hint, disabledReason, onSelect }: MenuItemProps) {
  const off = disabledReason !== undefined && disabledReason !== null;
  return (
    <Base.Item className={styles.item} disabled={off} title={off ? disabledReason : undefined} onClick={onSelect}>
      <span className={styles.mark}>{icon}</span>
      <span className={styles.words}>{children}</span>
      {hint !== undefined && <span className={styles.hint}>{hint}</span>}
    </Base.Item>
  );
}

interface MenuChoiceProps extends Omit<MenuItemProps, "icon"> {
  readonly isChosen: boolean;
  /** The menu stays open, for further choices. */
  readonly stays?: boolean;
}

/** One of several, or one that is on or off, with a mark when it is chosen. */
export function MenuChoice({ children, isChosen, hint, disabledReason, onSelect, stays = false }: MenuChoiceProps) {
  const off = disabledReason !== undefined && disabledReason !== null;
  return (
    <Base.CheckboxItem
      className={styles.item}
      checked={isChosen}
      disabled={off}
      title={off ? disabledReason : undefined}
      closeOnClick={!stays}
      onCheckedChange={onSelect}
    >
      <span className={styles.mark}>{isChosen && <Check size={12} />}</span>
      <span className={styles.words}>
        {children}
        {off && <small>{disabledReason}</small>}
      </span>
      {hint !== undefined && <span className={styles.hint}>{hint}</span>}
    </Base.CheckboxItem>
  );
}

export function MenuHeading({ children }: { readonly children: ReactNode }) {
  return <div className={styles.heading}>{children}</div>;
}

export function MenuLine() {
  return <Base.Separator className={styles.line} />;
}
