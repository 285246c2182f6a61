import { KeyRound, PlugZap } from "lucide-react";
import { useEffect, useId, useState } from "react";
import type { AgentHealth } from "../../../shared/model/agent";
import type { SecretState } from "../../../shared/settings-contract";
import { call, messageOf } from "../../api";
import { Button } from "../../ui/button";
import { Panel } from "../../ui/panel";
import { StatusGlyph } from "../../ui/status";
import { toast } from "../../ui/toast";
import { SettingLine } from "./setting-line";
import styles from "./settings.module.css";
import { useSetting } from "./settings-store";

const TONES = { healthy: "completed", degraded: "escalated", unhealthy: "failed" } as const;
const WORDS = { healthy: "It works", degraded: "It answers", unhealthy: "It does not work" } as const;

/** Which language model agents ask, with which key, and whether that works. */
export function LlmPanel() {
  const [health, setHealth] = useState<AgentHealth | null>(null);
  const [isTesting, setIsTesting] = useState(false);
  const endpoint = useSetting("llm.endpoint")?.value;
  const model = useSetting("llm.model")?.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was found out is of what was set then
  useEffect(() => setHealth(null), [endpoint, model]);
  const test = async (): Promise<void> => {
    setIsTesting(true);
    setHealth(null);
    try {
      setHealth(await call("llm.test", {}));
    } catch (error) {
      setHealth({ status: "unhealthy", message: messageOf(error), details: {} });
    }
    setIsTesting(false);
  };
  return (
    <Panel
      title="Language models"
      meta="for agents that ask one, where no plan or agent's file says otherwise"
      actions={
        <Button
          size="sm"
          icon={<PlugZap size={12} />}
          disabledReason={isTesting ? "It is being asked." : null}
          onClick={() => void test()}
        >
          {isTesting ? "Testing…" : "Test"}
        </Button>
      }
    >
      <SettingLine name="llm.endpoint" />
      <SettingLine name="llm.model" />
      <KeyLine onChange={() => setHealth(null)} />
      {health !== null && (
        <p className={styles.health} role="status">
          <StatusGlyph kind="task" state={TONES[health.status]} size={14} />
          <span>
            <b>{WORDS[health.status]}.</b> {health.message}
          </span>
        </p>
      )}
    </Panel>
  );
}

function KeyLine({ onChange }: { readonly onChange: () => void }) {
  const [state, setState] = useState<SecretState | null>(null);
  const [text, setText] = useState("");
  const id = useId();
  useEffect(() => {
    call("llm.key", {}).then(setState, () => setState(null));
  }, []);
  const keep = async (key: string | null): Promise<void> => {
    try {
      setState(await call("llm.setKey", { key }));
      setText("");
      onChange();
      toast.success(key === null ? "The key was removed" : "The key is kept");
    } catch (error) {
      toast.error("The key could not be kept", { description: messageOf(error) });
    }
  };
  return (
    <div className={styles.line}>
      <div className={styles.words}>
        <label htmlFor={id} className={styles.label}>
          Key
        </label>
        <p id={`${id}-says`} className={styles.says}>
          Sent as bearer token to the endpoint above. It is never in the database, a log, an event or an exported file,
          and tasks do not see it. The command <code>hive</code> cannot read it: it goes by HIVE_LLM_KEY_ENV.
        </p>
        {state !== null && (
          <p className={styles.keeping} data-tone={state.keeping === "keyring" ? undefined : "escalated"}>
            <KeyRound size={12} aria-hidden="true" />
            {state.isSet ? "A key is set. " : "No key is set. "}
            {state.says}
          </p>
        )}
      </div>
      <form
        className={styles.value}
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== "") void keep(text);
        }}
      >
        <input
          id={id}
          className={styles.field}
          type="password"
          autoComplete="off"
          value={text}
          placeholder={state?.isSet ? "another key" : "sk-…"}
          aria-describedby={`${id}-says`}
          onChange={({ target }) => setText(target.value)}
        />
        <Button size="sm" type="submit" disabledReason={text.trim() === "" ? "Type a key first." : null}>
          Keep
        </Button>
        {state?.isSet && (
          <Button size="sm" variant="danger-quiet" onClick={() => void keep(null)}>
            Remove
          </Button>
        )}
      </form>
    </div>
  );
}
