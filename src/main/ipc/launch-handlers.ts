import { access } from "node:fs/promises";
import { basename, dirname, join, parse } from "node:path";
import type { Handlers } from "../../shared/contract";
import { HiveError } from "../../shared/errors";
import type { PlanOrigin } from "../../shared/model/plan-origin";
import type { LikePreview, RecentPlan } from "../../shared/model/plan-source";
import { getPlan } from "../core/operations/plans";
import type { Store } from "../core/store/open";
import { listRecentSources, type RecentSource } from "../core/store/recent-sources";
import type { Dialogs } from "../dialogs";
import type { PlanFiles } from "../plan-files";
import type { PlanSources } from "../plan-sources";
import type { Samples } from "../samples";

/** Plans looked at for files that were launched. */
const LOOKED_AT = 200;
const MOST_RECENT = 20;

const NEW_PLAN = `title: New plan
description: What it does, as operators see it before they launch it.

subtasks:
  - id: first
    title: First task
    run: echo hello

  - id: second
    title: Second task
    dependencies: [first]
    run: echo done
`;

export interface PlanTexts {
  readonly dialogs: Dialogs;
  readonly samples: Samples;
  readonly sources: PlanSources;
  readonly files: PlanFiles;
  readonly homeFolder: string;
}

/** Plans as texts: opened, edited and saved. They need no database. */
export function planTextHandlers({ dialogs, samples, sources, files, homeFolder }: PlanTexts) {
  const openFile = (file: string) => {
    files.noteOpened(file);
    return sources.open(file, { kind: "file", fileId: files.name(file) });
  };
  return {
    "plans.samples": () => samples.list(),
    "plans.openSample": async ({ name }) => sources.open(await samples.fileOf(name), { kind: "sample", name }),
    "plans.chooseFile": async () => {
      const file = await dialogs.planFile();
      return file === null ? null : openFile(file);
    },
    "plans.chooseFolder": ({ current }) => dialogs.folder(current ?? null),
    "plans.openFile": ({ fileId }) => openFile(files.pathOf(fileId)),
    "plans.openNew": () =>
      sources.openText({ origin: { kind: "new" }, name: "new-plan.yaml", folder: homeFolder, text: NEW_PLAN }),
    "plans.reload": ({ sourceId }) => sources.reload(sourceId),
    "plans.edit": ({ sourceId, text }) => sources.edit(sourceId, text),
    "plans.save": ({ sourceId, overwrite }) => sources.save(sourceId, { overwrite }),
    "plans.saveAs": async ({ sourceId }) => {
      const { name, folder, origin } = sources.get(sourceId);
      const file = await dialogs.savePlan(join(origin.kind === "sample" ? homeFolder : folder, name));
      if (file === null) return null;
      const preview = await sources.saveAs(sourceId, file, { kind: "file", fileId: files.name(file) });
      files.noteOpened(file);
      return preview;
    },
    "plans.fileState": ({ sourceId }) => sources.fileState(sourceId),
    "plans.drafts": () => sources.drafts(),
  } satisfies Partial<Handlers>;
}

export interface LaunchedPlans extends Pick<PlanTexts, "samples" | "sources" | "files"> {
  readonly store: Store;
}

/** Plans that were launched from this database, to be launched again. */
export function launchedPlanHandlers({ store, samples, sources, files }: LaunchedPlans) {
  async function originOf(file: string): Promise<PlanOrigin> {
    const name = parse(file).name;
    const sample = await samples.fileOf(name).catch(() => null);
    return sample === file ? { kind: "sample", name } : { kind: "file", fileId: files.name(file) };
  }

  async function recent(file: string, last: RecentSource | null): Promise<RecentPlan> {
    return {
      origin: await originOf(file),
      name: basename(file),
      folder: dirname(file),
      last: last && { planId: last.planId, title: last.title, status: last.status, at: last.at },
      isMissing: !(await exists(file)),
    };
  }

  async function openLike(planId: string): Promise<LikePreview> {
    const { definitionText, sourceName, folder, title, parameters } = getPlan(store, { planId });
    if (definitionText === null || folder === null) {
      throw new HiveError("not_allowed", `${title} was written by another program: there is no text to launch again.`, {
        planId,
      });
    }
    const name = sourceName ?? "plan.yaml";
    const origin: PlanOrigin = { kind: "like", planId };
    return { ...(await sources.openText({ origin, name, folder, text: definitionText })), given: parameters };
  }

  return {
    "plans.recent": async () => {
      const launched = listRecentSources(store.read, LOOKED_AT);
      const all = new Map(launched.map((source) => [join(source.folder, source.name), source] as const));
      const opened = files.opened().filter((file) => !all.has(file));
      const paths = [...[...all.keys()].slice(0, MOST_RECENT), ...opened];
      const rows = await Promise.all(paths.map((file) => recent(file, all.get(file) ?? null)));
      return rows.slice(0, 2 * MOST_RECENT);
    },
    "plans.openLike": ({ planId }) => openLike(planId),
  } satisfies Partial<Handlers>;
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
