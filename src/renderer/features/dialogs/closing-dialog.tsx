import { useRef, useState } from "react";
import { call, messageOf } from "../../api";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { plural } from "../../ui/format";
import styles from "./dialogs.module.css";
import { useDialogs } from "./dialogs-store";

type Choice = "leave_running" | "cancel_tasks" | "stay";

/** Asks what becomes of running tasks when the window closes. */
export function ClosingDialog() {
  const running = useDialogs((state) => state.closing);
  const [answer, setAnswer] = useState<Choice | null>(null);
  const [error, setError] = useState<string | null>(null);
  const leave = useRef<HTMLButtonElement>(null);
  const choose = async (choice: Choice) => {
    if (answer !== null) return;
    setAnswer(choice);
    setError(null);
    try {
      await call("app.close", { choice });
      if (choice === "stay") useDialogs.setState({ closing: null });
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setAnswer(null);
    }
  };
  const count = running ?? 0;
  const isOne = count === 1;
  const busy = answer !== null && answer !== "stay" ? "The window is closing" : null;
  return (
    <Dialog
      open={running !== null}
      onClose={() => void choose("stay")}
      title={`Close while ${plural(count, "task")} ${isOne ? "runs" : "run"}?`}
      description={
        answer === "cancel_tasks"
          ? `Stopping ${plural(count, "task")}. The window closes when ${isOne ? "it has" : "they have"} ended.`
          : undefined
      }
      initialFocus={leave}
      width={520}
      footer={
        <>
          <Button keys="Escape" onClick={() => void choose("stay")} disabledReason={busy}>
            Stay
          </Button>
          <Button variant="danger-quiet" onClick={() => void choose("cancel_tasks")} disabledReason={busy}>
            {isOne ? "Stop it and close" : "Stop them and close"}
          </Button>
          <Button ref={leave} variant="primary" onClick={() => void choose("leave_running")} disabledReason={busy}>
            {isOne ? "Leave it running" : "Leave them running"}
          </Button>
        </>
      }
    >
      <dl className={styles.choices}>
        <div>
          <dt>Leave {isOne ? "it" : "them"} running</dt>
          <dd>
            {isOne ? "It goes" : "They go"} on without the window. The next start finds {isOne ? "it" : "them"} again
            and records how {isOne ? "it" : "they"} ended; tasks that wait start then.
          </dd>
        </div>
        <div>
          <dt>Stop {isOne ? "it" : "them"} and close</dt>
          <dd>
            Work in progress is lost; logs and attempts are kept. {isOne ? "It" : "They"} can be retried at any time.
          </dd>
        </div>
      </dl>
      {error !== null && (
        <p className={styles.error} data-tone="failed" role="alert">
          {error}
        </p>
      )}
    </Dialog>
  );
}
