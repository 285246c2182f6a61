import { useEffect, useState } from "react";
import type { Timing } from "../../../shared/model/schedule";
import { call, messageOf } from "../../api";
import { formatZoned } from "../../time-format";
import { Remaining } from "../../ui/relative-time";

/** How long the timing rests before its next times are asked for. */
const REST_MS = 150;

export interface Times {
  readonly next: readonly number[];
  /** Why the timing is none; null: it is one, or nothing is known yet. */
  readonly problem: string | null;
}

/** The five soonest, on the clock of a zone. */
export function NextTimes({ preview, timezone }: { readonly preview: Times; readonly timezone: string }) {
  if (preview.problem !== null) return <p data-tone="failed">{preview.problem}</p>;
  return (
    <ol>
      {[0, 1, 2, 3, 4].map((place) => {
        const time = preview.next[place];
        return (
          <li key={place}>
            {time !== undefined && (
              <>
                <span>{formatZoned(time, timezone)}</span>
                <small>
                  <Remaining until={time} />
                </small>
              </>
            )}
          </li>
        );
      })}
    </ol>
  );
}

/** The next times of a timing, asked for when it rests; the former ones stay until the answer is there. */
export function useNextTimes(timing: Timing | null): Times {
  const [times, setTimes] = useState<Times>({ next: [], problem: null });
  useEffect(() => {
    if (timing === null) return undefined;
    let isOver = false;
    const timer = setTimeout(() => {
      call("schedules.preview", { timing, count: 5 }).then(
        ({ next }) => {
          if (!isOver) setTimes({ next, problem: next.length === 0 ? "It is never due." : null });
        },
        (failure: unknown) => {
          if (!isOver) setTimes({ next: [], problem: messageOf(failure) });
        },
      );
    }, REST_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [timing]);
  return times;
}
