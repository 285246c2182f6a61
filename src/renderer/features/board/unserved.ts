import { useEffect, useState } from "react";
import type { TaskOrder } from "../../../shared/model/task-lists";
import type { TaskList } from "./task-list";

type Unserved = Readonly<Partial<Record<TaskOrder, string>>>;

function gather(lists: ReadonlyMap<string, TaskList>): Unserved {
  return Object.assign({}, ...[...lists.values()].map((list) => list.store.getState().unserved));
}

/** Why some order cannot be had in some list on screen. */
export function useUnserved(lists: ReadonlyMap<string, TaskList>): Unserved {
  const [unserved, setUnserved] = useState<Unserved>({});
  useEffect(() => {
    const look = (): void =>
      setUnserved((before) => {
        const now = gather(lists);
        return JSON.stringify(before) === JSON.stringify(now) ? before : now;
      });
    look();
    const ends = [...lists.values()].map((list) => list.store.subscribe(look));
    return () => {
      for (const end of ends) end();
    };
  }, [lists]);
  return unserved;
}
