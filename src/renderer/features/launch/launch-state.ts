import { create } from "zustand";
import type { PlanFinding } from "../../../shared/model/plan-definition";
import { originKey } from "../../../shared/model/plan-origin";
import type { PlanPreview } from "../../../shared/model/views";
import type { FieldValues } from "./parameters";

export interface LaunchState {
  readonly preview: PlanPreview | null;
  /** The same plan as it was when it last had no errors: its form and its graph stay while it is edited. */
  readonly sound: PlanPreview | null;
  readonly status: "idle" | "reading" | "launching";
  /** Why the plan could not be read. */
  readonly error: unknown;
  /** Why the launch was refused, beside what `refused` lists. */
  readonly launchError: string | null;
  /** What main found wrong at launch: with the values given, or in a file changed since. */
  readonly refused: readonly PlanFinding[];
  /** What was typed, by origin and parameter: it survives errors, other plans and other views. */
  readonly typed: Readonly<Record<string, FieldValues>>;
  /** The line of the plan's text to look at; a new object each time it is asked for. */
  readonly line: { readonly number: number } | null;
  /** Subtasks that a finding is about, to be seen in the graph. */
  readonly marked: readonly string[];
}

export const useLaunch = create<LaunchState>()(() => ({
  preview: null,
  sound: null,
  status: "idle",
  error: null,
  launchError: null,
  refused: [],
  typed: {},
  line: null,
  marked: [],
}));

/** Takes a preview of the same or another plan into the view. */
export function showPreview(preview: PlanPreview): void {
  const { sound } = useLaunch.getState();
  const isSound = !preview.findings.some(({ severity }) => severity === "error");
  const isSame = sound?.sourceId === preview.sourceId;
  useLaunch.setState({ preview, sound: isSound ? preview : isSame ? sound : null });
}

const UNTYPED: FieldValues = {};

/** Files are told apart by what they are, not by what they say: the form of a corrected one keeps what was typed. */
export function typedValues({ preview, typed }: Pick<LaunchState, "preview" | "typed">): FieldValues {
  return preview === null ? UNTYPED : (typed[originKey(preview.origin)] ?? UNTYPED);
}

export const showLine = (number: number): void => useLaunch.setState({ line: { number } });
export const markSubtasks = (marked: readonly string[]): void => useLaunch.setState({ marked });
