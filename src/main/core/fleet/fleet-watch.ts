import { setTimeout as delay } from "node:timers/promises";
import type { FleetConnection, RefusedWorker } from "../../../shared/model/fleet-view";
import type { Clock } from "../clock";
import type { FleetAccess } from "./fleet-access";
import { type Link, openLink } from "./link";
import { type Beat, FLEET_PROTOCOL } from "./protocol";
import { readBeat } from "./read-beat";

/** A worker as it told of itself last. */
export interface HeardWorker {
  readonly beat: Beat;
  /** Wall clock, milliseconds. */
  readonly heardAt: number;
}

/** Who is in a fleet, for those who only look: it hears what workers say, and tells them nothing but to say it. */
export interface FleetWatch {
  connection(): FleetConnection;
  workers(): readonly HeardWorker[];
  /** Whoever is there had the time to say so. */
  hearsAll(): boolean;
  refused(): readonly RefusedWorker[];
  /** Resolves when the connection stood once and those who are there had `waitMs` to answer, or when it cannot stand. */
  settled(waitMs: number): Promise<void>;
  close(): void;
}

/** A worker that says nothing for so many of its heartbeats is not shown any more. */
const FORGOTTEN_BEATS = 12;
/** As long as somebody wants to read why. */
const FORGOTTEN_MS = 60_000;
const MOST_REFUSED = 100;
const STAND_MS = 5_000;

export async function openFleetWatch(
  { address, keys, names }: FleetAccess,
  clock: Pick<Clock, "now">,
): Promise<FleetWatch> {
  const heard = new Map<string, HeardWorker>();
  const refused = new Map<string, { readonly worker: RefusedWorker; readonly heardAt: number }>();
  const keyIds = keys?.all.map(({ id }) => id) ?? [];
  let stands: () => void = () => undefined;
  const stood = new Promise<void>((resolve) => {
    stands = resolve;
  });
  let link: Link | null = null;
  let stoodAt: number | null = null;
  let isSettled = false;
  const roll = (): void => {
    if (!link?.isUp()) return;
    stoodAt ??= clock.now();
    stands();
    void link.commands.publish(names.roll, JSON.stringify({ protocol: FLEET_PROTOCOL })).catch(() => undefined);
  };
  link = await openLink({ address, onChange: roll });
  const hear = (text: string): void => {
    const answer = readBeat(text, keyIds);
    if (answer === null) return;
    if (answer.kind === "refused") {
      const { kind: _kind, ...worker } = answer;
      if (refused.size < MOST_REFUSED || refused.has(worker.instance)) {
        refused.set(worker.instance, { worker, heardAt: clock.now() });
      }
      return;
    }
    const { beat } = answer;
    refused.delete(beat.instance);
    if (beat.state === "leaving") heard.delete(beat.instance);
    else heard.set(beat.instance, { beat, heardAt: clock.now() });
  };
  // It is asked for once more when it is heard from then on: an answer to an earlier roll came to nobody.
  link.subscribe(names.beats, hear).then(roll, () => undefined);

  return {
    connection: () => ({
      shown: address.shown,
      trouble: link?.trouble() ?? null,
      keyId: keys?.first.id ?? null,
    }),
    workers() {
      const now = clock.now();
      for (const [instance, { beat, heardAt }] of heard) {
        if (now - heardAt > FORGOTTEN_BEATS * beat.heartbeatMs) heard.delete(instance);
      }
      return [...heard.values()];
    },
    hearsAll: () => link?.isUp() === true && (isSettled || (stoodAt !== null && clock.now() - stoodAt > STAND_MS)),
    refused() {
      const now = clock.now();
      for (const [instance, { heardAt }] of refused) if (now - heardAt > FORGOTTEN_MS) refused.delete(instance);
      return [...refused.values()].map(({ worker }) => worker);
    },
    async settled(waitMs) {
      await Promise.race([stood, delay(STAND_MS, undefined, { ref: false })]);
      if (!link?.isUp()) return;
      await delay(waitMs, undefined, { ref: false });
      isSettled = true;
    },
    close() {
      link?.close();
    },
  };
}
