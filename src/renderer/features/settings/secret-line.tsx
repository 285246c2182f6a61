import { KeyRound } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import type { SecretState } from "../../../shared/settings-contract";
import { messageOf } from "../../api";
import { Button } from "../../ui/button";
import { toast } from "../../ui/toast";
import styles from "./settings.module.css";

interface SecretLineProps {
  readonly label: string;
  /** What it is called in sentences: "The key is kept". */
  readonly noun: string;
  readonly says: ReactNode;
  /** Null: not known yet. */
  readonly state: SecretState | null;
  /** What holds now, as far as it may be shown. */
  readonly holds: string | null;
  readonly placeholder: string;
  /** Keeps it, or takes it away. */
  readonly keep: (secret: string | null) => Promise<void>;
}

/** A secret of safe storage: given, replaced and removed, and never shown. */
export function SecretLine({ label, noun, says, state, holds, placeholder, keep }: SecretLineProps) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  const put = async (secret: string | null): Promise<void> => {
    setProblem(null);
    try {
      await keep(secret);
      setText("");
      toast.success(secret === null ? `The ${noun} was removed` : `The ${noun} is kept`);
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <div className={styles.line}>
      <div>
        <label htmlFor={id} className={styles.label}>
          {label}
        </label>
        <p id={`${id}-says`} className={styles.says}>
          {says}
        </p>
        {state !== null && (
          <p className={styles.keeping} data-tone={state.keeping === "keyring" ? undefined : "escalated"}>
            <KeyRound size={12} aria-hidden="true" />
            {holds ?? (state.isSet ? `A ${noun} is set.` : `No ${noun} is set.`)} {state.says}
          </p>
        )}
        {problem !== null && (
          <p className={styles.problem} data-tone="failed" role="alert">
            {problem}
          </p>
        )}
      </div>
      <form
        className={styles.value}
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== "") void put(text);
        }}
      >
        <input
          id={id}
          className={styles.field}
          type="password"
          autoComplete="off"
          value={text}
          placeholder={state?.isSet ? `another ${noun}` : placeholder}
          aria-describedby={`${id}-says`}
          aria-invalid={problem === null ? undefined : true}
          onChange={({ target }) => setText(target.value)}
        />
        <Button size="sm" type="submit" disabledReason={text.trim() === "" ? `Type the ${noun} first.` : null}>
          Keep
        </Button>
        {state?.isSet && (
          <Button size="sm" variant="danger-quiet" onClick={() => void put(null)}>
            Remove
          </Button>
        )}
      </form>
    </div>
  );
}
