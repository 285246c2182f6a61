import { inColour, inPlain, type Paint, wantsColour } from "./style";

/** One of the two streams that a command writes to. */
export interface Output {
  /** A person looks at it: lines may be redrawn in place. */
  readonly isTty: boolean;
  readonly paint: Paint;
  /** Columns and rows now; what a file or pipe does not have is 80 x 24. */
  size(): { readonly width: number; readonly height: number };
  write(text: string): void;
  line(text?: string): void;
  /** Whoever read it is gone; writes go nowhere. */
  readonly closed: boolean;
}

export interface Outputs {
  readonly out: Output;
  readonly err: Output;
}

function outputTo(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Output {
  const isTty = stream.isTTY === true && env.TERM !== "dumb";
  let closed = false;
  // A reader that has seen enough (`| head`) is no error of ours.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO" && error.code !== "ERR_STREAM_DESTROYED") throw error;
    closed = true;
  });
  const write = (text: string): void => {
    if (!closed) stream.write(text);
  };
  return {
    isTty,
    paint: wantsColour(env, isTty) ? inColour : inPlain,
    size: () => ({ width: stream.columns || 80, height: stream.rows || 24 }),
    write,
    line: (text = "") => write(`${text}\n`),
    get closed() {
      return closed;
    },
  };
}

export function processOutputs(): Outputs {
  return { out: outputTo(process.stdout, process.env), err: outputTo(process.stderr, process.env) };
}

/** Resolves when what was written so far has left the process, so that exiting cuts nothing off. */
export async function flushOutputs(): Promise<void> {
  const drained = (stream: NodeJS.WriteStream) =>
    new Promise<void>((resolve) => {
      if (stream.writableLength === 0 || stream.destroyed) resolve();
      else stream.write("", () => resolve());
    });
  await Promise.all([drained(process.stdout), drained(process.stderr)]);
}
