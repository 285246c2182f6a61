import { type RefObject, useEffect, useRef, useSyncExternalStore } from "react";
import { matchesKeys } from "./keys";

export interface HotkeyHint {
  readonly keys: readonly string[];
  readonly label: string;
}

/** One key and what it does. */
export interface Hotkey {
  /** Combinations that do the same, the first one shown: `["j", "ArrowDown"]`. */
  readonly keys: readonly string[];
  /** What it does, in a word or two: "Open". */
  readonly label: string;
  readonly run: () => void;
  /** Shown in the status bar while it can be used; in other words where one hint stands for two keys. */
  readonly hint?: boolean | HotkeyHint;
  /** Also while typing in a field. For Escape and Mod+Enter. */
  readonly whileTyping?: boolean;
  /** Off for now; still listed. */
  readonly disabled?: boolean;
}

export interface HotkeyGroup {
  /** Names the group in the sheet of keys: "Tasks". */
  readonly group: string;
  readonly hotkeys: readonly Hotkey[];
  /**
   * The keys act while the focus is inside this element or nowhere in particular. Without one they act
   * wherever the focus is.
   */
  readonly within?: RefObject<HTMLElement | null>;
  /** `dialog`: acts while a dialog is open, and only then. */
  readonly scope?: "view" | "dialog";
}

type Registered = { current: HotkeyGroup };

let groups: readonly Registered[] = [];
let holds = 0;
let version = 0;
const listeners = new Set<() => void>();

function changed(): void {
  version += 1;
  for (const listener of listeners) listener();
}

/** Keys of views rest until the returned function is called. A dialog holds them while it is open. */
export function holdKeys(): () => void {
  holds += 1;
  changed();
  return () => {
    holds -= 1;
    changed();
  };
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio])");
}

function isInReach(group: HotkeyGroup): boolean {
  if ((group.scope === "dialog") !== holds > 0) return false;
  if (group.within === undefined) return true;
  const focused = document.activeElement;
  if (focused === null || focused === document.body || group.within.current?.contains(focused) === true) return true;
  // Who has just come by the rail means the view, not the link that led there.
  return focused.closest("[data-passes-keys]") !== null;
}

/** A focused button or link acts on Enter and Space by itself. */
function isPressOfFocused(event: KeyboardEvent): boolean {
  if (event.key !== "Enter" && event.key !== " ") return false;
  if (event.ctrlKey || event.metaKey) return false;
  return event.target instanceof HTMLElement && event.target.closest("button, a[href], summary, [role=tab]") !== null;
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || isPressOfFocused(event)) return;
  const typing = isTyping(event.target);
  for (const { current: group } of [...groups].reverse()) {
    if (!isInReach(group)) continue;
    for (const hotkey of group.hotkeys) {
      if (hotkey.disabled || (typing && !hotkey.whileTyping)) continue;
      if (!hotkey.keys.some((keys) => matchesKeys(keys, event))) continue;
      event.preventDefault();
      hotkey.run();
      return;
    }
  }
}

function register(group: Registered): () => void {
  if (groups.length === 0) {
    document.addEventListener("keydown", onKeyDown);
    document.addEventListener("focusin", changed);
    document.addEventListener("focusout", changed);
  }
  groups = [...groups, group];
  changed();
  return () => {
    groups = groups.filter((other) => other !== group);
    if (groups.length === 0) {
      document.removeEventListener("keydown", onKeyDown);
      document.removeEventListener("focusin", changed);
      document.removeEventListener("focusout", changed);
    }
    changed();
  };
}

/** Binds keys while the component is there. Of two groups that know a key, the later one gets it. */
export function useHotkeys(group: HotkeyGroup): void {
  const registered = useRef(group);
  const shown = group.hotkeys.map((hotkey) => `${hotkey.keys[0]} ${hotkey.label} ${hotkey.disabled ?? false}`).join();
  useEffect(() => {
    registered.current = group;
  });
  useEffect(() => register(registered), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: tells readers of the sheet that the words changed
  useEffect(changed, [shown]);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function useVersion(): number {
  return useSyncExternalStore(subscribe, () => version);
}

/** The keys worth a hint where the focus is now, the closest group first. */
export function useHotkeyHints(): HotkeyHint[] {
  useVersion();
  return [...groups]
    .reverse()
    .filter(({ current }) => isInReach(current))
    .flatMap(({ current }) => current.hotkeys.flatMap(hintOf));
}

function hintOf({ hint, disabled, keys, label }: Hotkey): HotkeyHint[] {
  if (!hint || disabled) return [];
  return [hint === true ? { keys: keys.slice(0, 1), label } : hint];
}

/** All keys of what is on the screen, by group, for the sheet of keys: only those that would act. */
export function useHotkeySheet(): ReadonlyArray<Pick<HotkeyGroup, "group" | "hotkeys">> {
  useVersion();
  return sheetOf(groups.map(({ current }) => current));
}

/**
 * The keys of groups, in the order in which they were bound, without those that a later group takes from an earlier one. What
 * is off for now takes nothing. Pure.
 */
export function sheetOf(bound: readonly HotkeyGroup[]): ReadonlyArray<Pick<HotkeyGroup, "group" | "hotkeys">> {
  const taken = new Set<string>();
  const sheet = new Map<string, Hotkey[]>();
  for (const { group, hotkeys, scope } of [...bound].reverse()) {
    if (scope === "dialog") continue;
    const left = hotkeys.flatMap((hotkey): Hotkey[] => {
      const keys = hotkey.keys.filter((combination) => !taken.has(combination.toLowerCase()));
      return keys.length === 0 ? [] : [{ ...hotkey, keys }];
    });
    for (const { keys, disabled } of left) {
      if (!disabled) for (const combination of keys) taken.add(combination.toLowerCase());
    }
    sheet.set(group, [...left, ...(sheet.get(group) ?? [])]);
  }
  return [...sheet]
    .map(([group, hotkeys]) => ({ group, hotkeys }))
    .filter(({ hotkeys }) => hotkeys.length > 0)
    .reverse();
}
