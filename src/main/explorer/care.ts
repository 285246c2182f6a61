import { HiveError } from "../../shared/errors";
import type { Care } from "../core/operations/care";
import { NOTHING_REMOVED } from "../core/operations/retention";
import type { CareAnswers, CareJob, CareTask, RetentionPart } from "./care-jobs";
import type { Explorer } from "./client";
import type { ExplorerDatabase } from "./connection";

/** Has the work on a database's files done by the explorer's process. */
export interface CareDesk extends Care {
  previewRestore(backup: CareTaskOf<"previewRestore">["backup"]): Promise<CareAnswers["previewRestore"]>;
  restore(order: Omit<CareTaskOf<"restore">, "do">): Promise<CareAnswers["restore"]>;
  previewRetention(filesFolder: string): Promise<CareAnswers["previewRetention"]>;
  offerVacuum(): Promise<CareAnswers["offerVacuum"]>;
  vacuum(order: Omit<CareTaskOf<"vacuum">, "do">): Promise<CareAnswers["vacuum"]>;
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
    previewRetention: (filesFolder) => ask<"previewRetention">({ do: "previewRetention", filesFolder }),
    offerVacuum: () => ask<"offerVacuum">({ do: "offerVacuum" }),
    vacuum: (order) => ask<"vacuum">({ do: "vacuum", ...order }),
    retain: async (order) => {
      let report = NOTHING_REMOVED;
      const onPart = (part: RetentionPart): void => {
        report = part.report;
      };
      await explorer.run<"retain">({ kind: "retain", ...database, ...order }, { onPart, timeoutMs: null }).ended;
      return report;
    },
  };
}
