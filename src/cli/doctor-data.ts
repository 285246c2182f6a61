import { describeDatabase } from "../main/core/operations/database";
import { examine } from "../main/core/operations/doctor";
import { HiveError } from "../shared/errors";
import type { Finding, FindingKind } from "../shared/model/doctor";
import { DOCTOR_WORDS } from "../shared/model/doctor-catalogue";
import { asDatabaseError } from "./database";
import type { DoctorFinding } from "./doctor";
import type { Outputs } from "./output";
import { formatBytes, formatCount } from "./text";

/** What other lines of the doctor's say already, with more words. */
const TOLD_ELSEWHERE: ReadonlySet<FindingKind> = new Set([
  "disk",
  "dispatcher",
  "workers_unwell",
  "runs_without_process",
]);

/** What is in a database, check by check. `thorough`: whole tables are read, too. */
export async function examineData(
  file: string,
  { err }: Outputs,
  thorough: boolean,
): Promise<{ readonly findings: DoctorFinding[]; readonly isSound: boolean }> {
  const found: Finding[] = [];
  await asDatabaseError(async () => {
    for await (const part of examine({ file, thorough })) {
      if (part.kind === "finding") found.push(part.finding);
      else if (err.isTty) {
        const { kind, share, detail } = part.progress;
        const words = `${Math.floor(share * 100)} %, ${DOCTOR_WORDS[kind].title.toLowerCase()}${detail === "" ? "" : `: ${detail}`}`;
        err.write(`\r\u001b[K${words} …`);
      }
    }
  });
  if (err.isTty) err.write("\r\u001b[K");
  const isSound = !found.some(({ kind, severity }) => kind === "damage" && severity !== "ok");
  const bad = found.filter(({ kind, severity }) => severity !== "ok" && !TOLD_ELSEWHERE.has(kind)).map(toLine);
  const looked = found.length;
  const sound: DoctorFinding = {
    area: "data",
    severity: "ok",
    message: `${formatCount(looked)} checks${thorough ? "" : ", those that read whole tables left out"}: nothing found`,
    action: null,
  };
  return { findings: [await describe(file, isSound), ...(bad.length === 0 ? [sound] : bad)], isSound };
}

async function describe(file: string, isSound: boolean): Promise<DoctorFinding> {
  const line = (words: string): DoctorFinding => ({
    area: "database",
    severity: isSound ? "ok" : "problem",
    message: `${file}: ${words}`,
    action: isSound ? null : DOCTOR_WORDS.damage.action,
  });
  try {
    const { schemaVersion, latestVersion, bytes, sqliteVersion } = await describeDatabase({ file });
    return line(
      `schema ${schemaVersion ?? "none"} of ${latestVersion}, ${formatBytes(bytes)}, SQLite ${sqliteVersion}`,
    );
  } catch (error) {
    if (isSound || !(error instanceof HiveError)) throw error;
    return line("it is too damaged to say more");
  }
}

function toLine({ kind, severity, words, count, rows, repairable }: Finding): DoctorFinding {
  const { title, action, repair } = DOCTOR_WORDS[kind];
  const cure = repair !== null && repairable > 0 ? ` Or: hive doctor --repair ${kind}` : "";
  return { area: "data", severity, message: `${title}: ${words}`, action: `${action}${cure}`, kind, count, rows };
}
