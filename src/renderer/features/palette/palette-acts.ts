import type { HotkeyGroup } from "../../ui/hotkeys";
import { matchLabel } from "./query";

/** Something that can be done now, from the palette as from its button or key. */
export interface PaletteAct {
  readonly id: string;
  readonly label: string;
  /** Where it belongs: "Plan", "Task". */
  readonly group: string;
  readonly keys: string | null;
  readonly run: () => void;
}

/** Keys that move through what is on screen: without eyes on it they mean nothing. */
const MOVING = new Set([
  "j",
  "k",
  "ArrowDown",
  "ArrowUp",
  "ArrowLeft",
  "ArrowRight",
  "PageDown",
  "PageUp",
  "Home",
  "End",
  "Enter",
  "Escape",
  "Space",
  "Mod+K",
]);

/** The acts that have a key now, of the closest group first. */
export function actsOfKeys(groups: ReadonlyArray<Pick<HotkeyGroup, "group" | "hotkeys">>): PaletteAct[] {
  const acts: PaletteAct[] = [];
  for (const { group, hotkeys } of groups.toReversed()) {
    for (const { keys, label, run, disabled } of hotkeys) {
      const [first = ""] = keys;
      if (disabled || MOVING.has(first) || acts.some((act) => act.label === label)) continue;
      acts.push({ id: `${group} ${label}`, label, group, keys: first, run });
    }
  }
  return acts;
}

/** Those that the words mean, the nearest first; without words all of them, as they come. */
export function findActs(acts: readonly PaletteAct[], words: string): PaletteAct[] {
  if (words === "") return [...acts];
  return acts
    .map((act) => ({
      act,
      score: matchLabel(act.group === "Everywhere" ? act.label : `${act.label} ${act.group}`, words),
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ act }) => act);
}
