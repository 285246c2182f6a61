import { queueCapability, queueOf } from "../../../shared/model/fleet";

/** What a task asks of the worker that runs it. */
export interface Need {
  /** Null: any. */
  readonly role: string | null;
  readonly capabilities: readonly string[];
}

/** A worker that could take tasks now, as far as needs are concerned. */
export interface Offer {
  readonly role: string;
  readonly capabilities: readonly string[];
}

export function meets({ role, capabilities }: Need, offer: Offer): boolean {
  return (role === null || offer.role === role) && capabilities.every((one) => offer.capabilities.includes(one));
}

export const isAnybodys = ({ role, capabilities }: Need): boolean => role === null && capabilities.length === 0;

/** `backend with docker, gpu`; empty for a need that anybody meets. */
export function needName({ role, capabilities }: Need): string {
  const listed = [...capabilities].sort().join(", ");
  if (role === null) return listed;
  return listed === "" ? role : `${role} with ${listed}`;
}

/** What starts a worker that meets a need. */
export function workerCommand({ role, capabilities }: Need): string {
  const queue = queueOf(capabilities);
  if (queue !== null) return fleetCommand(queue, role, capabilities);
  return ["hive worker start", `--role ${role ?? "worker"}`, ...capabilities.map((one) => `--capability ${one}`)].join(
    " ",
  );
}

function fleetCommand(queue: string, role: string | null, capabilities: readonly string[]): string {
  const others = capabilities.filter((one) => one !== queueCapability(queue));
  return [
    `hive fleet worker --redis URL --queue ${queue}`,
    ...(role === null ? [] : [`--role ${role}`]),
    ...others.map((one) => `--capability ${one}`),
  ].join(" ");
}

/** Slots of one kind, which tasks of one kind share. */
interface Pool {
  readonly need: Need;
  readonly size: number;
}

export interface Capacity {
  /** The first one is the console's own slots. */
  readonly pools: readonly Pool[];
  /** The pool of a need, by its place. */
  poolOf(need: Need): number;
}

/**
 * The slots that tasks with these needs run on: for what anybody may run and for what the console's own workers can do
 * its slots and the helpers, else the live workers that meet the need. A worker that meets several needs counts for each.
 * `helpers`: workers other than the console's that take what anybody may run.
 */
export function capacityFor(
  needs: Iterable<Need>,
  {
    slots,
    helpers,
    local,
    workers,
  }: { readonly slots: number; readonly helpers: number; readonly local: Offer; readonly workers: readonly Offer[] },
): Capacity {
  const pools: Pool[] = [{ need: { role: null, capabilities: [] }, size: slots + helpers }];
  const places = new Map<string, number>();
  const poolOf = (need: Need): number => {
    if (isAnybodys(need)) return 0;
    const key = needName(need);
    const known = places.get(key);
    if (known !== undefined) return known;
    const place = meets(need, local)
      ? 0
      : pools.push({ need, size: workers.filter((worker) => meets(need, worker)).length }) - 1;
    places.set(key, place);
    return place;
  };
  for (const need of needs) poolOf(need);
  return { pools, poolOf };
}
