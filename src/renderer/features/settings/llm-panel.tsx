import { useEffect, useState } from "react";
import type { SecretState } from "../../../shared/settings-contract";
import { call } from "../../api";
import { Panel } from "../../ui/panel";
import { TestButton, TestOutcome, useHealthTest } from "./health-test";
import { SecretLine } from "./secret-line";
import { SettingLine } from "./setting-line";
import { useSetting } from "./settings-store";

/** Which language model agents ask, with which key, and whether that works. */
export function LlmPanel() {
  const test = useHealthTest(() => call("llm.test", {}));
  const [key, setKey] = useState<SecretState | null>(null);
  const endpoint = useSetting("llm.endpoint")?.value;
  const model = useSetting("llm.model")?.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was found out is of what was set then
  useEffect(() => test.clear(), [endpoint, model]);
  useEffect(() => {
    call("llm.key", {}).then(setKey, () => setKey(null));
  }, []);
  return (
    <Panel
      title="Language models"
      meta="for agents that ask one, where no plan or agent's file says otherwise"
      actions={<TestButton test={test} />}
    >
      <SettingLine name="llm.endpoint" />
      <SettingLine name="llm.model" />
      <SecretLine
        label="Key"
        noun="key"
        says={
          <>
            Sent as bearer token to the endpoint above. It is never in the database, a log, an event or an exported
            file, and tasks do not see it. The command <code>hive</code> cannot read it: it goes by HIVE_LLM_KEY_ENV.
          </>
        }
        state={key}
        holds={null}
        placeholder="sk-…"
        keep={async (secret) => {
          setKey(await call("llm.setKey", { key: secret }));
          test.clear();
        }}
      />
      <TestOutcome test={test} degraded="It answers" />
    </Panel>
  );
}
