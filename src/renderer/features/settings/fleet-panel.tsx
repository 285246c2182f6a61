import { useEffect, useState } from "react";
import type { FleetSecrets } from "../../../shared/fleet-contract";
import { call } from "../../api";
import { Panel } from "../../ui/panel";
import { TestButton, TestOutcome, useHealthTest } from "./health-test";
import { SecretLine } from "./secret-line";
import { SettingLine } from "./setting-line";
import { useSetting } from "./settings-store";

/** Whether tasks go to workers on other hosts, through which Redis, and whether that works. */
export function FleetPanel() {
  const test = useHealthTest(() => call("fleet.test", {}));
  const [secrets, setSecrets] = useState<FleetSecrets | null>(null);
  const caFile = useSetting("fleet.caFile")?.value;
  const artifacts = useSetting("fleet.artifacts")?.value;
  // What was found out is of what was set then; a setting may also decide what the address means.
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when one of them changes
  useEffect(() => {
    test.clear();
    call("fleet.secrets", {}).then(setSecrets, () => setSecrets(null));
  }, [caFile, artifacts]);
  const keep = async (changing: Promise<FleetSecrets>): Promise<void> => {
    setSecrets(await changing);
    test.clear();
  };
  const { url = null, key = null } = secrets ?? {};
  return (
    <>
      <Panel title="Which tasks" meta="where neither a plan nor a subtask says so">
        <SettingLine name="fleet.executor" />
        <SettingLine name="fleet.queue" />
      </Panel>
      <Panel
        title="Connection"
        meta="to the Redis between consoles and workers on other hosts"
        actions={<TestButton test={test} />}
      >
        <SecretLine
          label="Redis"
          noun="address"
          says={
            <>
              redis://HOST:6379, or rediss://:PASSWORD@HOST:6379 for TLS with a password. It is kept like a key, for it
              holds one. The command <code>hive</code> and workers go by HIVE_FLEET_REDIS.
            </>
          }
          state={url}
          holds={url?.shown == null ? null : `${url.shown}.`}
          placeholder="redis://localhost:6379"
          keep={(secret) => keep(call("fleet.setUrl", { url: secret }))}
        />
        <SecretLine
          label="Key"
          noun="key"
          says={
            <>
              With it, what tasks are given, print and return stands in Redis sealed, and a worker without it is
              refused. Make one with <code>hive fleet key</code> and give it to workers as HIVE_FLEET_KEY. A new one
              goes in front of the old, with a comma, until every worker has it.
            </>
          }
          state={key}
          holds={key?.keyId == null ? null : `Key ${key.keyId} seals.`}
          placeholder="43 characters"
          keep={(secret) => keep(call("fleet.setKey", { key: secret }))}
        />
        <SettingLine name="fleet.caFile" />
        <SettingLine name="fleet.artifacts" />
        <TestOutcome test={test} degraded="It works, but" />
      </Panel>
    </>
  );
}
