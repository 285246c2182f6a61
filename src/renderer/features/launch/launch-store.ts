import { create } from "zustand";
import type { PlanFinding } from "../../../shared/model/plan-definition";
import type { PlanPreview, SamplePlan } from "../../../shared/model/views";
import { ApiError, call, messageOf } from "../../api";
import { goTo, planPlace } from "../../location";
import { type FieldValue, type FieldValues, parseForm } from "./parameters";
import { findingsOf, readiness } from "./readiness";

interface LaunchState {
  readonly samples: readonly SamplePlan[] | null;
  readonly samplesError: unknown;
  readonly preview: PlanPreview | null;
  /** The sample that `preview` shows; null for a file. */
  readonly sample: string | null;
  readonly status: "idle" | "reading" | "launching";
  /** Why the plan could not be read. */
  readonly error: unknown;
  /** Why the launch was refused, beside what `refused` lists. */
  readonly launchError: string | null;
  /** What main found wrong at launch: with the values given, or in a file changed since. */
  readonly refused: readonly PlanFinding[];
  /** What was typed, by source and parameter: it survives errors, other plans and other views. */
  readonly typed: Readonly<Record<string, FieldValues>>;
  /** The line of the plan's text to look at. */
  readonly line: number | null;
}

export const useLaunch = create<LaunchState>()(() => ({
  samples: null,
  samplesError: null,
  preview: null,
  sample: null,
  status: "idle",
  error: null,
  launchError: null,
  refused: [],
  typed: {},
  line: null,
}));

const FRESH = { error: null, launchError: null, refused: [], line: null };

let request = 0;

export async function loadSamples(): Promise<void> {
  try {
    useLaunch.setState({ samples: await call("plans.samples", {}), samplesError: null });
  } catch (error) {
    useLaunch.setState({ samplesError: error });
  }
}

/**
 * Reads a plan into the view. What is shown stays until the answer is there, and when there is none.
 * Answers whether a plan came.
 */
async function show(read: () => Promise<PlanPreview | null>, sample: string | null): Promise<boolean> {
  request += 1;
  const mine = request;
  useLaunch.setState({ status: "reading", ...FRESH });
  try {
    const preview = await read();
    if (mine !== request) return false;
    useLaunch.setState(preview === null ? { status: "idle" } : { preview, sample, status: "idle" });
    return preview !== null;
  } catch (error) {
    if (mine === request) useLaunch.setState({ error, status: "idle" });
    return false;
  }
}

export async function openSample(name: string): Promise<void> {
  await show(() => call("plans.openSample", { name }), name);
}

/** Asks for a file; when none is chosen everything stays as it was. */
export async function openFile(): Promise<void> {
  const isShown = await show(() => call("plans.chooseFile", {}), null);
  if (isShown) goTo({ view: "launch", sample: null }, { replace: true });
}

/** Reads the same plan again, after its file was corrected. */
export async function checkAgain(): Promise<void> {
  const { preview, sample } = useLaunch.getState();
  if (preview !== null) await show(() => call("plans.reload", { sourceId: preview.sourceId }), sample);
}

/** Files are told apart by name: the form of a corrected file keeps what was typed. */
const formKey = (preview: PlanPreview): string => preview.sourceName;

export function typedValues({ preview, typed }: Pick<LaunchState, "preview" | "typed">): FieldValues {
  return preview === null ? {} : (typed[formKey(preview)] ?? {});
}

export function setField(name: string, value: FieldValue): void {
  const { preview, typed } = useLaunch.getState();
  if (preview === null) return;
  const key = formKey(preview);
  useLaunch.setState({ typed: { ...typed, [key]: { ...typed[key], [name]: value } }, launchError: null, refused: [] });
}

/** A secret is typed anew for each launch. */
function withoutSecrets(preview: PlanPreview, typed: LaunchState["typed"]): LaunchState["typed"] {
  const secrets = new Set(preview.parameters.flatMap(({ name, type }) => (type === "secret" ? [name] : [])));
  const kept = Object.entries(typed[formKey(preview)] ?? {}).filter(([name]) => !secrets.has(name));
  return { ...typed, [formKey(preview)]: Object.fromEntries(kept) };
}

export function resetForm(): void {
  const { preview, typed } = useLaunch.getState();
  if (preview !== null) {
    useLaunch.setState({ typed: { ...typed, [formKey(preview)]: {} }, launchError: null, refused: [] });
  }
}

export function showLine(line: number): void {
  useLaunch.setState({ line });
}

/** Launches what is shown and opens the new plan. A refusal is shown where it belongs and changes nothing. */
export async function launch(): Promise<void> {
  const state = useLaunch.getState();
  const { preview } = state;
  if (preview === null || state.status !== "idle") return;
  const form = parseForm(preview.parameters, typedValues(state));
  if (!readiness(preview, preview.findings, Object.keys(form.problems).length).isReady) return;
  useLaunch.setState({ status: "launching", launchError: null, refused: [] });
  try {
    const { planId } = await call("plans.launch", { sourceId: preview.sourceId, parameters: form.values });
    useLaunch.setState({ status: "idle", typed: withoutSecrets(preview, useLaunch.getState().typed) });
    goTo(planPlace(planId));
  } catch (error) {
    const refused = error instanceof ApiError && error.code === "invalid_plan" ? findingsOf(error.details) : [];
    const line = refused.find((finding) => finding.line !== null)?.line ?? null;
    useLaunch.setState({ status: "idle", refused, line, launchError: messageOf(error) });
  }
}
