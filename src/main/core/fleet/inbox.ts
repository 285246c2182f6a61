import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import { type ToConsole, toConsoleSchema } from "./protocol";

export interface InboxOptions {
  /** For this alone: it blocks. */
  readonly reader: Redis;
  readonly commands: Redis;
  readonly stream: string;
  /** In the order in which they arrived; `bytes`: what stands beside the message. */
  readonly hear: (message: ToConsole, bytes: Buffer | null) => void;
}

/** Entries of one step, most of which hold a few messages: a few milliseconds of work. */
const STEP = 32;
const BLOCK_MS = 1_000;
const AFTER_TROUBLE_MS = 200;
/** A connection that has not answered for so many times as long as it may is dead, whatever TCP believes. */
const MISSED_ANSWERS = 4;
const START = "0-0";

/**
 * Hears what workers tell this database, and takes it out of the stream. Something may be heard twice, after a connection
 * was lost. What does not parse is passed over.
 */
export function openInbox({ reader, commands, stream, hear }: InboxOptions): { close(): void } {
  let closed = false;
  let last = START;
  // What was heard and not taken out yet is heard again, and a Redis that lost its memory counts anew.
  reader.on("close", () => {
    last = START;
  });

  let unanswered = 0;
  const watch = setInterval(() => {
    unanswered = reader.status === "ready" ? unanswered + 1 : 0;
    if (unanswered > MISSED_ANSWERS) reader.disconnect(true);
  }, BLOCK_MS);

  let isTakingOut = false;
  /** Nobody waits for it. What came meanwhile is taken out after it. */
  const takeOut = async (): Promise<void> => {
    if (isTakingOut) return;
    isTakingOut = true;
    let until = START;
    while (until !== last) {
      until = last;
      // What is left there now is taken out with what comes next.
      await commands.xtrim(stream, "MINID", behind(until)).catch(() => undefined);
    }
    isTakingOut = false;
  };

  const step = async (): Promise<void> => {
    const answer = await reader.xreadBuffer("COUNT", STEP, "BLOCK", BLOCK_MS, "STREAMS", stream, last);
    unanswered = 0;
    if (!Array.isArray(answer) || closed) return;
    for (const [, entries] of answer) {
      for (const [id, fields] of entries) {
        last = id.toString();
        for (const { message, bytes } of readMessages(fields)) hear(message, bytes);
      }
    }
    void takeOut();
  };
  const read = async (): Promise<void> => {
    while (!closed) {
      try {
        await step();
      } catch {
        await delay(AFTER_TROUBLE_MS);
      }
    }
  };
  void read();
  return {
    close() {
      closed = true;
      clearInterval(watch);
    },
  };
}

/** The first id after this one. */
function behind(id: string): string {
  const [time = "0", number = "0"] = id.split("-");
  return `${time}-${Number(number) + 1}`;
}

interface Heard {
  readonly message: ToConsole;
  readonly bytes: Buffer | null;
}

/** An entry holds messages in the fields `m`, each with its bytes behind it in `b`. */
function readMessages(fields: readonly Buffer[]): Heard[] {
  const heard: Heard[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [name, value] = [fields[at]?.toString(), fields[at + 1]];
    if (name !== "m" || value === undefined) continue;
    const message = readMessage(value.toString());
    if (message === null) continue;
    const bytes = fields[at + 2]?.toString() === "b" ? (fields[at + 3] ?? null) : null;
    heard.push({ message, bytes });
  }
  return heard;
}

function readMessage(text: string): ToConsole | null {
  try {
    return toConsoleSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
