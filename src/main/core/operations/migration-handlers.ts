import type { Handlers } from "../../../shared/contract";
import type { Store } from "../store/open";
import { abortBackfill, startBackfill } from "./backfill";
import {
  checkParity,
  cutOver,
  lowerUnified,
  migrationStatus,
  parityHistory,
  raiseUnified,
  rollBack,
  setFlags,
} from "./migration";

/** The road to the unified schema. */
export function migrationHandlers({ store, actor }: { readonly store: Store; readonly actor: string }) {
  return {
    "migration.status": () => migrationStatus(store),
    "migration.up": (input) => raiseUnified(store, { ...input, actor }),
    "migration.down": (input) => lowerUnified(store, { ...input, actor }),
    "migration.setFlags": (input) => setFlags(store, { ...input, actor }),
    "migration.backfill": async ({ reason = "backfill" }) => (await startBackfill(store, { reason, actor })).row,
    "migration.abortBackfill": (input) => abortBackfill(store, { ...input, actor }),
    "migration.parity": (input) => checkParity(store, { ...input, actor }),
    "migration.parityHistory": (input) => parityHistory(store, input),
    "migration.writes": () => store.writes(),
    "migration.cutover": (input) => cutOver(store, { ...input, actor }),
    "migration.rollback": (input) => rollBack(store, { ...input, actor }),
  } satisfies Partial<Handlers>;
}
