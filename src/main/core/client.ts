import { availableParallelism } from "node:os";
import { HiveError } from "../../shared/errors";
import { NO_SECRETS, type SecretSource } from "./bus/secret-source";
import { checkAgentsRegularly } from "./operations/agent-duty";
import { type Care, careInThread } from "./operations/care";
import { startCaretaker } from "./operations/caretaker";
import { serveMetrics } from "./operations/metrics-duty";
import { stopAllPlanning } from "./operations/plan-request";
import { planWaitingRequests } from "./operations/planning-duty";
import { cancelRest } from "./operations/plans";
import { routeForeignTasks } from "./operations/routing-duty";
import { launchSchedules } from "./operations/schedules";
import { deliverSubscriptions } from "./operations/subscriptions";
import { readTuning } from "./operations/tuning";
import { parsePlan } from "./plan/parse";
import { type Runner, type RunnerOptions, startRunner } from "./runner/runner";
import type { ReadPlan } from "./runner/scheduled-plan";
import { type OpenMode, type OpenOptions, openStore, type Store } from "./store/open";
import { listCancellingPlans } from "./store/plan-control";
import { readSlots, settingsStamp } from "./store/settings";

/** `slots` null: as many as an operator set for the database, else as the machine has cores. */
export type RunnerPart = Omit<RunnerOptions, "slots"> & { readonly slots: number | null };

export interface CoreOptions extends OpenOptions {
  /** How this process takes part in running tasks; null, and always in `observe`: it only looks and acts. */
  readonly runner: RunnerPart | null;
  /** How the plan files of schedules are read. Default: at once, in this thread. */
  readonly readPlan?: ReadPlan;
  /** Who does long work on the file: backups. Default: this thread. */
  readonly care?: Care;
  /** Where the keys of webhooks are found that are not in the environment. Default: nowhere. */
  readonly secrets?: SecretSource;
}

/** An open database, and this process's part in running its tasks. */
export interface Core<R extends Runner | null = Runner | null> {
  readonly store: Store;
  readonly runner: R;
  /** Stops the runner, leaving running tasks alone unless it was stopped otherwise before, and lets go of the file. */
  close(): Promise<void>;
}

/** Throws what `openStore` throws. */
export function openCore(
  options: CoreOptions & { readonly runner: RunnerPart; readonly mode?: Exclude<OpenMode, "observe"> },
): Promise<Core<Runner>>;
export function openCore(options: CoreOptions): Promise<Core>;
export async function openCore({
  runner: runnerOptions,
  readPlan = parsePlan,
  secrets = NO_SECRETS,
  care,
  ...options
}: CoreOptions): Promise<Core> {
  const store = await openStore(options);
  if (runnerOptions !== null && options.mode !== "observe" && store.info().mode === "observe") {
    await store.close();
    throw new HiveError("not_allowed", `${store.file} is an incident bundle: nothing of it runs. Open it to observe.`, {
      file: store.file,
    });
  }
  const environment = runnerOptions?.environment ?? process.env;
  const duties = (epoch: number) => {
    const all = [
      launchSchedules(store, epoch, readPlan),
      deliverSubscriptions(store, epoch, { secrets, environment }),
      startCaretaker(store, care ?? careInThread(options)),
      serveMetrics(store, environment),
      checkAgentsRegularly(store, environment),
      routeForeignTasks(store, environment),
      planWaitingRequests(store, environment),
    ];
    return { stop: async () => void (await Promise.all(all.map((duty) => duty.stop()))) };
  };
  const runner =
    runnerOptions === null || options.mode === "observe" ? null : begin(store, { duties, ...runnerOptions });
  if (runner !== null) resumeCancelsWhenElected(store, runner);
  let closing: Promise<void> | null = null;
  const shut = async () => {
    await Promise.all([runner?.stop({ tasks: "leave" }), stopAllPlanning(store)]);
    await store.close();
  };
  return {
    store,
    runner,
    close: () => {
      closing ??= shut();
      return closing;
    },
  };
}

function begin(store: Store, options: RunnerPart): Runner {
  const first = readSlots(store.read);
  // What this process was told wins over what is set for the database.
  const tuning = () => ({ ...readTuning(store.read), ...options });
  const runner = startRunner(store, { ...tuning(), slots: options.slots ?? first?.slots ?? availableParallelism() });
  let seen = first?.at;
  let stamp = settingsStamp(store.read);
  // Whichever process an operator sets something in, the one that starts the tasks follows.
  store.changes.subscribe(() => {
    const now = settingsStamp(store.read);
    if (now === stamp) return;
    stamp = now;
    runner.tune(tuning());
    const setting = readSlots(store.read);
    if (setting?.at !== seen) {
      seen = setting?.at;
      runner.setSlots(setting?.slots ?? options.slots ?? availableParallelism());
    }
  });
  return runner;
}

/** Whoever begins to dispatch takes up what its forerunner left: at the start, and when another console dies. */
function resumeCancelsWhenElected(store: Store, runner: Runner): void {
  let dispatched = false;
  const look = (): void => {
    const { dispatching } = runner.info();
    if (dispatching && !dispatched) void resumeCancels(store);
    dispatched = dispatching;
  };
  runner.onChange(look);
  look();
}

/**
 * Goes on with cancellations whose process ended between two batches. What keeps it from that (a full disk, a
 * lock) is shown by the runner; the plan still says that it is being cancelled, and can be cancelled again.
 */
async function resumeCancels(store: Store): Promise<void> {
  try {
    for (const planId of listCancellingPlans(store.read)) await cancelRest(store, planId);
  } catch (error) {
    if (!(error instanceof HiveError)) throw error;
  }
}
