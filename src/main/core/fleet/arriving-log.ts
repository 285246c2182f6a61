import { type FileHandle, open } from "node:fs/promises";

/** The log of an attempt elsewhere, as it arrives: written where the log of one here would be. */
export interface ArrivingLog {
  /**
   * Takes bytes that begin at `offset` of the whole. What is there already is left out; behind a gap nothing is taken.
   * Answers how many bytes of the log are there now. One after the other, in the order of the calls.
   */
  take(offset: number, bytes: Buffer): Promise<number>;
  /** How many bytes are there now, after all calls before. */
  size(): Promise<number>;
  close(): Promise<void>;
}

/** Goes on with the file if there is one. Its folder exists. Each call throws what the file system does. */
export function openArrivingLog(path: string): ArrivingLog {
  let file: FileHandle | null = null;
  let size = 0;
  let last: Promise<unknown> = Promise.resolve();

  const opened = async (): Promise<FileHandle> => {
    if (file !== null) return file;
    file = await open(path, "a");
    size = (await file.stat()).size;
    return file;
  };
  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
  return {
    take: (offset, bytes) =>
      inOrder(async () => {
        const log = await opened();
        if (offset > size) return size;
        const news = bytes.subarray(size - offset);
        if (news.length > 0) {
          await log.appendFile(news);
          size += news.length;
        }
        return size;
      }),
    size: () =>
      inOrder(async () => {
        await opened();
        return size;
      }),
    close: () =>
      inOrder(async () => {
        await file?.close();
        file = null;
      }),
  };
}
