import type { Handlers } from "../../../shared/contract";
import type { Environment } from "../agents/agent";
import type { Store } from "../store/open";
import { abortBackfill, startBackfill } from "./backfill";
import { cutOver, lowerUnified, migrationStatus, raiseUnified, rollBack, setFlags } from "./migration";
import { getMigrationFigures } from "./migration-figures";
import { checkParity, parityHistory, previewDown, stopParity } from "./parity";

/** The road to the unified schema. */
export function migrationHandlers({
  store,
  actor,
  environment = process.env,
}: {
  readonly store: Store;
  readonly actor: string;
  readonly environment?: Environment;
}) {
  const place = { databaseFile: store.file, environment };
  return {
    "migration.status": () => migrationStatus(store),
    "migration.up": (input) => raiseUnified(store, { ...input, actor }),
    "migration.down": (input) => lowerUnified(store, { ...input, actor }),
    "migration.setFlags": (input) => setFlags(store, { ...input, actor }),
    "migration.backfill": async ({ reason = "backfill", afresh }) =>
      (await startBackfill(store, { reason, afresh, actor })).row,
    "migration.abortBackfill": (input) => abortBackfill(store, { ...input, actor }),
    "migration.parity": (input) => checkParity(store, { ...input, actor }),
    "migration.parityHistory": (input) => parityHistory(store, input),
    "migration.stopParity": () => ({ stopped: stopParity(store) }),
    "migration.previewDown": () => previewDown(store),
    "migration.figures": (input) => getMigrationFigures(store, place, input),
    "migration.cutover": (input) => cutOver(store, { ...input, actor }),
    "migration.rollback": (input) => rollBack(store, { ...input, actor }),
  } satisfies Partial<Handlers>;
}
