import { queueCapability } from "../../../shared/model/fleet";
import { isAlive } from "../process-identity";
import { EVENT_SOURCE } from "../runner/claim-batch";
import { LOST, type Persistence, REFUSED } from "../runner/persistence";
import { countStanding, listUnheard, registerFleetProcess } from "../store/fleet-workers";
import type { Store } from "../store/open";
import type { Skills } from "../store/queue";
import { markWorkersOffline, tellOfWorkers } from "../store/workers";
import type { Beat } from "./protocol";
import { readBeat } from "./read-beat";

export interface MembersOptions {
  readonly store: Store;
  readonly persistence: Pick<Persistence, "persist">;
  readonly database: string;
  /** Of the keys of this side, the one that seals first. */
  readonly keyIds: readonly string[];
  /** A worker that has been silent for so long has lost its attempts. Read whenever it is needed. */
  readonly silenceMs: number;
  /** May be given tasks, or no more. */
  readonly onChange: () => void;
  /** `hasSignedOff`: it had nothing in hand, and begins nothing any more. */
  readonly onLost: (instance: string, why: string, hasSignedOff: boolean) => void;
  readonly onRefused: (instance: string, reason: string) => void;
}

/** Workers of one kind, and those of their rows that have no task. */
export interface FleetParty {
  readonly free: readonly string[];
  readonly skills: Skills;
}

/** A worker that is given nothing, and why. */
export interface RefusedMember {
  readonly instance: string;
  readonly host: string;
  readonly version: string;
  readonly reason: string;
}

interface Member {
  beat: Beat;
  rows: readonly string[];
  /** When it was heard, on the monotonic clock. */
  heardAt: number;
  isJoining: boolean;
}

/** The workers of the fleet as they tell of themselves, and their rows in the database. */
export interface Members {
  /** Takes a beat in; null: it is none that this side can work with. */
  hear(text: string): Beat | null;
  /** Looks for those that are silent. `sinceMs`: for how long they could have been heard. */
  look(sinceMs: number): void;
  /** Signs off rows of processes that nobody has heard, of consoles before this one. */
  sweep(): void;
  /** Who has room for more. */
  parties(busy: ReadonlyMap<string, unknown>): FleetParty[];
  instanceOf(workerId: string): string | null;
  /** Whose heart beats. */
  rows(): string[];
  list(): readonly Beat[];
  refused(): readonly RefusedMember[];
}

const MOST_REFUSED = 100;

export function createMembers(options: MembersOptions): Members {
  const { store, persistence } = options;
  const { clock } = store;
  const members = new Map<string, Member>();
  const refusals = new Map<string, RefusedMember>();
  const byRow = new Map<string, string>();

  const writer = () => ({ now: clock.now(), source: EVENT_SOURCE, newId: store.newId });

  const join = async (member: Member): Promise<void> => {
    member.isJoining = true;
    const { beat } = member;
    const answer = await persistence.persist((tx) => {
      const capabilities = [queueCapability(beat.queue), ...beat.capabilities];
      const { ids, joined } = registerFleetProcess(tx, { ...beat, capabilities }, clock.now());
      tellOfWorkers(tx, joined, "idle", writer(), { queue: beat.queue, version: beat.version });
      return ids;
    });
    member.isJoining = false;
    if (answer === LOST || answer === REFUSED) return;
    // It may have left while it was written down.
    if (members.get(beat.instance) !== member) return signOff(answer, "It has signed off", true);
    member.rows = answer;
    for (const id of answer) byRow.set(id, beat.instance);
    options.onChange();
  };

  const signOff = (rows: readonly string[], why: string, hasSignedOff: boolean): void => {
    void persistence.persist((tx) => {
      markWorkersOffline(tx, rows);
      tellOfWorkers(tx, rows, "offline", writer(), { lost: !hasSignedOff, reason: why });
    });
  };

  const leave = (member: Member, why: string, hasSignedOff: boolean): void => {
    const { instance } = member.beat;
    members.delete(instance);
    for (const id of member.rows) byRow.delete(id);
    signOff(member.rows, why, hasSignedOff);
    options.onLost(instance, why, hasSignedOff);
    options.onChange();
  };

  const refuse = ({ instance, host, version }: Omit<RefusedMember, "reason">, reason: string): null => {
    if (refusals.size >= MOST_REFUSED) refusals.clear();
    const isNews = !refusals.has(instance);
    refusals.set(instance, { instance, host, version, reason });
    options.onRefused(instance, reason);
    if (isNews) options.onChange();
    return null;
  };

  const read = (text: string): Beat | null => {
    const heard = readBeat(text, options.keyIds);
    return heard?.kind === "refused" ? refuse(heard, heard.reason) : (heard?.beat ?? null);
  };

  return {
    hear(text) {
      const beat = read(text);
      if (beat === null) return null;
      refusals.delete(beat.instance);
      const known = members.get(beat.instance);
      if (beat.state === "leaving") {
        if (known !== undefined) leave(known, "It has signed off", true);
        return beat;
      }
      const wasOpen = known?.beat.state;
      const member = known ?? { beat, rows: [], heardAt: 0, isJoining: false };
      Object.assign(member, { beat, heardAt: clock.monotonic() });
      members.set(beat.instance, member);
      // An operator may have removed rows of it, or signed them off, while it lived.
      const isThere = member.rows.length > 0 && countStanding(store.read, member.rows) === member.rows.length;
      if (!isThere && !member.isJoining) void join(member);
      else if (wasOpen !== beat.state) options.onChange();
      return beat;
    },
    look(sinceMs) {
      const now = clock.monotonic();
      for (const member of [...members.values()]) {
        const { host, heartbeatMs } = member.beat;
        const silentMs = Math.min(now - member.heardAt, sinceMs);
        if (silentMs < 2 * heartbeatMs) continue;
        const isGone = isAlive(member.beat) === false;
        if (!isGone && silentMs < options.silenceMs) continue;
        const seconds = Math.round(silentMs / 100) / 10;
        leave(
          member,
          isGone ? `Its process (pid ${member.beat.pid}) on ${host} is gone` : silence(host, seconds),
          isGone,
        );
      }
    },
    sweep() {
      const gone = listUnheard(store.read, new Set(members.keys())).map(({ id }) => id);
      if (gone.length === 0) return;
      void persistence.persist((tx) => {
        markWorkersOffline(tx, gone);
        tellOfWorkers(tx, gone, "offline", writer(), { lost: true, reason: "It has not been heard of" });
      });
    },
    parties(busy) {
      const byKind = new Map<string, { skills: Skills; free: Array<{ id: string; slot: number }> }>();
      for (const { beat, rows } of members.values()) {
        if (beat.state !== "open" || rows.length === 0) continue;
        const others = beat.held.filter(({ database, state }) => database !== options.database && state === "running");
        const idle = rows.flatMap((id, slot) => (busy.has(id) ? [] : [{ id, slot }]));
        const free = idle.slice(0, Math.max(0, idle.length - others.length));
        if (free.length === 0) continue;
        const only = queueCapability(beat.queue);
        const skills = { role: beat.role, capabilities: [only, ...[...beat.capabilities].sort()], only };
        const key = JSON.stringify(skills);
        const party = byKind.get(key) ?? { skills, free: [] };
        party.free.push(...free);
        byKind.set(key, party);
      }
      // The first slots of all hosts before the second ones: work spreads.
      return [...byKind.values()].map(({ skills, free }) => ({
        skills,
        free: free.sort((a, b) => a.slot - b.slot).map(({ id }) => id),
      }));
    },
    instanceOf: (workerId) => byRow.get(workerId) ?? null,
    rows: () => [...members.values()].flatMap(({ rows }) => rows),
    list: () => [...members.values()].map(({ beat }) => beat),
    refused: () => [...refusals.values()],
  };
}

function silence(host: string, seconds: number): string {
  return `The worker on ${host} has not been heard of for ${seconds} s`;
}
