import type { Handlers } from "../../shared/contract";
import { HiveError, toErrorBody } from "../../shared/errors";
import type { RetentionPreview, RetentionRun } from "../../shared/model/retention";
import type { retentionContract } from "../../shared/retention-contract";
import type { Store } from "../core/store/open";
import type { CareDesk } from "./care";
import type { RetentionPart } from "./care-jobs";
import type { Explorer, RunningJob } from "./client";

export interface RetentionServices {
  readonly store: Store;
  readonly explorer: Explorer;
  readonly care: CareDesk;
  readonly nativeBinding: string | undefined;
  readonly actor: string;
}

const IDLE: RetentionRun = { state: "idle", share: 0, report: null, error: null };

/** What is kept how long, for the database that is open. `end` stops what is under way. */
export function createRetentionHandlers({ store, explorer, care, nativeBinding, actor }: RetentionServices) {
  let run: RetentionRun = IDLE;
  let job: RunningJob | null = null;
  const mustOperate = (): void => {
    if (store.info().mode !== "observe") return;
    const what = "The database is open in Observe mode: nothing here changes it. Open it to operate.";
    throw new HiveError("not_allowed", what);
  };

  function apply(reason: string | null): void {
    if (run.state === "running") return;
    run = { ...IDLE, state: "running" };
    const database = { file: store.file, nativeBinding: nativeBinding ?? null, filesFolder: store.filesFolder };
    const onPart = ({ share, report }: RetentionPart): void => {
      run = { ...run, share, report };
    };
    const mine = explorer.run<"retain">({ kind: "retain", ...database, reason, actor }, { onPart, timeoutMs: null });
    job = mine;
    mine.ended.then(
      () => {
        if (run.state === "running") run = { ...run, state: "done", share: 1 };
      },
      (error: unknown) => {
        run = { ...run, state: "failed", error: toErrorBody(error).message };
      },
    );
  }

  function stop(): void {
    if (run.state !== "running") return;
    run = { ...run, state: "stopped" };
    job?.cancel();
  }

  const handlers = {
    "retention.preview": (): Promise<RetentionPreview> => care.previewRetention(store.filesFolder),
    "retention.apply": ({ reason = null }) => {
      mustOperate();
      apply(reason);
      return null;
    },
    "retention.status": () => run,
    "retention.stop": () => {
      stop();
      return null;
    },
    "retention.vacuumOffer": () => care.offerVacuum(),
    "retention.vacuum": ({ reason = null }) => {
      mustOperate();
      return care.vacuum({ reason, actor });
    },
  } satisfies Pick<Handlers, keyof typeof retentionContract>;
  return { handlers, end: stop };
}
