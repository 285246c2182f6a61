/**
 * Keys as text: modifiers and a key joined by `+`, as `j`, `Shift+R`, `Mod+Enter`, `ArrowDown`, `?`.
 * `Mod` is Ctrl, on a Mac Command. `Space` is the space bar. A sign such as `?` or `]` is matched by what was
 * typed, so whichever modifier the keyboard's layout needs for it is fine.
 */

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

interface Combination {
  readonly key: string;
  readonly mod: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
}

/** The parts of a combination. The sign `+` itself may be its last one: `Mod++`. */
function partsOf(keys: string): string[] {
  if (!keys.endsWith("+")) return keys.split("+");
  return [...keys.slice(0, -1).split("+").filter(Boolean), "+"];
}

function parse(keys: string): Combination {
  const parts = partsOf(keys);
  return {
    key: parts.at(-1) ?? "",
    mod: parts.includes("Mod"),
    shift: parts.includes("Shift"),
    alt: parts.includes("Alt"),
  };
}

const isLetterOrName = (key: string): boolean => key.length > 1 || /[a-z0-9]/i.test(key);

/** Whether a key press is the combination. Letters compare without case; Shift counts for letters and named keys. */
export function matchesKeys(keys: string, press: KeyPress): boolean {
  const wanted = parse(keys);
  const pressed = press.key === " " ? "Space" : press.key;
  if (pressed.toLowerCase() !== wanted.key.toLowerCase()) return false;
  if ((press.ctrlKey || press.metaKey) !== wanted.mod) {
    const typedWithAltGr = press.ctrlKey && press.altKey && !isLetterOrName(wanted.key);
    if (!typedWithAltGr) return false;
  }
  if (!isLetterOrName(wanted.key)) return true;
  return press.shiftKey === wanted.shift && press.altKey === wanted.alt;
}

const CAPS: Readonly<Record<string, string>> = {
  Shift: "⇧",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
  PageUp: "PgUp",
  PageDown: "PgDn",
};

const isMac = (): boolean => typeof navigator !== "undefined" && /Mac/.test(navigator.platform);

/** The caps to draw for a combination, in order. */
export function keyCaps(keys: string): string[] {
  return partsOf(keys).map((part) => {
    if (part === "Mod") return isMac() ? "⌘" : "Ctrl";
    return CAPS[part] ?? (part.length === 1 ? part.toUpperCase() : part);
  });
}
