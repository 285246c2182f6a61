import { useEffect, useState } from "react";
import { call } from "../../api";
import { useBoard } from "./board-store";
import type { Vocabulary } from "./completion";
import { notePlans } from "./plan-names";
import { rowsOf } from "./task-list";

const AGENTS = ["command", "http", "llm", "approval", "noop"];
const NOTHING: Vocabulary = { types: AGENTS, workers: [], tags: [], plans: [] };

function fromRows(): Pick<Vocabulary, "types" | "workers" | "tags"> {
  const rows = [...useBoard.getState().lists.values()].flatMap((list) => rowsOf(list.store.getState()));
  const tasks = rows.filter((row) => row !== null);
  const sorted = (values: readonly string[]) => [...new Set(values)].sort();
  return {
    types: sorted([...AGENTS, ...tasks.map(({ agent }) => agent)]),
    workers: sorted(tasks.flatMap(({ workerId }) => workerId ?? [])),
    tags: sorted(tasks.flatMap(({ tags }) => tags)),
  };
}

/** Values that may be typed: of what is on screen, all workers, the latest plans and those with the typed words. */
export function useVocabulary(isWanted: boolean, typedPlan: string | null): Vocabulary {
  const [known, setKnown] = useState(NOTHING);
  useEffect(() => {
    if (!isWanted) return;
    let gone = false;
    const read = async (): Promise<void> => {
      const here = fromRows();
      try {
        const [workers, plans] = await Promise.all([
          call("workers.list", {}),
          typedPlan === null || typedPlan === ""
            ? call("plans.list", { limit: 20 }).then((page) => page.rows)
            : call("search.find", { text: typedPlan, limit: 20 }).then((found) => found.plans),
        ]);
        notePlans(plans);
        if (gone) return;
        const names = [...new Set([...here.workers, ...workers.map(({ id }) => id)])].sort();
        setKnown({ ...here, workers: names, plans });
      } catch {
        // What is on screen is still worth offering; the lists themselves say what is wrong.
        if (!gone) setKnown((before) => ({ ...before, ...here }));
      }
    };
    void read();
    return () => {
      gone = true;
    };
  }, [isWanted, typedPlan]);
  return known;
}
