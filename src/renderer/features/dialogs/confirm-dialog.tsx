import { type ReactNode, useId, useRef, useState } from "react";
import { messageOf } from "../../api";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { formatCount } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import type { StateKind } from "../../ui/looks";
import { StatusGlyph } from "../../ui/status";
import type { ActStop } from "./act-store";
import styles from "./dialogs.module.css";

/** One thing that the act will touch. */
export interface AffectedItem {
  readonly id: string;
  readonly kind: StateKind;
  readonly state: string;
  readonly title: string;
  /** Where it belongs, or what will happen to it. */
  readonly detail?: ReactNode;
  /** A figure at the right: how long it has run. */
  readonly figure?: ReactNode;
}

interface ConfirmDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  /** Verb and count: "Cancel 6 running tasks?" */
  readonly title: string;
  /** What will happen, what is lost and what is kept. */
  readonly consequence: ReactNode;
  readonly affected: readonly AffectedItem[];
  /** How many more it touches than are listed. */
  readonly more?: number;
  /** What was chosen too and is left alone, with the reason: "4 that have completed". */
  readonly skipped?: readonly string[];
  /** Between the list and the reason: what can be chosen about the act. */
  readonly options?: ReactNode;
  /** Reasons that are given often; a click fills one in. */
  readonly reasons?: readonly string[];
  /** Nobody may act without a reason. */
  readonly needsReason?: boolean;
  /** The act again: "Cancel 6 tasks". */
  readonly confirmLabel: string;
  /** Default `danger`: most of what is asked about takes something away. */
  readonly confirmVariant?: "danger" | "primary";
  /** What not doing it means: "Keep running". */
  readonly keepLabel: string;
  /** Stands in place of `keepLabel` while it is being done. Default: it cannot be stopped. */
  readonly stop?: ActStop;
  /** Does it. When it throws, the dialog stays with what was typed and says why. */
  readonly onConfirm: (reason: string | undefined) => Promise<void>;
}

/** Asks before an act that cannot be taken back. Enter alone never confirms; the reason goes with the act. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { open, onClose, title, consequence } = props;
  const reason = useRef<HTMLTextAreaElement>(null);
  const [isBusy, setIsBusy] = useState(false);
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      description={consequence}
      initialFocus={reason}
      mustAnswer={isBusy}
    >
      {open && <ConfirmForm {...props} reasonRef={reason} isBusy={isBusy} setIsBusy={setIsBusy} />}
    </Dialog>
  );
}

interface ConfirmFormProps extends ConfirmDialogProps {
  readonly reasonRef: React.RefObject<HTMLTextAreaElement | null>;
  readonly isBusy: boolean;
  readonly setIsBusy: (isBusy: boolean) => void;
}

function ConfirmForm(props: ConfirmFormProps) {
  const {
    onClose,
    affected,
    more = 0,
    skipped = [],
    options,
    reasons = [],
    needsReason = false,
    confirmLabel,
    confirmVariant = "danger",
    keepLabel,
    stop,
    onConfirm,
    reasonRef,
    isBusy,
    setIsBusy,
  } = props;
  const [reason, setReason] = useState("");
  const reasonId = useId();
  const [error, setError] = useState<string | null>(null);
  const missing = needsReason && reason.trim() === "" ? "Say why: it is stored with each task." : null;
  const confirm = async () => {
    if (isBusy || missing !== null) return;
    setIsBusy(true);
    setError(null);
    try {
      await onConfirm(reason.trim() === "" ? undefined : reason.trim());
      onClose();
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setIsBusy(false);
    }
  };
  useHotkeys({
    group: "Dialog",
    scope: "dialog",
    hotkeys: [
      { keys: ["Mod+Enter"], label: confirmLabel, whileTyping: true, run: () => void confirm() },
      {
        keys: ["Mod+."],
        label: stop?.label ?? "Stop",
        disabled: !isBusy || stop === undefined,
        whileTyping: true,
        run: () => void stop?.run(),
      },
    ],
  });
  return (
    <>
      {affected.length > 0 && (
        <ul className={styles.affected} aria-label="What it touches">
          {affected.map((item) => (
            <li key={item.id}>
              <StatusGlyph kind={item.kind} state={item.state} named />
              <span className={styles.itemTitle} title={item.title}>
                {item.title}
              </span>
              <span className={styles.itemDetail}>{item.detail}</span>
              <span className={styles.itemFigure}>{item.figure}</span>
            </li>
          ))}
          {more > 0 && <li className={styles.more}>and {formatCount(more)} more</li>}
        </ul>
      )}
      {skipped.length > 0 && <p className={styles.skipped}>Left alone: {skipped.join(", ")}.</p>}
      {options}
      <div className={styles.reason}>
        <div className={styles.reasonHead}>
          <label htmlFor={reasonId}>
            Reason <small>{needsReason ? "required" : "optional"}, stored with the act</small>
          </label>
          {reasons.map((words) => (
            <button
              key={words}
              type="button"
              className={styles.chip}
              onClick={() => {
                setReason(words);
                reasonRef.current?.focus();
              }}
            >
              {words}
            </button>
          ))}
        </div>
        <textarea
          id={reasonId}
          ref={reasonRef}
          value={reason}
          maxLength={2_000}
          rows={2}
          required={needsReason}
          onChange={(event) => setReason(event.target.value)}
        />
      </div>
      {error !== null && (
        <p className={styles.error} data-tone="failed" role="alert">
          {error}
        </p>
      )}
      <footer className={styles.footer}>
        <span className={styles.note} role="status">
          {isBusy ? "Waiting for the database…" : "Recorded as operator"}
        </span>
        {isBusy && stop !== undefined ? (
          <Button onClick={() => void stop.run()} keys="Mod+.">
            {stop.label}
          </Button>
        ) : (
          <Button onClick={onClose} keys="Escape" disabledReason={isBusy ? "It is being done" : null}>
            {keepLabel}
          </Button>
        )}
        <Button
          variant={confirmVariant}
          keys="Mod+Enter"
          onClick={() => void confirm()}
          disabledReason={isBusy ? "It is being done" : missing}
        >
          {confirmLabel}
        </Button>
      </footer>
    </>
  );
}
