import { parseDuration } from "./duration";
import { type Field, fault, isPlainValue, type Subject, scalarText, whatIs } from "./reading";

/** A duration in milliseconds. Null and a finding when it is none. */
export function readDuration(subject: Subject, field: Field, { mayBeZero }: { mayBeZero: boolean }): number | null {
  const value = isPlainValue(field.value) ? field.value.value : null;
  const ms = typeof value === "string" || typeof value === "number" ? parseDuration(value) : null;
  if (ms !== null && (ms > 0 || mayBeZero)) return ms;
  const key = scalarText(field.key);
  const limit = `${mayBeZero ? "" : "over 0 and "}up to 336h`;
  fault(
    subject,
    "bad_duration",
    field.value,
    `needs a duration as "${key}" (500ms, 30s, 5m, 1h or a number of seconds; ${limit}), not ${whatIs(field.value)}.`,
  );
  return null;
}
