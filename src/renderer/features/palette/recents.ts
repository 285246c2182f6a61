/** Something that was looked at lately. */
export interface Recent {
  readonly kind: "plan" | "task";
  readonly id: string;
  readonly title: string;
  readonly planId: string | null;
}

const KEY = "palette-recents";
const MOST = 8;

function isRecent(value: unknown): value is Recent {
  if (typeof value !== "object" || value === null) return false;
  const { kind, id, title, planId } = value as Readonly<Record<string, unknown>>;
  const hasPlan = planId === null || typeof planId === "string";
  return (kind === "plan" || kind === "task") && typeof id === "string" && typeof title === "string" && hasPlan;
}

/** The latest first. */
export function readRecents(): readonly Recent[] {
  try {
    const saved: unknown = JSON.parse(window.localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(saved) ? saved.filter(isRecent).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

function write(recents: readonly Recent[]): void {
  window.localStorage.setItem(KEY, JSON.stringify(recents));
}

const isSame = (a: Pick<Recent, "kind" | "id">, b: Pick<Recent, "kind" | "id">): boolean =>
  a.kind === b.kind && a.id === b.id;

export function remember(recent: Recent): void {
  write([recent, ...readRecents().filter((other) => !isSame(other, recent))].slice(0, MOST));
}

/** It is not there any more. */
export function forgetRecent(kind: Recent["kind"], id: string): void {
  write(readRecents().filter((other) => !isSame(other, { kind, id })));
}
