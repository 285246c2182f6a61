import { createWriteStream } from "node:fs";

/** The log of an attempt that runs inside the console: one line for each step, and text as it comes. */
export interface AttemptLog {
  line(text: string): void;
  /** Goes on where the text before ended. */
  text(text: string): void;
  /** Resolves when all of it is in the file. */
  close(): Promise<void>;
}

/** Appends to a file. A full disk costs the log, never the work. */
export function openAttemptLog(path: string): AttemptLog {
  const stream = createWriteStream(path, { flags: "a" });
  stream.on("error", () => undefined);
  let atLineStart = true;
  const write = (text: string): void => {
    if (text === "" || stream.destroyed) return;
    stream.write(text);
    atLineStart = text.endsWith("\n");
  };
  return {
    line: (text) => write(`${atLineStart ? "" : "\n"}${text}\n`),
    text: write,
    close: () =>
      new Promise((resolve) => {
        if (stream.destroyed) return resolve();
        stream.once("close", resolve);
        if (!atLineStart) stream.write("\n");
        stream.end();
      }),
  };
}
