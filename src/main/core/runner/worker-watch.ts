import { setImmediate as nextTurn } from "node:timers/promises";
import type { ProcessStanding } from "../../../shared/model/worker";
import { livesWhen, standingOf } from "../process-identity";
import type { WritableDatabase } from "../store/database";
import { appendEvent } from "../store/events";
import {
  forgetLostWorker,
  type LostWorker,
  listNoLongerLost,
  noteLostWorker,
  readLostWorker,
} from "../store/lost-workers";
import type { Store } from "../store/open";
import { getWorkers, listWorkersAfter, type WorkerPlace, type WorkerRecord } from "../store/workers";
import { EVENT_SOURCE } from "./claim-batch";
import { slotOf } from "./local-workers";
import { LOST, type Persistence } from "./persistence";
import { listen, type Sighting } from "./silence";

interface WorkerWatchOptions {
  readonly store: Store;
  readonly persistence: Pick<Persistence, "persist">;
  /** A worker that has been silent for so long is not counted on. Read whenever it is needed. */
  readonly silenceMs: number;
  /** About how often `look` is called. Read whenever it is needed. */
  readonly intervalMs: number;
}

/**
 * Tells of workers that are lost while no attempt of theirs would show it: an event when one dies or falls silent, and
 * one when it is back. Their rows stay as they are; what a row says against the process and the heartbeat is for the
 * views to tell. Workers with attempts are seen to where these are rescued.
 */
interface WorkerWatch {
  /** Looks at all workers that have not signed off, but for those with attempts. One look at a time. */
  look(withAttempts: ReadonlySet<string>): Promise<void>;
  close(): void;
}

/** Rows read, and processes looked at, between two turns of the event loop: a few milliseconds. */
const SLICE = 150;
/** The next look is due after twenty times what the last one took: of ten thousand workers, too, a twentieth at most. */
const REST = 20;
const LONGEST_REST_MS = 60_000;
/** Whoever was gone for so long before anybody looked is no news. */
const NO_NEWS_MS = 3_600_000;

interface Vitals {
  readonly process: ProcessStanding;
  readonly silentMs: number;
  readonly silenceMs: number;
}

/** What a worker is lost as; null: it is there. Pure. */
export function lossOf({ process, silentMs, silenceMs }: Vitals): "dead" | "zombie" | "stale" | null {
  if (livesWhen(process) === false) return process === "zombie" ? "zombie" : "dead";
  return silentMs >= silenceMs ? "stale" : null;
}

/** What is to be told, seeing what was told before. A dead worker is lost for good, a silent one may still die. Pure. */
export function turnOf(
  loss: ReturnType<typeof lossOf>,
  beat: number | null,
  told: LostWorker | null,
): "lost" | "back" | null {
  if (loss !== null) return told === null || (told.state === "stale" && loss !== "stale") ? "lost" : null;
  return told !== null && told.beat !== beat ? "back" : null;
}

interface Turn {
  readonly record: WorkerRecord;
  readonly loss: ReturnType<typeof lossOf>;
  readonly process: ProcessStanding;
  readonly isNews: boolean;
}

export function createWorkerWatch(options: WorkerWatchOptions): WorkerWatch {
  const { store, persistence } = options;
  const { clock } = store;
  let sightings = new Map<string, Sighting>();
  let isLooking = false;
  let isClosed = false;
  let dueAt = Number.NEGATIVE_INFINITY;

  const tell = (tx: WritableDatabase, { record, loss, process, isNews }: Turn): void => {
    const [now] = getWorkers(tx, [record.id]);
    // It came back or signed off between the look and now: the next look sees it as it is.
    if (now === undefined || now.status === "offline" || now.lastHeartbeat !== record.lastHeartbeat) return;
    const { id, lastHeartbeat: beat, status } = record;
    if (loss === null) forgetLostWorker(tx, id);
    else noteLostWorker(tx, id, { state: loss, beat }, clock.now());
    if (!isNews) return;
    const told =
      loss === null
        ? { status, back: true, reason: "It reports again" }
        : {
            status: loss,
            lost: loss !== "stale" || livesWhen(process) === null,
            process,
            reason: whyLost(record, loss),
          };
    appendEvent(tx, {
      id: store.newId(),
      type: "agent.heartbeat",
      at: clock.now(),
      source: EVENT_SOURCE,
      correlationId: id,
      payload: { worker_id: id, ...told },
    });
  };

  const forget = async (): Promise<void> => {
    const ids = listNoLongerLost(store.read, SLICE);
    if (ids.length === 0) return;
    await persistence.persist((tx) => {
      for (const id of ids) forgetLostWorker(tx, id);
    });
  };

  const see = (record: WorkerRecord, seen: Map<string, Sighting>): Turn | null => {
    const { id, lastHeartbeat: beat } = record;
    const sighting = listen(sightings.get(id), beat, clock.monotonic(), 2 * options.intervalMs);
    seen.set(id, sighting);
    const process = standingOf(record);
    const loss = lossOf({ process, silentMs: sighting.silentMs, silenceMs: options.silenceMs });
    const told = readLostWorker(store.read, id);
    const turn = turnOf(loss, beat, told);
    if (turn === null) return null;
    const isOld = told === null && (beat === null || clock.now() - beat > NO_NEWS_MS);
    return { record, loss, process, isNews: turn === "back" || !isOld };
  };

  const walk = async (withAttempts: ReadonlySet<string>): Promise<void> => {
    await forget();
    const seen = new Map<string, Sighting>();
    let after: WorkerPlace = { isSignedOff: false, role: "", id: "" };
    for (;;) {
      const slice = listWorkersAfter(store.read, after, SLICE);
      const turns = slice
        .filter(({ id }) => slotOf(id) === null && !withAttempts.has(id))
        .flatMap((record) => see(record, seen) ?? []);
      if (turns.length > 0) {
        const answer = await persistence.persist((tx) => {
          for (const turn of turns) tell(tx, turn);
        });
        if (answer === LOST) return;
      }
      const last = slice.at(-1);
      if (last === undefined || slice.length < SLICE) break;
      after = { isSignedOff: false, role: last.role, id: last.id };
      await nextTurn();
      if (isClosed) return;
    }
    sightings = seen;
  };

  return {
    async look(withAttempts) {
      const begun = clock.monotonic();
      if (isLooking || isClosed || begun < dueAt) return;
      isLooking = true;
      try {
        await walk(withAttempts);
      } finally {
        isLooking = false;
        const took = clock.monotonic() - begun;
        dueAt = clock.monotonic() + (took < options.intervalMs / REST ? 0 : Math.min(REST * took, LONGEST_REST_MS));
      }
    },
    close() {
      isClosed = true;
    },
  };
}

function whyLost({ pid, host }: WorkerRecord, loss: "dead" | "zombie" | "stale"): string {
  if (loss === "stale")
    return host === null ? "It is not heard of any more" : `It is not heard of any more from ${host}`;
  return loss === "zombie" ? `Its process (pid ${pid}) has ended and is a zombie` : `Its process (pid ${pid}) is gone`;
}
