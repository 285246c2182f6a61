import { unlink, writeFile } from "node:fs/promises";
import { toErrorBody } from "../../../../shared/errors";
import { type Attempt, superviseProcess } from "../../runner/attempt";
import { taskEnvironment } from "../../runner/environment";
import { launch, StartLost } from "../../runner/launch";
import type { Ending } from "../../runner/outcome";
import type { SpawnServer } from "../../runner/spawn-server";
import { type AttemptFiles, attemptFiles, writeInputs } from "../../runner/task-files";
import type { ArtifactTarget } from "../artifact-target";
import type { Work } from "../protocol";
import type { ArtifactsHere } from "./artifacts-here";
import { workingFolder } from "./folders";
import type { PlansHere } from "./plans-here";

export interface AttemptHost {
  /** Below it are the files of attempts. */
  readonly filesFolder: string;
  /** Where plans' folders are on this host; null: where they are on the console's, or in a folder of each plan's own. */
  readonly workFolder: string | null;
  readonly inherited: Readonly<Record<string, string>>;
  readonly server: SpawnServer;
  readonly plans: PlansHere;
  /** Where artifacts go; null: nowhere. */
  readonly artifacts: ArtifactTarget | null;
}

/** What an attempt came to that this host had no room for: it is to be tried again later. */
export class NoRoom extends Error {}

const NO_ROOM = new Set(["ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "EAGAIN", "ENOMEM"]);

/**
 * Starts the process of an attempt, whose plan has its folders here. What keeps it from starting is how it ends.
 * @param graceMs from SIGTERM to SIGKILL; asked when it is stopped
 * @throws NoRoom
 */
export async function startHere(
  work: Work,
  host: AttemptHost,
  { artifacts, graceMs }: { readonly artifacts: ArtifactsHere | null; readonly graceMs: () => number },
): Promise<Attempt> {
  const { run, subtaskId, runId, planId, timeoutMs } = work;
  if (run === null) return ended({ outcome: "success", exitCode: null, signal: null, error: null, result: null });
  const files = attemptFiles(host.filesFolder, planId, runId);
  try {
    const inputs = await writeInputs(files, work.inputs);
    if (work.input !== null) await writeFile(files.prompt, work.input, { mode: 0o600 });
    const cwd = await workingFolder(work, { given: host.workFolder, own: files.planFolder });
    const env = taskEnvironment(host.inherited, {
      ...work,
      env: { ...work.env, ...artifacts?.env },
      inputs: inputs.text,
      inputsFile: inputs.file,
      resultFile: files.result,
      planFolder: files.planFolder,
    });
    const input = work.input === null ? {} : { input: files.prompt };
    const launched = await launch({ run, cwd, env, files, subtaskId, ...input }, host.server);
    const started = launched.kind === "started" ? launched : null;
    return superviseProcess(
      {
        group: started?.pid ?? null,
        exited: launched.kind === "started" ? launched.exited : Promise.resolve(launched.end),
        release: () => started?.child.unref(),
        look: () => started?.look?.(),
      },
      {
        runId,
        subtaskId,
        run,
        timeoutMs,
        files,
        elapsedMs: 0,
        get graceMs() {
          return graceMs();
        },
      },
    );
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (error instanceof StartLost || NO_ROOM.has(code)) throw new NoRoom(toErrorBody(error).message);
    return ended({ outcome: "failure", exitCode: null, signal: null, error: toErrorBody(error).message, result: null });
  }
}

function ended(ending: Ending): Attempt {
  return { ended: Promise.resolve(ending), stop: () => undefined, release: () => undefined };
}

/** Removes what an attempt left here; its log is the console's by now. `more`: files that it was given. */
export async function removeFiles(files: AttemptFiles, more: readonly string[]): Promise<void> {
  const { log, exit, inputs, prompt, result } = files;
  await Promise.all([log, exit, inputs, prompt, result, ...more].map((file) => unlink(file).catch(() => undefined)));
}
