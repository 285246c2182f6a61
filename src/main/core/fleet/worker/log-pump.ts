import { type FileHandle, open, stat } from "node:fs/promises";
import { LOG_CHUNK, LOG_WINDOW } from "../protocol";

export interface LogPumpOptions {
  readonly path: string;
  /** Resolves when Redis has it; false: it never will. */
  readonly send: (offset: number, bytes: Buffer) => Promise<boolean>;
}

/** Sends a log that grows, no further than `LOG_WINDOW` ahead of what was written at the other end. */
export interface LogPump {
  /** Sends what there is, and may be sent. One at a time; answers at once while it is at work. */
  push(): Promise<void>;
  /** So many bytes are written at the other end. `again`: what follows is sent once more. */
  written(bytes: number, again: boolean): void;
  sent(): number;
  /** Sends all to the end of the log; resolves with its length. False: it was given up. */
  finish(): Promise<number | false>;
  close(): Promise<void>;
}

export function createLogPump({ path, send }: LogPumpOptions): LogPump {
  let file: FileHandle | null = null;
  let sent = 0;
  let acknowledged = 0;
  /** Counts rewinds: what was read before one is not counted as sent after it. */
  let rewinds = 0;
  let isClosed = false;
  let pushing: Promise<boolean> | null = null;
  let wake: () => void = () => undefined;
  const buffer = Buffer.alloc(LOG_CHUNK);

  const opened = async (): Promise<FileHandle | null> => {
    if (file !== null) return file;
    try {
      file = await open(path, "r");
    } catch {
      // Nothing was printed yet.
    }
    return file;
  };

  /** False: it was given up. */
  const pushAll = async (): Promise<boolean> => {
    try {
      return await pushOpen();
    } catch (error) {
      // Closed while it was read.
      if (isClosed) return false;
      throw error;
    }
  };
  const pushOpen = async (): Promise<boolean> => {
    const log = isClosed ? null : await opened();
    if (log === null) return !isClosed;
    while (sent - acknowledged < LOG_WINDOW) {
      const [offset, rewound] = [sent, rewinds];
      const { bytesRead } = await log.read(buffer, 0, buffer.length, offset);
      if (bytesRead === 0) return true;
      if (!(await send(offset, Buffer.from(buffer.subarray(0, bytesRead))))) return false;
      if (rewound === rewinds) sent = offset + bytesRead;
    }
    return true;
  };
  const push = (): Promise<boolean> => {
    pushing ??= pushAll().finally(() => {
      pushing = null;
    });
    return pushing;
  };

  return {
    async push() {
      // What cannot be read now is at the next push, or at the end.
      if (pushing === null) await push().catch(() => undefined);
    },
    written(bytes, again) {
      if (again) {
        rewinds += 1;
        sent = bytes;
        acknowledged = bytes;
      } else acknowledged = Math.max(acknowledged, bytes);
      wake();
    },
    sent: () => sent,
    async finish() {
      for (;;) {
        if (!(await push())) return false;
        const size = await stat(path).then(
          (found) => found.size,
          () => 0,
        );
        if (sent >= size) return size;
        if (sent - acknowledged < LOG_WINDOW) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async close() {
      isClosed = true;
      wake();
      await file?.close();
      file = null;
    },
  };
}
