import { HiveError } from "../../../shared/errors";
import {
  differencesOf,
  type MigrationFlag,
  type MigrationPhase,
  type MigrationStatus,
  type NextStep,
} from "../../../shared/model/unified-migration";
import type { WritableDatabase } from "../store/database";
import type { Store } from "../store/open";
import { latestBackfill } from "../store/unified/backfill";
import {
  lower,
  type MigrationAct,
  phaseOf,
  raise,
  readFlags,
  readsUnified,
  writeFlag,
  writeReads,
} from "../store/unified/flags";
import { listParity } from "../store/unified/parity";
import { schemaStanding } from "../store/unified/schema";
import { shownBackfill } from "./backfill";
import { checkParity, checkUnderWay, compare } from "./parity";
import { operatorWriter } from "./source";

/** Who asks, and why. */
export interface MigrationRequest {
  readonly actor: string;
  readonly reason: string;
}

export interface ForcedRequest extends MigrationRequest {
  /** Go on although the two schemas differ. */
  readonly force: boolean;
}

export function migrationStatus(store: Store): MigrationStatus {
  const db = store.read;
  const { missing, revision } = schemaStanding(db);
  const phase = phaseOf(db);
  const backfill = latestBackfill(db);
  return {
    phase,
    revision,
    missing,
    flags: readFlags(db),
    readsUnified: readsUnified(db),
    backfill: backfill && shownBackfill(store, backfill),
    parity: listParity(db, 1)[0] ?? null,
    checking: checkUnderWay(store),
    next: NEXT[phase],
  };
}

const NEXT: Readonly<Record<MigrationPhase, NextStep | null>> = {
  none: {
    phase: "A",
    does: "makes the four unified tables beside the legacy ones and tells alembic; nothing uses them yet",
    risk: "minimal",
    command: "hive migration up --reason WHY",
  },
  A: {
    phase: "B",
    does: "tells the writes of programs that tell nobody as unified events",
    risk: "low",
    command: "hive migration flags enable_unified_events=on --reason WHY",
  },
  B: {
    phase: "C",
    does: "writes every legacy change into the unified tables as well; then fill in what was there before",
    risk: "moderate",
    command: "hive migration flags enable_dual_write=on --reason WHY",
  },
  C: {
    phase: "D",
    does: "lets operations read the unified tables; it needs a parity check without a difference",
    risk: "high",
    command: "hive migration cutover --reason WHY",
  },
  D: null,
};

/** Makes the unified tables. Twice is no mistake. Throws `not_allowed`. */
export async function raiseUnified(store: Store, request: MigrationRequest): Promise<MigrationStatus> {
  await change(store, request, (tx, act) => raise(tx, act));
  return migrationStatus(store);
}

/** Drops the unified tables. Throws `not_allowed` while they are in use, or hold tasks of their own and it is not forced. */
export async function lowerUnified(store: Store, request: ForcedRequest): Promise<MigrationStatus> {
  if (!request.force && schemaStanding(store.read).present) {
    const { own } = await compare(store, { limit: 1 });
    if (own > 0) {
      throw new HiveError(
        "not_allowed",
        `${own} task(s) were made in the unified schema itself and would be lost. Nothing was changed. Export them, or ` +
          "say --force.",
        { own },
      );
    }
  }
  await change(store, request, (tx, act) => lower(tx, act));
  return migrationStatus(store);
}

/** Switches flags, all or none. Throws `not_allowed`. */
export async function setFlags(
  store: Store,
  { flags, ...request }: MigrationRequest & { readonly flags: Readonly<Partial<Record<MigrationFlag, boolean>>> },
): Promise<MigrationStatus> {
  await change(store, request, (tx, act) => {
    for (const { flag } of readFlags(tx)) {
      const on = flags[flag];
      if (on !== undefined) writeFlag(tx, flag, on, act);
    }
  });
  return migrationStatus(store);
}

/** Operations read the unified tables from now on. Throws `not_allowed`. */
export async function cutOver(store: Store, request: ForcedRequest): Promise<MigrationStatus> {
  await requireAgreement(store, request, "Operations go on reading the legacy tables");
  await change(store, request, (tx, act) => writeReads(tx, true, act));
  return migrationStatus(store);
}

/** One phase back: what was switched on last is switched off. Throws `not_allowed`. */
export async function rollBack(store: Store, request: ForcedRequest): Promise<MigrationStatus> {
  const phase = phaseOf(store.read);
  if (phase === "none") {
    throw new HiveError(
      "not_allowed",
      "The road to the unified schema has not been begun: there is nothing to go back.",
      {},
    );
  }
  if (phase === "A") return lowerUnified(store, request);
  if (phase === "D") await requireAgreement(store, request, "Operations go on reading the unified tables");
  await change(store, request, (tx, act) => {
    if (phase === "D") writeReads(tx, false, act);
    else writeFlag(tx, phase === "C" ? "enable_dual_write" : "enable_unified_events", false, act);
  });
  return migrationStatus(store);
}

async function requireAgreement(store: Store, { force, actor }: ForcedRequest, otherwise: string): Promise<void> {
  if (force) return;
  const report = await checkParity(store, { limit: 1, actor });
  const differences = differencesOf(report);
  if (differences === 0) return;
  throw new HiveError(
    "not_allowed",
    `The two schemas differ in ${differences} row(s). ${otherwise}. Differences (hive migration parity) lists them, a ` +
      "backfill (hive migration backfill) puts them right; or do it all the same (--force).",
    { missing: report.missing, differing: report.differing, extra: report.extra },
  );
}

function change<T>(
  store: Store,
  { actor, reason }: MigrationRequest,
  work: (tx: WritableDatabase, act: MigrationAct) => T,
): Promise<T> {
  return store.write((tx) => work(tx, { actor, reason, writer: operatorWriter(store) }));
}
