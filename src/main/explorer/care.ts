import { HiveError } from "../../shared/errors";
import type { Care } from "../core/operations/care";
import type { CareAnswers, CareJob, CareTask } from "./care-jobs";
import type { Explorer } from "./client";
import type { ExplorerDatabase } from "./connection";

/** Has the work on a database's files done by the explorer's process. */
export interface CareDesk extends Care {
  previewRestore(backup: CareTaskOf<"previewRestore">["backup"]): Promise<CareAnswers["previewRestore"]>;
  restore(order: Omit<CareTaskOf<"restore">, "do">): Promise<CareAnswers["restore"]>;
}

type CareTaskOf<Name extends CareTask["do"]> = Extract<CareTask, { readonly do: Name }>;

export function careByExplorer(explorer: Explorer, database: ExplorerDatabase): CareDesk {
  async function ask<Name extends CareTask["do"]>(task: CareTaskOf<Name>): Promise<CareAnswers[Name]> {
    let answer: CareAnswers[Name] | null = null;
    const job: { readonly kind: "care" } & CareJob = { kind: "care", ...database, task };
    const onPart = (part: CareAnswers[keyof CareAnswers]): void => {
      // A task's answer is its own: it came back with the id of the job.
      answer = part as CareAnswers[Name];
    };
    await explorer.run<"care">(job, { onPart, timeoutMs: null }).ended;
    if (answer === null) throw new HiveError("shutting_down", "It was stopped before it was done.");
    return answer;
  }
  return {
    backUp: (target) => ask<"backUp">({ do: "backUp", target }),
    verify: (backupFile) => ask<"verify">({ do: "verify", backupFile }),
    previewRestore: (backup) => ask<"previewRestore">({ do: "previewRestore", backup }),
    restore: (order) => ask<"restore">({ do: "restore", ...order }),
  };
}
