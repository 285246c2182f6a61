import { Dialog as Base } from "@base-ui/react/dialog";
import { type ReactNode, type RefObject, useEffect } from "react";
import styles from "./dialog.module.css";
import { holdKeys } from "./hotkeys";

interface DialogProps {
  readonly open: boolean;
  /** Escape, the scrim or a close button. */
  readonly onClose: () => void;
  /** A verb and what it acts on. */
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly children?: ReactNode;
  /** Actions at the bottom, the one that acts last. */
  readonly footer?: ReactNode;
  /** Pixels. Default 560. */
  readonly width?: number;
  /** What has the focus first. Default: the first that can have it. */
  readonly initialFocus?: RefObject<HTMLElement | null>;
  /** Escape and the scrim do not close it: it needs an answer. */
  readonly mustAnswer?: boolean;
}

/** A modal dialog. While one is open, keys of the views behind it rest; its own use scope `dialog`. */
export function Dialog(props: DialogProps) {
  const { open, onClose, title, description, children, footer, width = 560, initialFocus, mustAnswer = false } = props;
  useEffect(() => (open ? holdKeys() : undefined), [open]);
  return (
    <Base.Root
      open={open}
      onOpenChange={(next) => {
        if (!next && !mustAnswer) onClose();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className={styles.scrim} />
        <Base.Viewport className={styles.viewport}>
          <Base.Popup className={styles.popup} style={{ width }} {...(initialFocus ? { initialFocus } : {})}>
            <header className={styles.head}>
              <Base.Title className={styles.title}>{title}</Base.Title>
              {description !== undefined && (
                <Base.Description className={styles.description}>{description}</Base.Description>
              )}
            </header>
            {children !== undefined && <div className={styles.body}>{children}</div>}
            {footer !== undefined && <footer className={styles.footer}>{footer}</footer>}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}
