import type { Environment } from "../agents/agent";
import type { Store } from "../store/open";
import { numberSetting } from "../store/settings";
import { checkAndRemember } from "./agent-history";

const CHECK_MINUTES = "runner.agentCheckMinutes";
const MINUTE_MS = 60_000;

export interface AgentDuty {
  /** Begins no further check. One that is under way is not waited for: an endpoint may be silent for seconds. */
  stop(): Promise<void>;
}

/**
 * Checks all agents every so often, as the setting says, while this process starts the tasks: their health has a history
 * also while nobody looks. `minuteMs`: a minute of the setting, in milliseconds.
 */
export function checkAgentsRegularly(store: Store, environment: Environment, minuteMs: number = MINUTE_MS): AgentDuty {
  const place = { databaseFile: store.file, environment };
  let last = store.clock.monotonic();
  let isChecking = false;
  const look = (): void => {
    if (isChecking) return;
    const every = numberSetting(store.read, CHECK_MINUTES) * minuteMs;
    if (every === 0 || store.clock.monotonic() - last < every) return;
    last = store.clock.monotonic();
    // What cannot be written now is told of by the runner, and checked again the next time.
    isChecking = true;
    void checkAndRemember(store, place)
      .catch(() => undefined)
      .finally(() => {
        isChecking = false;
      });
  };
  const timer = setInterval(look, minuteMs / 4);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
    },
  };
}
