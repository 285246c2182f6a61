import type { FindingKind, FoundRow } from "../../../shared/model/doctor";
import { DOCTOR_WORDS } from "../../../shared/model/doctor-catalogue";
import { call } from "../../api";
import { plural } from "../../ui/format";
import { toast } from "../../ui/toast";
import { askAct } from "../dialogs/act-store";
import type { AffectedItem } from "../dialogs/confirm-dialog";
import { examine, useDoctor } from "./doctor-store";

const MOST_LISTED = 8;

/** The glyph that a row of a finding is listed with: what its rows are, before the repair. */
const GLYPHS: Readonly<Partial<Record<FindingKind, Pick<AffectedItem, "kind" | "state">>>> = {
  tasks_without_run: { kind: "task", state: "in_progress" },
  tasks_abandoned: { kind: "task", state: "in_progress" },
  plans_not_ended: { kind: "plan", state: "executing" },
  processes_without_run: { kind: "run", state: "running" },
  events_missing: { kind: "task", state: "completed" },
};
const OTHER = { kind: "task", state: "queued" } as const;

const affected =
  (finding: FindingKind) =>
  ({ entity, id, title, words, becomes }: FoundRow): AffectedItem => ({
    ...(GLYPHS[finding] ?? OTHER),
    id: `${entity} ${id}`,
    title,
    detail: `${words} Becomes: ${becomes ?? "as it is"}.`,
  });

/** Shows exactly what a repair would change, and makes it when it is confirmed. */
export function askRepair(kind: FindingKind): void {
  const { title, repair } = DOCTOR_WORDS[kind];
  if (repair === null) return;
  askAct({
    title: `${repair}: ${title.toLowerCase()}`,
    keepLabel: "Leave as it is",
    variant: kind === "processes_without_run" || kind === "orphaned_logs" ? "danger" : "primary",
    reasons: ["Found by the doctor"],
    preview: async () => {
      const { count, rows, left } = await call("doctor.preview", { kind });
      if (count === 0) {
        return {
          title: "Nothing to repair",
          consequence: "It is as it should be by now.",
          affected: [],
          confirmLabel: null,
        };
      }
      const others = left === 0 ? "" : ` ${plural(left, "row")} ${left === 1 ? "is" : "are"} left to a person.`;
      return {
        title: `${repair} (${plural(count, "row")})?`,
        consequence: `Each row is looked at again before it is changed; what lives is not touched. It is written to the audit log.${others}`,
        affected: rows.slice(0, MOST_LISTED).map(affected(kind)),
        more: Math.max(0, count - MOST_LISTED),
        confirmLabel: `${repair} (${count})`,
      };
    },
    run: async ({ reason }) => {
      const { repaired, left } = await call("doctor.repair", { kind, reason });
      toast.success(`${plural(repaired, "row")} put right`, {
        ...(left === 0 ? {} : { description: `${plural(left, "row")} left as they were.` }),
      });
      void examine(useDoctor.getState().isThorough);
    },
  });
}
