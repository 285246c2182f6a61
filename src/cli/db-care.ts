import { resolve } from "node:path";
import type { Command } from "commander";
import { listBackups, requireBackup, restoreAs, verifyBackupOf } from "../main/core/operations/backups";
import { careInThread, verifyBackup } from "../main/core/operations/care";
import { previewRestore, restoreDatabase } from "../main/core/operations/restore";
import {
  applyRetention,
  NOTHING_REMOVED,
  offerVacuum,
  previewRetention,
  vacuum,
} from "../main/core/operations/retention";
import type { BackupRow } from "../shared/model/backup";
import type { RetentionPreview, RetentionReport } from "../shared/model/retention";
import { asDatabaseError, openToRead, requireNodeApi } from "./database";
import { EXIT, type ExitCode } from "./exit-codes";
import { type CommandSetting, type DatabaseFlags, looking } from "./operation-command";
import { operatorName } from "./operator";
import type { Output } from "./output";
import { scriptRecord } from "./script-record";
import { column, formatBytes, formatCount, formatDate, plainText, plural } from "./text";

interface RestoreFlags extends DatabaseFlags {
  readonly to?: string;
  readonly preview?: boolean;
  readonly reason?: string;
}

interface RetentionFlags extends DatabaseFlags {
  readonly apply?: boolean;
  readonly dryRun?: boolean;
  readonly vacuum?: boolean;
  readonly reason?: string;
}

/** `hive db backups|verify|restore|retention`. */
export function addDbCare(db: Command, setting: CommandSetting): void {
  const { outputs, addDatabaseOption, databaseFile, done } = setting;
  const { out } = outputs;
  const command = (name: string, description: string) =>
    addDatabaseOption(db.command(name).description(description)).option("--json", "one JSON object");
  const act = async (work: () => Promise<ExitCode>): Promise<void> => {
    requireNodeApi();
    done(await asDatabaseError(work));
  };

  command("backups", "Lists the backups that were made of a database, the latest first.").action(
    (flags: DatabaseFlags) =>
      looking(setting, flags, async (store) => {
        const { backups } = listBackups(store);
        if (flags.json) for (const backup of backups) out.line(scriptRecord(backup));
        else if (backups.length === 0) out.line(`No backups of ${store.file}. Make one: hive db backup`);
        else for (const backup of backups) out.line(backupLine(backup));
        return undefined;
      }),
  );

  command("verify", "Reads a whole backup and says whether it is sound. Exit code 1: it is not.")
    .argument("[backup]", "its file (default: the latest that is listed)")
    .action(async (given: string | undefined, flags: DatabaseFlags) => {
      await act(async () => {
        const { backup, verification } = await verify(databaseFile(flags), given, setting);
        if (flags.json) out.line(scriptRecord({ file: backup, ...verification }));
        else if (verification.verdict === "sound") {
          const rows = Object.entries(verification.rows).map(([table, count]) => `${table} ${formatCount(count)}`);
          out.line(`${out.paint("green", "✓")} ${backup} is sound: ${rows.join(", ")}`);
        } else {
          out.line(`${out.paint("red", "✗")} ${backup} is ${verification.verdict}.`);
          for (const message of verification.damage) out.line(`  ${plainText(message)}`);
        }
        return verification.verdict === "sound" ? EXIT.ok : EXIT.failed;
      });
    });

  command("restore", "Puts a backup in a database's place, which is backed up first; or, with --to, in a new file.")
    .argument("<backup>", "its file")
    .option("--to <file>", "restore into this new file, and leave the database alone")
    .option("--preview", "only say what would change")
    .option("--reason <text>", "why, for the audit log")
    .action((given: string, flags: RestoreFlags) =>
      act(() => restore(resolve(given), databaseFile(flags), flags, out)),
    );

  command("retention", "Says what the rules of retention would remove (hive settings), or removes it.")
    .option("--dry-run", "only say what would go (default)")
    .option("--apply", "remove it, in small steps; ^C ends it, and what is removed stays removed")
    .option("--vacuum", "then write the file anew without its free pages")
    .option("--reason <text>", "why, for the audit log")
    .action((flags: RetentionFlags) => act(() => retain(databaseFile(flags), flags, setting)));
}

function backupLine({ file, madeAt, bytes, cause, isMissing, verification }: BackupRow): string {
  const state = isMissing ? "its file is gone" : (verification?.verdict ?? "not verified");
  return `${formatDate(madeAt)}  ${column(formatBytes(bytes), 9)}  ${column(cause, 9)}  ${column(state, 16)}  ${file}`;
}

async function verify(file: string, given: string | undefined, { outputs }: CommandSetting) {
  if (given !== undefined) {
    const backup = resolve(given);
    return { backup, verification: await verifyBackup({ file: backup }) };
  }
  const core = await openToRead(file, outputs.err);
  try {
    const [latest] = listBackups(core.store).backups;
    const { id } = requireBackup(core.store, latest?.id ?? "");
    const row = await verifyBackupOf(core.store, careInThread({ file }), { backupId: id, actor: operatorName() });
    return { backup: row.file, verification: row.verification ?? (await verifyBackup({ file: row.file })) };
  } finally {
    await core.close();
  }
}

async function restore(backupFile: string, file: string, flags: RestoreFlags, out: Output): Promise<ExitCode> {
  const verification = await verifyBackup({ file: backupFile });
  const backup: BackupRow = {
    id: backupFile,
    file: backupFile,
    madeAt: 0,
    bytes: 0,
    cause: "other",
    actor: null,
    isMissing: verification.verdict === "missing",
    verification,
  };
  if (flags.to !== undefined) {
    const to = resolve(flags.to);
    await restoreAs(backup, to);
    out.line(
      flags.json ? scriptRecord({ file: to }) : `${out.paint("green", "✓")} ${to}. Open it with: --db ${flags.to}`,
    );
    return EXIT.ok;
  }
  if (flags.preview) {
    const preview = await previewRestore({ file }, backup);
    if (flags.json) out.line(scriptRecord(preview));
    else {
      if (preview.refusal !== null) out.line(`It would be refused. ${preview.refusal}`);
      for (const { table, now, restored } of preview.tables) {
        out.line(`  ${column(table, 18)} ${formatCount(now).padStart(12)} becomes ${formatCount(restored)}`);
      }
    }
    return preview.refusal === null ? EXIT.ok : EXIT.failed;
  }
  const report = await restoreDatabase({ file, backupFile, reason: flags.reason ?? null, actor: operatorName() });
  if (flags.json) out.line(scriptRecord(report));
  else out.line(`${out.paint("green", "✓")} ${report.file} is restored. As it was before: ${report.backupFile}`);
  return EXIT.ok;
}

async function retain(file: string, flags: RetentionFlags, { outputs }: CommandSetting): Promise<ExitCode> {
  const { out, err } = outputs;
  const order = { file, reason: flags.reason ?? null, actor: operatorName() };
  if (flags.apply && !flags.dryRun) {
    let report: RetentionReport = NOTHING_REMOVED;
    for await (const step of applyRetention(order)) {
      report = step.report;
      if (err.isTty) err.write(`\r\u001b[K${Math.floor(step.share * 100)} % …`);
    }
    if (err.isTty) err.write("\r\u001b[K");
    if (flags.json) out.line(scriptRecord(report));
    else out.line(`${out.paint("green", "✓")} Removed ${reportWords(report)}.`);
  } else if (!flags.vacuum) {
    const preview = await previewRetention({ file });
    if (flags.json) out.line(scriptRecord(preview));
    else printPreview(out, preview);
  }
  if (flags.vacuum && !flags.dryRun) {
    const before = await offerVacuum({ file });
    const after = await vacuum(order);
    const words = `${formatBytes(before.bytes)} to ${formatBytes(after.bytes)}`;
    out.line(flags.json ? scriptRecord(after) : `${out.paint("green", "✓")} ${file}: ${words}`);
  }
  return EXIT.ok;
}

function reportWords({ plans, tasks, looseTasks, events, logs, bytes }: RetentionReport): string {
  const parts = [
    plural(plans, "plan"),
    plural(tasks + looseTasks, "task"),
    plural(events, "event"),
    plural(logs, "log"),
  ];
  return `${parts.join(", ")}, ${formatBytes(bytes)} of files`;
}

function printPreview(out: Output, preview: RetentionPreview): void {
  const { plans, planCount, tasks, looseTasks, events, logs, logBytes, folderBytes } = preview;
  for (const { id, title, status, tasks: count } of plans) {
    out.line(`  ${column(status, 20)} ${plainText(title)}, ${plural(count, "task")}  ${out.paint("grey", id)}`);
  }
  if (planCount > plans.length) out.line(`  and ${formatCount(planCount - plans.length)} more`);
  const words = { plans: planCount, tasks, looseTasks, events, logs, bytes: logBytes + folderBytes };
  out.line(`Would remove ${reportWords(words)}. Do it: hive db retention --apply`);
}
