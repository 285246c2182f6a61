import { useEffect, useRef, useState } from "react";
import { messageOf } from "../../api";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { type Act, type ActPreview, closeAct, useAct } from "./act-store";
import { ConfirmDialog } from "./confirm-dialog";
import styles from "./dialogs.module.css";

/** The dialog of the act that is asked about; the shell shows it once. */
export function ActDialog() {
  const act = useAct((state) => state.act);
  return act === null ? null : <AskedAct key={act.title} act={act} />;
}

function AskedAct({ act }: { readonly act: Act }) {
  const [option, setOption] = useState(act.options?.[0]?.id ?? null);
  const [preview, setPreview] = useState<ActPreview | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each attempt reads it again
  useEffect(() => {
    let gone = false;
    const read = async (): Promise<void> => {
      setError(null);
      try {
        const found = await act.preview(option);
        if (!gone) setPreview(found);
      } catch (failure) {
        if (!gone) setError(messageOf(failure));
      }
    };
    void read();
    return () => {
      gone = true;
    };
  }, [act, option, attempt]);
  if (preview === null || preview.confirmLabel === null) {
    return <Looking act={act} preview={preview} error={error} onRetry={() => setAttempt((count) => count + 1)} />;
  }
  return (
    <ConfirmDialog
      open
      onClose={closeAct}
      title={preview.title}
      consequence={preview.consequence}
      affected={preview.affected}
      confirmLabel={preview.confirmLabel}
      confirmVariant={act.variant ?? "danger"}
      keepLabel={act.keepLabel}
      {...(preview.more === undefined ? {} : { more: preview.more })}
      {...(preview.skipped === undefined ? {} : { skipped: preview.skipped })}
      {...(act.reasons === undefined ? {} : { reasons: act.reasons })}
      {...(act.stop === undefined ? {} : { stop: act.stop })}
      {...(act.needsReason === undefined ? {} : { needsReason: act.needsReason })}
      options={<Options act={act} option={option} onChoose={setOption} error={error} />}
      onConfirm={(reason) => act.run({ option, reason })}
    />
  );
}

interface LookingProps {
  readonly act: Act;
  readonly preview: ActPreview | null;
  readonly error: string | null;
  readonly onRetry: () => void;
}

/** Before the preview is there, and where there is nothing to do. */
function Looking({ act, preview, error, onRetry }: LookingProps) {
  const close = useRef<HTMLButtonElement>(null);
  return (
    <Dialog
      open
      onClose={closeAct}
      title={preview?.title ?? act.title}
      initialFocus={close}
      footer={
        <>
          {error !== null && <Button onClick={onRetry}>Look again</Button>}
          <Button ref={close} keys="Escape" onClick={closeAct}>
            Close
          </Button>
        </>
      }
    >
      {error === null ? (
        <p className={styles.looking} role="status">
          {preview?.consequence ?? "Looking at what it would touch…"}
        </p>
      ) : (
        <p className={styles.error} data-tone="failed" role="alert">
          {error}
        </p>
      )}
    </Dialog>
  );
}

interface OptionsProps {
  readonly act: Act;
  readonly option: string | null;
  readonly onChoose: (option: string) => void;
  readonly error: string | null;
}

function Options({ act, option, onChoose, error }: OptionsProps) {
  return (
    <>
      {act.options !== undefined && act.options.length > 1 && (
        <fieldset className={styles.options} aria-label="How far it goes">
          {act.options.map(({ id, label, detail }) => (
            <label key={id}>
              <input type="radio" name="act-option" checked={id === option} onChange={() => onChoose(id)} />
              <span>
                <b>{label}</b> {detail}
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {error !== null && (
        <p className={styles.error} data-tone="failed" role="alert">
          {error}
        </p>
      )}
    </>
  );
}
