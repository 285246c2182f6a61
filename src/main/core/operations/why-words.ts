import type { WhyRow } from "../../../shared/model/why";
import type { WhyOther } from "../store/why-rows";

/** `12 s`, `4 min`, `2 h`, `3 days`. */
export function ageWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

/** `1 task`, `2 tasks`. */
export function countWords(count: number, word: string): string {
  return `${count.toLocaleString("en-US")} ${word}${count === 1 ? "" : "s"}`;
}

/** `All 3 slots are taken.` */
export function takenWords(count: number, word: string, of = ""): string {
  const places = of === "" ? word : `${word}${count === 1 ? "" : "s"} ${of}`;
  if (count === 1) return `The only ${places} is taken.`;
  return of === "" ? `All ${countWords(count, word)} are taken.` : `All ${count} ${places} are taken.`;
}

export function endOfSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** `a, b and 3 more`. */
export function nameSome(names: readonly string[], total = names.length): string {
  const shown = names.slice(0, 3);
  const more = total - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

/** What is to be known of another task, besides its state. */
function otherWords({ state, attempts, maxAttempts, workerId, startedAt, reason }: WhyOther, now: number): string {
  switch (state) {
    case "failed":
      return [maxAttempts > 1 ? `${attempts} of ${maxAttempts} attempts spent` : "", reason ?? ""]
        .filter((part) => part !== "")
        .join(": ");
    case "assigned":
    case "in_progress":
    case "stopping": {
      const since = startedAt === null ? "" : ` for ${ageWords(now - startedAt)}`;
      return workerId === null ? `runs${since}` : `on ${workerId}${since}`;
    }
    default:
      return reason ?? "";
  }
}

export function taskRow(other: WhyOther, now: number): WhyRow {
  const { id, title, state } = other;
  return { kind: "task", id, title, state, note: otherWords(other, now) };
}
