import { expect, it } from "vitest";
import { type HotkeyGroup, sheetOf } from "../../../src/renderer/ui/hotkeys";

const run = (): void => undefined;
const words = (groups: readonly HotkeyGroup[]) =>
  sheetOf(groups).map(({ group, hotkeys }) => [group, hotkeys.map(({ keys, label }) => `${keys.join(" ")} ${label}`)]);

it("lists each group once, in the order in which they came", () => {
  expect(
    words([
      { group: "Everywhere", hotkeys: [{ keys: ["?"], label: "Shortcuts", run }] },
      { group: "Plan", hotkeys: [{ keys: ["]"], label: "Inspector", run }] },
      { group: "Plan", hotkeys: [{ keys: ["Shift+P"], label: "Pause", run }] },
    ]),
  ).toEqual([
    ["Everywhere", ["? Shortcuts"]],
    ["Plan", ["] Inspector", "Shift+P Pause"]],
  ]);
});

it("names a key only for what it does: the later group has it, unless it is off", () => {
  const plan = { group: "Plan", hotkeys: [{ keys: ["Shift+X"], label: "Cancel the plan", run }] };
  const task = (disabled: boolean): HotkeyGroup => ({
    group: "Task",
    hotkeys: [{ keys: ["Shift+x"], label: "Cancel the task", disabled, run }],
  });
  expect(words([plan, task(false)])).toEqual([["Task", ["Shift+x Cancel the task"]]]);
  expect(words([plan, task(true)])).toEqual([
    ["Plan", ["Shift+X Cancel the plan"]],
    ["Task", ["Shift+x Cancel the task"]],
  ]);
});

it("keeps the other keys of what lost one, and leaves out keys of dialogs", () => {
  expect(
    words([
      { group: "Everywhere", hotkeys: [{ keys: ["z", "Mod+z"], label: "Undo", run }] },
      { group: "Launch", hotkeys: [{ keys: ["z"], label: "Give the text all the room", run }] },
      { group: "Dialog", scope: "dialog", hotkeys: [{ keys: ["Mod+Enter"], label: "Confirm", run }] },
    ]),
  ).toEqual([
    ["Everywhere", ["Mod+z Undo"]],
    ["Launch", ["z Give the text all the room"]],
  ]);
});
