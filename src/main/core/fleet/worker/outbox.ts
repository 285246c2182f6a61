import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { ToConsole } from "../protocol";

/** Tells consoles what happens here, in order for each attempt. */
export interface Outbox {
  /** Resolves when Redis has it. Tries until then, or until `signal`: then it answers false. */
  send(stream: string, message: ToConsole, bytes: Buffer | null, signal: AbortSignal): Promise<boolean>;
}

const RETRY_MS = { first: 100, most: 2_000 } as const;

/**
 * A backstop against a console that is gone for good. What it throws away is asked for again by one that comes back.
 */
const MOST_ENTRIES = 100_000;
/** Of one entry of the stream. */
const MOST_MESSAGES = 100;
const MOST_BYTES = 256 * 1024;

interface Letter {
  readonly fields: readonly (string | Buffer)[];
  readonly size: number;
  readonly signal: AbortSignal;
  readonly sent: (isSent: boolean) => void;
}

interface Tray {
  letters: Letter[];
  isSending: boolean;
}

/** What is told in one moment, and while an entry is on its way, goes as one entry: Redis has most of its work per entry. */
export function createOutbox(commands: Redis): Outbox {
  const trays = new Map<string, Tray>();

  const trayOf = (stream: string): Tray => {
    const known = trays.get(stream);
    if (known !== undefined) return known;
    const made: Tray = { letters: [], isSending: false };
    trays.set(stream, made);
    return made;
  };

  /** False: it did not get through. */
  const sendSome = async (stream: string, some: readonly Letter[]): Promise<boolean> => {
    try {
      const fields = some.flatMap((letter) => letter.fields);
      await commands.xadd(stream, "MAXLEN", "~", MOST_ENTRIES, "*", ...fields);
      return true;
    } catch {
      return false;
    }
  };

  const sendAll = async (stream: string, tray: Tray): Promise<void> => {
    let pause: number = RETRY_MS.first;
    while (tray.letters.length > 0) {
      const { some, rest } = firstOf(tray.letters);
      tray.letters = rest;
      if (some.length === 0) continue;
      if (await sendSome(stream, some)) {
        pause = RETRY_MS.first;
        for (const { sent } of some) sent(true);
        continue;
      }
      // Its memory is full, for one. Without a connection the command itself waits.
      tray.letters.unshift(...some);
      await delay(pause);
      pause = Math.min(2 * pause, RETRY_MS.most);
    }
    tray.isSending = false;
    trays.delete(stream);
  };

  return {
    send(stream, message, bytes, signal) {
      const text = JSON.stringify(message);
      const fields = ["m", text, ...(bytes === null ? [] : ["b", bytes])];
      const size = text.length + (bytes?.length ?? 0);
      return new Promise((sent) => {
        const tray = trayOf(stream);
        tray.letters.push({ fields, size, signal, sent });
        if (tray.isSending) return;
        tray.isSending = true;
        setImmediate(() => void sendAll(stream, tray));
      });
    },
  };
}

/** What goes into one entry; what nobody waits for any more is left out, and told so. */
function firstOf(letters: readonly Letter[]): { readonly some: Letter[]; readonly rest: Letter[] } {
  const some: Letter[] = [];
  let size = 0;
  for (const [at, letter] of letters.entries()) {
    if (letter.signal.aborted) {
      letter.sent(false);
      continue;
    }
    if (some.length > 0 && (some.length >= MOST_MESSAGES || size + letter.size > MOST_BYTES))
      return { some, rest: letters.slice(at) };
    some.push(letter);
    size += letter.size;
  }
  return { some, rest: [] };
}
