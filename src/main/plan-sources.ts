import { randomUUID } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { HiveError } from "../shared/errors";
import type { PlanDefinition, PlanFinding } from "../shared/model/plan-definition";
import type { PlanPreview } from "../shared/model/views";
import type { PlanReader } from "./plan-reader";

/** A plan is written by people; whatever is larger is not one. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Texts kept for launch. The least recently opened one goes first. */
const MAX_SOURCES = 32;

/** A plan's text as it was read, and where it came from. */
export interface PlanSource {
  readonly id: string;
  readonly name: string;
  readonly file: string;
  /** What the plan's relative paths stand on. */
  readonly folder: string;
  readonly text: string;
  readonly definition: PlanDefinition | null;
  readonly findings: readonly PlanFinding[];
}

/**
 * Plan texts that the operator opened, by an id of ours: the page names what it saw and launches exactly that,
 * never a path.
 */
export interface PlanSources {
  open(file: string): Promise<PlanPreview>;
  /** Reads the file again under the same id. */
  reload(sourceId: string): Promise<PlanPreview>;
  /** The text as last shown. */
  get(sourceId: string): PlanSource;
}

export function createPlanSources(reader: PlanReader): PlanSources {
  const sources = new Map<string, PlanSource>();

  function keep(source: PlanSource): PlanPreview {
    sources.delete(source.id);
    sources.set(source.id, source);
    for (const id of sources.keys()) {
      if (sources.size <= MAX_SOURCES) break;
      sources.delete(id);
    }
    return previewOf(source);
  }

  function get(sourceId: string): PlanSource {
    const source = sources.get(sourceId);
    if (source === undefined) {
      throw new HiveError("not_found", "This plan is no longer open. Choose its file again.", { sourceId });
    }
    return source;
  }

  return {
    open: async (file) => keep(await readSource(reader, file, randomUUID())),
    reload: async (sourceId) => keep(await readSource(reader, get(sourceId).file, sourceId)),
    get,
  };
}

async function readSource(reader: PlanReader, file: string, id: string): Promise<PlanSource> {
  const text = await readPlanText(file);
  const name = basename(file);
  return { id, name, file, folder: dirname(file), text, ...(await reader.parse(text, { fileName: name })) };
}

async function readPlanText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) {
      const limit = MAX_BYTES / 1024 / 1024;
      throw new HiveError("file_unreadable", `${file} is larger than ${limit} MiB: that is not a plan.`, { file });
    }
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof HiveError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new HiveError(
      "file_unreadable",
      `${file} could not be read (${why}). Check that it exists and is yours to read.`,
      {
        file,
      },
    );
  }
}

function previewOf({ id, name, text, definition, findings }: PlanSource): PlanPreview {
  return {
    sourceId: id,
    sourceName: name,
    text,
    title: definition?.title ?? name,
    description: definition?.description ?? "",
    parameters: definition?.parameters ?? [],
    subtasks: (definition?.subtasks ?? []).map((subtask) => ({
      id: subtask.id,
      title: subtask.title,
      agent: subtask.agent,
      dependencies: subtask.dependencies,
    })),
    findings,
  };
}
