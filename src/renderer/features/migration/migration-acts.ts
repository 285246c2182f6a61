import {
  type BackfillRow,
  differencesOf,
  FLAG_MEANINGS,
  type FlagRow,
  type MigrationPhase,
  type MigrationStatus,
  PHASE_TITLES,
} from "../../../shared/model/unified-migration";
import { call } from "../../api";
import { formatDateTime } from "../../time-format";
import { formatCount, plural } from "../../ui/format";
import { toast } from "../../ui/toast";
import { type ActOption, type ActPreview, askAct } from "../dialogs/act-store";
import { loadMigration, stopCheck, takeStatus } from "./migration-store";

/** The last check of the whole database, in words. */
function parityWords({ parity }: MigrationStatus): string {
  if (parity === null) return "The schemas were never compared.";
  const differences = differencesOf(parity);
  const found = differences === 0 ? "no difference" : plural(differences, "difference");
  return `The last check, at ${formatDateTime(parity.at)}, found ${found} among ${plural(parity.checked, "task")}.`;
}

const CHECKED: readonly ActOption[] = [
  { id: "checked", label: "Compare first.", detail: "It is refused if anything differs." },
  { id: "force", label: "Do it all the same.", detail: "Differences are left as they are." },
];

const REASONS = ["Pilot", "As planned"];

/** Comparing a large database takes a while. */
const STOP = { label: "Stop comparing", run: stopCheck };

/** Makes the unified tables. */
function askUp({ missing }: MigrationStatus): void {
  askAct({
    title: "Make the unified tables",
    keepLabel: "Leave it as it is",
    variant: "primary",
    needsReason: true,
    reasons: REASONS,
    preview: () => ({
      title: `Make ${plural(missing.length, "unified table")}?`,
      consequence: `${missing.join(", ")} are made beside the legacy tables, with alembic’s indexes, and alembic is told. Nothing uses them yet; the legacy tables are left alone.`,
      affected: [],
      confirmLabel: "Make the tables",
    }),
    run: async ({ reason = "" }) => takeStatus(await call("migration.up", { reason })),
  });
}

const FLAG_CONSEQUENCES: Readonly<Record<FlagRow["flag"], { readonly on: string; readonly off: string }>> = {
  enable_unified_events: {
    on: "From then on a write of a program that tells nobody has an event, made by a trigger in the same transaction. Those writes take a little longer.",
    off: "Writes of programs that tell nobody have no events any more; those that were told stay.",
  },
  enable_dual_write: {
    on: "From then on every write to the legacy tables, of any program, is in the unified tables in the same transaction, and takes longer by that. What was there before is copied by a backfill.",
    off: "Nothing is written into the unified tables any more: what they hold stays, and grows old.",
  },
  enable_agent_adapters: {
    on: "Requests that wait are given to agents that plan, one after the other. What they make waits for an operator.",
    off: "Requests wait until somebody has them planned; what is being planned is planned to its end.",
  },
};

/** Switches a flag of the database, for whoever has it open. */
export function askFlag({ flag, on }: Pick<FlagRow, "flag" | "on">): void {
  const word = on ? "off" : "on";
  askAct({
    title: `Switch ${flag} ${word}`,
    keepLabel: `Leave it ${on ? "on" : "off"}`,
    variant: on ? "danger" : "primary",
    needsReason: true,
    reasons: on ? ["Pilot is over", "It costs too much"] : REASONS,
    preview: () => ({
      title: `Switch ${flag} ${word}?`,
      consequence: `The flag says: ${FLAG_MEANINGS[flag]}. ${FLAG_CONSEQUENCES[flag][on ? "off" : "on"]} It counts at once for whoever has the database open.`,
      affected: [],
      confirmLabel: `Switch it ${word}`,
    }),
    run: async ({ reason = "" }) => {
      takeStatus(await call("migration.setFlags", { flags: { [flag]: !on }, reason }));
    },
  });
}

function askCutover(status: MigrationStatus): void {
  askAct({
    title: "Cut over to the unified schema",
    keepLabel: "Not yet",
    needsReason: true,
    reasons: ["As planned", "Parity has held"],
    options: CHECKED,
    stop: STOP,
    preview: (option) => ({
      title: "Read the unified tables from now on?",
      consequence: `Operations read what a task holds from unified_tasks, here and in every other console. ${parityWords(status)} ${
        option === "force"
          ? "Where the schemas differ, operations will say what the unified tables say."
          : "All of it is compared now; one difference refuses the cutover."
      } A rollback leads back.`,
      affected: [],
      confirmLabel: option === "force" ? "Cut over all the same" : "Compare and cut over",
    }),
    run: async ({ option, reason = "" }) => {
      takeStatus(await call("migration.cutover", { reason, force: option === "force" }));
      toast.success("Operations read the unified tables");
    },
  });
}

/** What leads from each phase to the next. */
export const NEXT_ACTS: Readonly<
  Record<MigrationPhase, { readonly label: string; readonly ask: (status: MigrationStatus) => void } | null>
> = {
  none: { label: "Make the tables…", ask: askUp },
  A: { label: "Switch events on…", ask: () => askFlag({ flag: "enable_unified_events", on: false }) },
  B: { label: "Switch dual write on…", ask: () => askFlag({ flag: "enable_dual_write", on: false }) },
  C: { label: "Cut over…", ask: askCutover },
  D: null,
};

const BACK: Readonly<Record<MigrationPhase, string>> = {
  none: "",
  A: "The unified tables are dropped, and alembic is told. The legacy tables are left alone.",
  B: "Writes of programs that tell nobody have no events any more; those that were told stay.",
  C: "Dual write is switched off: what the unified tables hold stays, and grows old.",
  D: "Operations read the legacy tables again. Dual write goes on, so nothing is lost on either side.",
};

/** One phase back. */
export function askRollback(status: MigrationStatus): void {
  const { phase } = status;
  if (phase === "none") return;
  if (phase === "A") {
    askDown();
    return;
  }
  const to =
    phase === "D"
      ? "C"
      : phase === "C" && status.flags.some((one) => one.flag === "enable_unified_events" && one.on)
        ? "B"
        : "A";
  askAct({
    title: "Go one phase back",
    keepLabel: `Stay in ${phase}`,
    needsReason: true,
    reasons: ["Something is wrong", "Pilot is over"],
    ...(phase === "D" ? { options: CHECKED, stop: STOP } : {}),
    preview: (option) => ({
      title: `Go back to ${to}, ${PHASE_TITLES[to]}?`,
      consequence: `${BACK[phase]}${
        phase === "D"
          ? ` ${parityWords(status)} ${option === "force" ? "What the unified tables alone hold is not read any more." : "All of it is compared now; one difference refuses it."}`
          : ""
      }`,
      affected: [],
      confirmLabel: option === "force" ? "Go back all the same" : phase === "D" ? "Compare and go back" : "Go back",
    }),
    run: async ({ option, reason = "" }) => {
      takeStatus(await call("migration.rollback", { reason, force: option === "force" }));
    },
  });
}

/** Drops the unified tables, once it was seen what goes with them. */
function askDown(): void {
  let own = 0;
  askAct({
    title: "Drop the unified tables",
    keepLabel: "Keep them",
    needsReason: true,
    reasons: ["Pilot is over"],
    preview: async (): Promise<ActPreview> => {
      const contents = await call("migration.previewDown", {});
      own = contents.own;
      const rows = contents.tables.map(({ table, rows: count }) => `${table}: ${plural(count, "row")}`).join("; ");
      return {
        title: `Drop ${plural(contents.tables.length, "unified table")}?`,
        consequence: `${BACK.A} With them go ${rows}. ${
          own > 0
            ? `${plural(own, "task")} ${own === 1 ? "was" : "were"} made in the unified schema itself, and ${own === 1 ? "is" : "are"} lost.`
            : "All of these are copies: a backfill makes them again."
        }`,
        affected: [],
        confirmLabel: own > 0 ? `Drop the tables and lose ${plural(own, "task")}` : "Drop the tables",
      };
    },
    run: async ({ reason = "" }) => takeStatus(await call("migration.down", { reason, force: own > 0 })),
  });
}

/** Copies what was there before dual write, or goes on with it. */
export function askBackfill(status: MigrationStatus): void {
  const last = status.backfill;
  const goesOn = last !== null && last.state !== "done" && last.state !== "running";
  const isDual = status.flags.some(({ flag, on }) => flag === "enable_dual_write" && on);
  askAct({
    title: "Copy legacy tasks into the unified tables",
    keepLabel: "Not now",
    variant: "primary",
    reasons: REASONS,
    ...(goesOn
      ? {
          options: [
            {
              id: "on",
              label: "Go on.",
              detail: `${formatCount(last.seen)} of ${formatCount(last.total)} tasks are done.`,
            },
            { id: "afresh", label: "Begin anew.", detail: "Rows that are right already are not written again." },
          ],
        }
      : {}),
    preview: (option) => ({
      title: goesOn && option !== "afresh" ? "Go on with the backfill?" : "Copy every legacy task?",
      consequence: `Each task is written into the unified tables as the mapping says, a few milliseconds at a time; others write in between. It can be stopped, and goes on where it ended.${
        isDual ? "" : " Dual write is off: what is written meanwhile, or later, is not copied."
      }`,
      affected: [],
      confirmLabel: goesOn && option !== "afresh" ? "Go on" : "Copy the tasks",
    }),
    run: async ({ option, reason }) => {
      await call("migration.backfill", { afresh: option === "afresh", ...(reason === undefined ? {} : { reason }) });
      await loadMigration();
    },
  });
}

export function askStopBackfill({ seen, total }: BackfillRow): void {
  askAct({
    title: "Stop the backfill",
    keepLabel: "Let it go on",
    needsReason: true,
    reasons: ["It can wait", "The machine is busy"],
    preview: () => ({
      title: "Stop the backfill?",
      consequence: `It ends after the batch that is being written, at about ${formatCount(seen)} of ${formatCount(total)} tasks. What was copied stays, and it can go on from there.`,
      affected: [],
      confirmLabel: "Stop it",
    }),
    run: async ({ reason = "" }) => {
      await call("migration.abortBackfill", { reason });
      await loadMigration();
    },
  });
}
