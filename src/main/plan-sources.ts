import { randomUUID } from "node:crypto";
import { basename, dirname } from "node:path";
import { HiveError } from "../shared/errors";
import type { PlanDefinition, PlanFinding } from "../shared/model/plan-definition";
import { originKey, type PlanOrigin } from "../shared/model/plan-origin";
import type { FileState, PlanDraft, SaveOutcome } from "../shared/model/plan-source";
import type { PlanPreview } from "../shared/model/views";
import type { PlanDrafts } from "./plan-drafts";
import { planFileText, readPlanText, writePlanText } from "./plan-file-text";
import type { PlanReader } from "./plan-reader";

/** Texts kept for launch. The least recently opened one that is not edited goes first. */
const MAX_SOURCES = 32;

/** A plan's text as it stands in the window, and where it came from. */
export interface PlanSource {
  readonly id: string;
  readonly name: string;
  readonly origin: PlanOrigin;
  /** Absolute; null: it is in no file. */
  readonly file: string | null;
  /** What the plan's relative paths stand on. */
  readonly folder: string;
  readonly text: string;
  /** What its file said when it was read or written; for one in no file, what it began with. */
  readonly kept: string;
  readonly definition: PlanDefinition | null;
  readonly findings: readonly PlanFinding[];
}

/** A text in no file. */
interface LooseText {
  readonly origin: PlanOrigin;
  readonly name: string;
  readonly folder: string;
  readonly text: string;
}

/**
 * Plan texts that the operator opened, by an id of ours: the page names what it saw and launches exactly that,
 * never a path. What was opened, edited and not saved is there again when it is opened again, in a later window too.
 */
export interface PlanSources {
  open(file: string, origin: PlanOrigin): Promise<PlanPreview>;
  openText(loose: LooseText): Promise<PlanPreview>;
  /** Reads the file again under the same id; edits are gone. */
  reload(sourceId: string): Promise<PlanPreview>;
  /** Takes a text in place of the one it had. Of two that overlap the later one holds. */
  edit(sourceId: string, text: string): Promise<PlanPreview>;
  save(sourceId: string, options: { readonly overwrite: boolean }): Promise<SaveOutcome>;
  saveAs(sourceId: string, file: string, origin: PlanOrigin): Promise<PlanPreview>;
  fileState(sourceId: string): Promise<FileState>;
  drafts(): Promise<readonly PlanDraft[]>;
  /** The text as last shown. */
  get(sourceId: string): PlanSource;
  /** Its file, for what reads it later by itself. Throws `not_allowed` when the text is not what a file says. */
  savedFile(sourceId: string): string;
}

export function createPlanSources(reader: PlanReader, stored: PlanDrafts): PlanSources {
  const sources = new Map<string, PlanSource>();
  /** The latest text of each that is being parsed. */
  const newest = new Map<string, string>();

  function keep(source: PlanSource): PlanPreview {
    sources.delete(source.id);
    sources.set(source.id, source);
    for (const [id, other] of sources) {
      if (sources.size <= MAX_SOURCES) break;
      if (id !== source.id && !isEdited(other)) sources.delete(id);
    }
    return previewOf(source);
  }

  function get(sourceId: string): PlanSource {
    const source = sources.get(sourceId);
    if (source === undefined) {
      throw new HiveError("not_found", "This plan is no longer open. Choose it again.", { sourceId });
    }
    return source;
  }

  /** What was edited and not saved, in this window or an earlier one. */
  async function editedOf(origin: PlanOrigin): Promise<PlanSource | null> {
    const key = originKey(origin);
    const open = [...sources.values()].find((source) => isEdited(source) && originKey(source.origin) === key);
    if (open !== undefined) return open;
    const draft = await stored.get(origin);
    if (draft === null) return null;
    return { id: randomUUID(), ...draft, ...(await reader.parse(draft.text, { fileName: draft.name })) };
  }

  /** Keeps what is edited on the disk, too, and nothing else. */
  async function store({ origin, name, file, folder, text, kept }: PlanSource): Promise<void> {
    if (text === kept) await stored.remove(origin);
    else await stored.put({ origin, name, file, folder, text, kept });
  }

  async function read(given: Omit<PlanSource, "text" | "kept" | "definition" | "findings">, text: string) {
    const { definition, findings } = await reader.parse(text, { fileName: given.name });
    return keep({ ...given, text, kept: text, definition, findings });
  }

  function fileOf({ file, name }: PlanSource): string {
    if (file !== null) return file;
    throw new HiveError("not_allowed", `${name} is in no file yet. Save it as one first.`, { name });
  }

  return {
    async open(file, origin) {
      const edited = await editedOf(origin);
      if (edited !== null) return keep(edited);
      return read(
        { id: randomUUID(), name: basename(file), origin, file, folder: dirname(file) },
        await readPlanText(file),
      );
    },
    async openText({ origin, name, folder, text }) {
      const edited = await editedOf(origin);
      return edited === null ? read({ id: randomUUID(), name, origin, file: null, folder }, text) : keep(edited);
    },
    async reload(sourceId) {
      const source = get(sourceId);
      const text = source.file === null ? source.kept : await readPlanText(source.file);
      newest.set(sourceId, text);
      const preview = await read(source, text);
      await stored.remove(source.origin);
      return preview;
    },
    async edit(sourceId, text) {
      const { name } = get(sourceId);
      newest.set(sourceId, text);
      const { definition, findings } = await reader.parse(text, { fileName: name });
      const source = get(sourceId);
      if (newest.get(sourceId) !== text) return previewOf(source);
      const edited = { ...source, text, definition, findings };
      const preview = keep(edited);
      await store(edited);
      return preview;
    },
    async save(sourceId, { overwrite }) {
      const source = get(sourceId);
      const file = fileOf(source);
      if (!isSavable(source)) {
        throw new HiveError("not_allowed", `${source.name} comes with the program. Save it as a file of your own.`);
      }
      const now = await planFileText(file);
      if (!overwrite && now !== source.kept) return { outcome: now === null ? "missing" : "changed" };
      await writePlanText(file, source.text);
      const saved = { ...get(sourceId), kept: source.text };
      const preview = keep(saved);
      await store(saved);
      return { outcome: "saved", preview };
    },
    async saveAs(sourceId, file, origin) {
      const { text, origin: former } = get(sourceId);
      await writePlanText(file, text);
      await stored.remove(former);
      await stored.remove(origin);
      return read({ id: sourceId, name: basename(file), origin, file, folder: dirname(file) }, text);
    },
    async fileState(sourceId) {
      const { file, kept } = get(sourceId);
      if (file === null) return "none";
      const now = await planFileText(file);
      return now === null ? "missing" : now === kept ? "same" : "changed";
    },
    async drafts() {
      const open = [...sources.values()].filter(isEdited);
      const keys = new Set(open.map(({ origin }) => originKey(origin)));
      const others = (await stored.all()).filter(({ origin }) => !keys.has(originKey(origin)));
      return [...open, ...others].map(({ name, origin }) => ({ name, origin }));
    },
    get,
    savedFile(sourceId) {
      const source = get(sourceId);
      const file = fileOf(source);
      if (!isEdited(source)) return file;
      throw new HiveError("not_allowed", `${source.name} has edits that are not saved. Save them first.`, { file });
    },
  };
}

const isEdited = ({ text, kept }: PlanSource): boolean => text !== kept;
const isSavable = ({ file, origin }: PlanSource): boolean => file !== null && origin.kind !== "sample";

function previewOf(source: PlanSource): PlanPreview {
  const { id, name, origin, folder, text, definition, findings } = source;
  return {
    sourceId: id,
    sourceName: name,
    origin,
    folder,
    isSavable: isSavable(source),
    isEdited: isEdited(source),
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
