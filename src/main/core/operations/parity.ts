import { HiveError } from "../../../shared/errors";
import type {
  ParityCounts,
  ParityPoint,
  ParityProgress,
  ParityReport,
  UnifiedContents,
} from "../../../shared/model/unified-migration";
import { inSlices } from "../slices";
import { taskCounts } from "../store/metric-rows";
import type { Store } from "../store/open";
import { countUnified } from "../store/unified/contents";
import { phaseOf } from "../store/unified/flags";
import { compareRows, listParity, noteParity } from "../store/unified/parity";
import { schemaStanding } from "../store/unified/schema";

export interface ParityAsked {
  readonly after?: string | undefined;
  readonly limit: number;
  readonly actor: string;
  readonly onProgress?: ((counts: ParityCounts) => void) | undefined;
}

interface Check {
  progress: ParityProgress;
  isStopped: boolean;
}

/** The latest check of a whole database that this process makes. */
const underWay = new WeakMap<Store, Check>();

/** How far the check of the whole database is that this process makes; null: it makes none. */
export function checkUnderWay(store: Store): ParityProgress | null {
  return underWay.get(store)?.progress ?? null;
}

/** The check ends where it is, and is not remembered. False: none was under way. */
export function stopParity(store: Store): boolean {
  const check = underWay.get(store);
  if (check !== undefined) check.isStopped = true;
  return check !== undefined;
}

/** Compares both schemas; a check of the whole database is remembered where that may be written. Throws `not_allowed`. */
export async function checkParity(store: Store, asked: ParityAsked): Promise<ParityReport> {
  requirePresent(store);
  if (asked.after !== undefined) return compare(store, asked);
  const counted = { checked: 0, missing: 0, differing: 0, extra: 0, own: 0 };
  const total = taskCounts(store.read).reduce((sum, { n }) => sum + n, 0);
  const check: Check = { progress: { ...counted, total, startedAt: store.clock.now() }, isStopped: false };
  underWay.set(store, check);
  try {
    const onProgress = (counts: ParityCounts): void => {
      check.progress = { ...check.progress, ...counts };
      asked.onProgress?.(counts);
    };
    const report = await compare(store, { ...asked, onProgress }, () => check.isStopped);
    if (store.info().mode === "operate") {
      const { checked, missing, differing, extra, own, tookMs } = report;
      const point = { at: store.clock.now(), actor: asked.actor, phase: phaseOf(store.read), tookMs };
      await store.write((tx) => noteParity(tx, { ...point, checked, missing, differing, extra, own }));
    }
    return report;
  } finally {
    if (underWay.get(store) === check) underWay.delete(store);
  }
}

export function parityHistory(store: Store, { limit }: { readonly limit: number }): ParityPoint[] {
  return listParity(store.read, limit);
}

/** Throws `not_allowed` where somebody stopped it, or the database was closed meanwhile. */
export async function compare(
  store: Store,
  request: Omit<ParityAsked, "actor">,
  isStopped: () => boolean = () => false,
): Promise<ParityReport> {
  const isOver = () => isStopped() || !store.read.open;
  const report = await inSlices(compareRows(store.read, request, store.clock), store.clock, isOver);
  if (report !== null) return report;
  throw new HiveError("not_allowed", "The check was stopped before it had seen everything: it says nothing.", {
    stopped: true,
  });
}

/** What dropping the unified tables would take away. Takes a while on a large database, in slices. */
export function previewDown(store: Store): Promise<UnifiedContents> {
  return inSlices(countUnified(store.read), store.clock);
}

function requirePresent(store: Store): void {
  const { present, missing } = schemaStanding(store.read);
  if (present) return;
  throw new HiveError(
    "not_allowed",
    `The unified tables are not there (${missing.join(", ")}): there is nothing to compare. Make them with: hive migration up`,
    { missing },
  );
}
