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
const MOST_MESSAGES = 100_000;

export function createOutbox(commands: Redis): Outbox {
  return {
    async send(stream, message, bytes, signal) {
      const fields = ["m", JSON.stringify(message), ...(bytes === null ? [] : ["b", bytes])];
      for (let pause: number = RETRY_MS.first; !signal.aborted; pause = Math.min(2 * pause, RETRY_MS.most)) {
        try {
          await commands.xadd(stream, "MAXLEN", "~", MOST_MESSAGES, "*", ...fields);
          return true;
        } catch {
          // Its memory is full, for one. Without a connection the command itself waits.
          await delay(pause, undefined, { signal }).catch(() => undefined);
        }
      }
      return false;
    },
  };
}
