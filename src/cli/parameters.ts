import { InvalidArgumentError } from "commander";

export type GivenParameters = Readonly<Record<string, string>>;

/** What `--param` says of itself. */
export const PARAMETER_HELP =
  "value of a parameter of the plan; repeat it for more. A secret: name=@env:VARIABLE or name=@file:PATH";

/** Collects `--param name=value`. A value may hold further `=`, and be empty. */
export function collectParameter(argument: string, given: GivenParameters = {}): GivenParameters {
  const equals = argument.indexOf("=");
  if (equals < 1) {
    throw new InvalidArgumentError(`Write it as name=value, for example --param folder=/srv/data.`);
  }
  const name = argument.slice(0, equals);
  if (Object.hasOwn(given, name)) throw new InvalidArgumentError(`"${name}" is given twice.`);
  return { ...given, [name]: argument.slice(equals + 1) };
}

const MOST_SLOTS = 1_000;

/** How many tasks run at once. */
export function parseSlots(argument: string): number {
  const slots = /^\d+$/.test(argument) ? Number(argument) : 0;
  if (slots < 1 || slots > MOST_SLOTS) {
    throw new InvalidArgumentError(`Give a whole number from 1 to ${MOST_SLOTS}.`);
  }
  return slots;
}

const MOST_ROWS = 500;

/** How many rows a list shows. */
export function parseLimit(argument: string): number {
  const limit = /^\d+$/.test(argument) ? Number(argument) : 0;
  if (limit < 1 || limit > MOST_ROWS) throw new InvalidArgumentError(`Give a whole number from 1 to ${MOST_ROWS}.`);
  return limit;
}
