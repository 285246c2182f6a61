import { useRef, useState } from "react";
import { messageOf } from "../../api";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import styles from "./dialogs.module.css";

interface NameDialogProps {
  readonly title: string;
  /** Where it is kept, and who has it. */
  readonly description: string;
  readonly confirm: string;
  readonly name: string;
  /** Names that are in use: what has one of them is replaced. */
  readonly taken?: readonly string[];
  readonly onClose: () => void;
  /** When it throws, the dialog stays and says why. */
  readonly onName: (name: string) => Promise<void> | void;
}

/** Asks for a name. */
export function NameDialog({ title, description, confirm, name: given, taken = [], onClose, onName }: NameDialogProps) {
  const [name, setName] = useState(given);
  const [error, setError] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const trimmed = name.trim();
  const submit = async (): Promise<void> => {
    if (trimmed === "") return;
    try {
      await onName(trimmed);
      onClose();
    } catch (failure) {
      setError(messageOf(failure));
    }
  };
  const replaces = taken.includes(trimmed);
  return (
    <Dialog
      open
      onClose={onClose}
      width={400}
      title={title}
      description={description}
      initialFocus={input}
      footer={
        <>
          <Button keys="Escape" onClick={onClose}>
            Leave it
          </Button>
          <Button
            variant="primary"
            keys="Enter"
            disabledReason={trimmed === "" ? "It needs a name." : null}
            onClick={() => void submit()}
          >
            {replaces ? "Replace" : confirm}
          </Button>
        </>
      }
    >
      <form
        className={styles.nameForm}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <label>
          Name
          <input
            ref={input}
            value={name}
            maxLength={80}
            spellCheck={false}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        {replaces && <p>There is one with this name: it is replaced.</p>}
        {error !== null && (
          <p data-tone="failed" role="alert" className={styles.nameError}>
            {error}
          </p>
        )}
      </form>
    </Dialog>
  );
}
