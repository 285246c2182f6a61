import { makeRepair, previewRepair } from "../main/core/operations/doctor";
import { FINDING_KINDS, type FindingKind, type FoundRow } from "../shared/model/doctor";
import { DOCTOR_WORDS } from "../shared/model/doctor-catalogue";
import { asDatabaseError, requireNodeApi } from "./database";
import { EXIT, type ExitCode } from "./exit-codes";
import { operatorName } from "./operator";
import type { Outputs } from "./output";
import { formatCount, plainText, plural } from "./text";

export interface RepairFlags {
  readonly json?: boolean;
  readonly preview?: boolean;
  readonly reason?: string;
}

/** Kinds that have a repair, for the command line. */
export const REPAIRABLE: readonly FindingKind[] = FINDING_KINDS.filter((kind) => DOCTOR_WORDS[kind].repair !== null);

const MOST_SHOWN = 20;

/** Shows what a repair would change, or makes it. */
export async function repair(
  kind: FindingKind,
  file: string,
  flags: RepairFlags,
  { out, err }: Outputs,
): Promise<ExitCode> {
  requireNodeApi();
  if (flags.preview) {
    const preview = await asDatabaseError(() => previewRepair({ file, kind }));
    if (flags.json) out.line(JSON.stringify(preview));
    else {
      for (const row of preview.rows.slice(0, MOST_SHOWN)) out.line(lineOf(row));
      if (preview.count > MOST_SHOWN) out.line(`  and ${formatCount(preview.count - MOST_SHOWN)} more`);
      const left = preview.left === 0 ? "" : `; ${plural(preview.left, "row")} left to a person`;
      out.line(`${plural(preview.count, "row")} would be changed${left}.`);
    }
    return EXIT.ok;
  }
  const order = { file, kind, reason: flags.reason ?? null, actor: operatorName() };
  let report = { kind, repaired: 0, left: 0 };
  await asDatabaseError(async () => {
    for await (const step of makeRepair(order)) {
      report = { ...step.report };
      if (err.isTty) err.write(`\r\u001b[K${Math.floor(step.share * 100)} % …`);
    }
  });
  if (err.isTty) err.write("\r\u001b[K");
  if (flags.json) out.line(JSON.stringify(report));
  else {
    const left = report.left === 0 ? "" : `; ${plural(report.left, "row")} left as they were`;
    out.line(
      `${out.paint("green", "✓")} ${DOCTOR_WORDS[kind].title}: ${plural(report.repaired, "row")} put right${left}`,
    );
  }
  return EXIT.ok;
}

function lineOf({ title, words, becomes }: FoundRow): string {
  return `  ${plainText(title)}: ${plainText(words)}${becomes === null ? "" : ` Becomes: ${plainText(becomes)}.`}`;
}
