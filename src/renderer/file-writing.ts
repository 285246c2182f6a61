import { create, type StoreApi, type UseBoundStore } from "zustand";
import { messageOf } from "./api";
import { followToEnd } from "./follow-to-end";
import { toast } from "./ui/toast";

/** A file that main writes, as far as it is. */
interface FileProgress {
  readonly state: "writing" | "done" | "stopped" | "failed";
  readonly file: string;
  /** Why it failed. */
  readonly error: string | null;
}

interface FileKind<Progress extends FileProgress> {
  /** How it stands now. */
  readonly ask: (progress: Progress) => Promise<Progress>;
  readonly stop: (progress: Progress) => Promise<unknown>;
  readonly failed: string;
  readonly stopped: { readonly title: string; readonly description: string };
  readonly done: (progress: Progress) => { readonly title: string; readonly description: string };
}

export interface FileWriting<Progress> {
  /** What is being written; null: nothing is. */
  readonly use: UseBoundStore<StoreApi<{ readonly writing: Progress | null }>>;
  /** Begins (null: the operator thought better of it), follows it to its end, and tells of that. */
  readonly write: (begin: () => Promise<Progress | null>) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Files of one kind, one at a time: main is asked how far it is. */
export function createFileWriting<Progress extends FileProgress>(kind: FileKind<Progress>): FileWriting<Progress> {
  const use = create<{ readonly writing: Progress | null }>()(() => ({ writing: null }));

  function tell(progress: Progress): void {
    if (progress.state === "failed") toast.error(kind.failed, { description: progress.error ?? progress.file });
    else {
      const { title, description } = progress.state === "stopped" ? kind.stopped : kind.done(progress);
      (progress.state === "stopped" ? toast.info : toast.success)(title, { description });
    }
  }

  return {
    use,
    async write(begin) {
      try {
        const begun = await begin();
        if (begun === null) return;
        const last = await followToEnd(begun, {
          isOver: ({ state }) => state !== "writing",
          show: (writing) => use.setState({ writing }),
          ask: kind.ask,
        });
        tell(last);
      } catch (error) {
        toast.error(kind.failed, { description: messageOf(error) });
      } finally {
        use.setState({ writing: null });
      }
    },
    async stop() {
      const { writing } = use.getState();
      if (writing === null) return;
      try {
        await kind.stop(writing);
      } catch (error) {
        toast.error("Could not stop", { description: messageOf(error) });
      }
    },
  };
}
