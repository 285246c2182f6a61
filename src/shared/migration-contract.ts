import { z } from "zod";
import { MIGRATION_RANGE_NAMES, type MigrationFigures } from "./model/migration-figures";
import {
  type BackfillRow,
  FLAGS,
  type MigrationStatus,
  type ParityPoint,
  type ParityReport,
  type UnifiedContents,
} from "./model/unified-migration";
import { operation } from "./operation";

/** Whoever looks at the audit log later must be able to read why. */
const reason = z.string().trim().min(1, "say why").max(2_000);
const forced = {
  reason,
  /** Go on although the two schemas differ. */
  force: z.boolean().default(false),
};

/** The road from the legacy tables to the unified schema. docs/unified-schema.md explains it. */
export const migrationContract = {
  "migration.status": operation<MigrationStatus>()(z.strictObject({})),
  /** Makes the unified tables and tells alembic. */
  "migration.up": operation<MigrationStatus>()(z.strictObject({ reason })),
  /** Drops the unified tables. Refused while they are in use, or hold tasks of their own and it is not forced. */
  "migration.down": operation<MigrationStatus>()(z.strictObject(forced)),
  "migration.setFlags": operation<MigrationStatus>()(
    z.strictObject({
      flags: z
        .partialRecord(z.enum(FLAGS), z.boolean())
        .refine((flags) => Object.keys(flags).length > 0, "name a flag"),
      reason,
    }),
  ),
  /** Copies every legacy task into the unified tables, or goes on where an earlier one ended before it was done. Answers at once. */
  "migration.backfill": operation<BackfillRow>()(
    z.strictObject({ reason: reason.optional(), afresh: z.boolean().default(false) }),
  ),
  /** The batch that is being written is the last. */
  "migration.abortBackfill": operation<BackfillRow | null>()(z.strictObject({ reason })),
  /** Compares both schemas. Without `after` the whole database is counted, and the result remembered. */
  "migration.parity": operation<ParityReport>()(
    z.strictObject({ after: z.string().max(1_000).optional(), limit: z.int().min(1).max(1_000).default(100) }),
  ),
  /** The checks of the whole database, the latest first. */
  "migration.parityHistory": operation<readonly ParityPoint[]>()(
    z.strictObject({ limit: z.int().min(1).max(1_000).default(100) }),
  ),
  /** Ends the check of the whole database that is under way: it is refused with `not_allowed`, and not remembered. */
  "migration.stopParity": operation<{ readonly stopped: boolean }>()(z.strictObject({})),
  /** What dropping the unified tables would take away. */
  "migration.previewDown": operation<UnifiedContents>()(z.strictObject({})),
  /** Writes by mode, events, deliveries and agents, as far back as the range asks. */
  "migration.figures": operation<MigrationFigures>()(
    z.strictObject({ range: z.enum(MIGRATION_RANGE_NAMES).default("1h") }),
  ),
  /** Operations read the unified tables from now on. Refused unless both schemas agree, or it is forced. */
  "migration.cutover": operation<MigrationStatus>()(z.strictObject(forced)),
  /** One phase back. From D refused unless both schemas agree, or it is forced. */
  "migration.rollback": operation<MigrationStatus>()(z.strictObject(forced)),
} as const;
