import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { settingOf, settingRow } from "../shared/model/setting";
import type { MachineSettings } from "./core/machine-settings";
import { askForUpdate, type Update, type UpdateOutcome, type UpdateQuestion } from "./updates";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The first look comes when the window has long been in use. */
const FIRST_LOOK_MS = 60_000;

const stateSchema = z.object({ askedAt: z.number(), told: z.string().nullable() });
type State = z.output<typeof stateSchema>;

export interface UpdateDutyOptions extends Omit<UpdateQuestion, "url"> {
  readonly machine: Pick<MachineSettings, "get">;
  /** When it was asked last, and what of: for all windows. */
  readonly stateFile: string;
  readonly now: () => number;
  /** A version that nobody was told of yet. */
  readonly tell: (update: Update) => void;
  readonly report: (message: string) => void;
}

/** Asks once a day for a newer version, if the operator switched that on and configured whom to ask. */
export interface UpdateDuty {
  /** Asks if it is switched on and a day has passed. */
  look(): Promise<void>;
  /** Asks now. Null: no address is configured. */
  ask(): Promise<UpdateOutcome | null>;
  start(): void;
  stop(): void;
}

export function createUpdateDuty(options: UpdateDutyOptions): UpdateDuty {
  const { machine, stateFile, now, tell, report } = options;
  let timer: NodeJS.Timeout | null = null;

  function setting(name: string): unknown {
    const definition = settingOf(name);
    return definition === null ? null : settingRow(definition, machine.get(name)).value;
  }

  function state(): State {
    try {
      return stateSchema.parse(JSON.parse(readFileSync(stateFile, "utf8")));
    } catch {
      return { askedAt: Number.NEGATIVE_INFINITY, told: null };
    }
  }

  function keep(next: State): void {
    try {
      mkdirSync(dirname(stateFile), { recursive: true });
      writeFileSync(`${stateFile}.${process.pid}`, JSON.stringify(next));
      renameSync(`${stateFile}.${process.pid}`, stateFile);
    } catch (error) {
      report(`could not write ${stateFile}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async function ask(): Promise<UpdateOutcome | null> {
    const url = setting("updates.url");
    if (typeof url !== "string") return null;
    return askForUpdate({ url, version: options.version, fetch: options.fetch });
  }

  async function look(): Promise<void> {
    const { askedAt, told } = state();
    const age = now() - askedAt;
    if (setting("updates.check") !== true || (age >= 0 && age < DAY)) return;
    keep({ askedAt: now(), told });
    const outcome = await ask();
    if (outcome?.kind === "failed") report(`looking for a newer version: ${outcome.why}`);
    if (outcome?.kind !== "newer" || outcome.update.version === told) return;
    keep({ askedAt: now(), told: outcome.update.version });
    tell(outcome.update);
  }

  function again(ms: number): void {
    timer = setTimeout(() => void look().finally(() => timer !== null && again(HOUR)), ms);
    timer.unref();
  }

  return {
    look,
    ask,
    start: () => again(FIRST_LOOK_MS),
    stop() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}
