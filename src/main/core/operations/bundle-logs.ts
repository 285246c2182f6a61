import { rmSync } from "node:fs";
import { mkdtemp, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { bundledLogSize, LOG_PIECE, readBundledLog } from "../store/bundle-file";
import type { Store } from "../store/open";

interface Unpacked {
  readonly folder: Promise<string>;
  readonly files: Map<string, Promise<string>>;
}

const unpacked = new Map<Store, Unpacked>();

/** Whoever searches or saves a log reads a file: a bundle's is written out once, for as long as the process runs. */
export function unpackLog(store: Store, runId: string): Promise<string> {
  let mine = unpacked.get(store);
  if (mine === undefined) {
    mine = { folder: makeFolder(), files: new Map() };
    unpacked.set(store, mine);
  }
  const known = mine.files.get(runId);
  if (known !== undefined) return known;
  const { folder, files } = mine;
  const writing = folder.then((path) => write(store, runId, join(path, `${files.size}.log`)));
  files.set(runId, writing);
  writing.catch(() => files.delete(runId));
  return writing;
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "hive-bundle-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function write(store: Store, runId: string, path: string): Promise<string> {
  const size = bundledLogSize(store.read, runId);
  const file = await open(path, "w", 0o600);
  try {
    for (let start = 0; start < size; start += LOG_PIECE) {
      await file.appendFile(readBundledLog(store.read, runId, start, LOG_PIECE));
      await nextTurn();
    }
  } finally {
    await file.close();
  }
  return path;
}
