import { basename, parse } from "node:path";
import type { Handlers } from "../../shared/contract";
import type { ResultFormat } from "../../shared/model/explorer";
import type { Store } from "../core/store/open";
import type { Dialogs } from "../dialogs";
import { createAsking, MOST_MEMORY } from "./ask";
import type { Explorer } from "./client";
import type { ExplorerDatabase } from "./connection";
import { createQueries } from "./queries";
import type { ExportSource } from "./result-export";
import { createResultExports } from "./result-exports";
import { createWriting } from "./write-mode";

export interface ExplorerServices {
  readonly store: Store;
  readonly explorer: Explorer;
  readonly dialogs: Pick<Dialogs, "saveFile">;
  /** Path of the native part of better-sqlite3; undefined: the packaged one. */
  readonly nativeBinding: string | undefined;
  readonly actor: string;
  /** What a query may hold, in bytes. Default: `MOST_MEMORY`. */
  readonly memoryBytes?: number;
  /** How long trying a change may take. Default: 10 seconds. */
  readonly tryMs?: number;
}

const SCHEMA_MS = 10_000;
const COUNTS_MS = 5_000;

/** What the explorer's view asks for. `end` stops what is under way. */
export function explorerHandlers({
  store,
  explorer,
  dialogs,
  nativeBinding,
  actor,
  memoryBytes = MOST_MEMORY,
  tryMs,
}: ExplorerServices) {
  // What is observed may be a copy: it is read where main reads it.
  const database: ExplorerDatabase = { file: store.read.name, nativeBinding: nativeBinding ?? null };
  const asking = createAsking(explorer, memoryBytes);
  const queries = createQueries({ explorer, memoryBytes });
  const exports = createResultExports(explorer, memoryBytes);
  const writing = createWriting({
    store,
    explorer,
    nativeBinding: database.nativeBinding,
    actor,
    memoryBytes,
    ...(tryMs === undefined ? {} : { tryMs }),
  });
  const nameOf = (source: ExportSource, format: ResultFormat): string =>
    `${"table" in source ? source.table : parse(basename(store.file)).name}.${format}`.replaceAll(/[/\\:]/g, "_");

  const handlers = {
    "explorer.schema": () => asking.ask("schema", { kind: "readSchema", ...database }, SCHEMA_MS),
    "explorer.counts": ({ tables }) => asking.collect("counts", { kind: "countRows", ...database, tables }, COUNTS_MS),
    "explorer.table": ({ asker, limitMs, ...request }) =>
      asking.ask(asker, { kind: "readTable", ...database, ...request }, limitMs),
    "explorer.cell": ({ asker, limitMs, place }) =>
      asking.ask(asker, { kind: "readCell", ...database, place }, limitMs),
    "explorer.references": ({ asker, limitMs, table, key }) =>
      asking.ask(asker, { kind: "readReferences", ...database, table, key }, limitMs),
    "explorer.cancel": ({ asker }) => {
      asking.cancel(asker);
      return null;
    },
    "explorer.run": ({ limitMs, ...run }) => ({ queryId: queries.start({ ...database, ...run }, limitMs) }),
    "explorer.next": ({ queryId }) => queries.next(queryId),
    "explorer.more": ({ queryId, statement }) => {
      queries.more(queryId, statement);
      return null;
    },
    "explorer.stop": ({ queryId }) => {
      queries.stop(queryId);
      return null;
    },
    "explorer.export": async ({ source, format }) => {
      const file = await dialogs.saveFile("Export rows", nameOf(source, format));
      return file === null ? null : exports.start({ database, source, format, file });
    },
    "explorer.exported": ({ exportId }) => exports.get(exportId),
    "explorer.stopExport": ({ exportId }) => {
      exports.stop(exportId);
      return null;
    },
    "explorer.writeMode": () => writing.mode(),
    "explorer.setWriteMode": ({ isOn, reason }) => writing.set(isOn, reason),
    "explorer.previewWrite": ({ sql, parameters }) => writing.preview(sql, parameters),
    "explorer.commitWrite": ({ previewId }) => writing.commit(previewId),
    "explorer.stopWrite": async () => {
      await writing.stop();
      return null;
    },
  } satisfies Partial<Handlers>;

  return {
    handlers,
    /** Resolves when nothing of it has the database open any more. */
    async end(): Promise<void> {
      asking.stop();
      queries.stopAll();
      exports.stopAll();
      await writing.stop();
    },
  };
}
