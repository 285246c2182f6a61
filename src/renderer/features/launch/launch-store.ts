import type { ParameterValue } from "../../../shared/model/plan-definition";
import { originKey, type PlanOrigin } from "../../../shared/model/plan-origin";
import type { PlanPreview } from "../../../shared/model/views";
import { ApiError, call, messageOf } from "../../api";
import { goTo, type LaunchPlace, placeNow, planPlace } from "../../location";
import { checkedText, forgetText } from "./draft-text";
import { type LaunchState, showPreview, typedValues, useLaunch } from "./launch-state";
import { type FieldValue, type FieldValues, givenFields, parseForm } from "./parameters";
import { findingsOf, readiness } from "./readiness";
import { loadSources } from "./sources-store";

const FRESH = { error: null, launchError: null, refused: [], line: null, marked: [] };

/** Where a plan is launched from, as an address. A new one has none: the view shows it as long as it is there. */
export function launchPlace(origin: PlanOrigin): LaunchPlace {
  if (origin.kind === "sample") return { view: "launch", sample: origin.name };
  if (origin.kind === "file") return { view: "launch", sample: null, file: origin.fileId };
  if (origin.kind === "like") return { view: "launch", sample: null, like: origin.planId };
  return { view: "launch", sample: null };
}

/** What an address asks for; null: whatever was shown last. */
export function placeOrigin({ sample, file, like }: LaunchPlace): PlanOrigin | null {
  if (sample !== null) return { kind: "sample", name: sample };
  if (file !== undefined) return { kind: "file", fileId: file };
  return like === undefined ? null : { kind: "like", planId: like };
}

let request = 0;

/**
 * Reads a plan into the view. What is shown stays until the answer is there, and when there is none.
 * Answers what came.
 */
async function show(read: () => Promise<PlanPreview | null>): Promise<PlanPreview | null> {
  request += 1;
  const mine = request;
  useLaunch.setState({ status: "reading", ...FRESH });
  try {
    await checkedText();
    const preview = await read();
    if (mine !== request) return null;
    if (preview !== null) {
      forgetText();
      showPreview(preview);
    }
    useLaunch.setState({ status: "idle" });
    return preview;
  } catch (error) {
    if (mine === request) useLaunch.setState({ error, status: "idle" });
    return null;
  }
}

function read(origin: PlanOrigin): Promise<PlanPreview> {
  switch (origin.kind) {
    case "sample":
      return call("plans.openSample", { name: origin.name });
    case "file":
      return call("plans.openFile", { fileId: origin.fileId });
    case "new":
      return call("plans.openNew", {});
    case "like":
      return readLike(origin);
  }
}

async function readLike(origin: PlanOrigin & { readonly kind: "like" }): Promise<PlanPreview> {
  const { given, ...preview } = await call("plans.openLike", { planId: origin.planId });
  const key = originKey(origin);
  const { typed } = useLaunch.getState();
  if (typed[key] === undefined) {
    useLaunch.setState({ typed: { ...typed, [key]: givenFields(preview.parameters, given) } });
  }
  return preview;
}

export async function openOrigin(origin: PlanOrigin): Promise<void> {
  const before = request;
  await checkedText();
  // Somebody has chosen another plan in the meantime.
  if (before !== request) return;
  await show(() => read(origin));
  await loadSources();
}

/** Whether a plan is on screen, or as good as: nothing else is being read. */
export function isShown(origin: PlanOrigin): boolean {
  const { preview, error, status } = useLaunch.getState();
  if (preview === null || error !== null || status === "reading") return false;
  return originKey(preview.origin) === originKey(origin);
}

/** Shows what a person has just chosen, under its address. */
async function choose(read: () => Promise<PlanPreview | null>): Promise<void> {
  const preview = await show(read);
  if (preview !== null) {
    const place = placeNow();
    goTo(launchPlace(preview.origin), { replace: place.view === "launch" });
    await loadSources();
  }
}

/** Asks for a file; when none is chosen everything stays as it was. */
export const openFile = (): Promise<void> => choose(() => call("plans.chooseFile", {}));

/** A file that main knows: dropped on the window, for one. */
export const openKnownFile = (fileId: string): Promise<void> => choose(() => read({ kind: "file", fileId }));

export const openNew = (): Promise<void> => choose(() => read({ kind: "new" }));

/** Reads the same plan again, after its file was corrected elsewhere. Edits are gone. */
export async function reload(): Promise<void> {
  const { preview } = useLaunch.getState();
  if (preview !== null) await show(() => call("plans.reload", { sourceId: preview.sourceId }));
}

function setFields(change: (fields: FieldValues) => FieldValues): void {
  const { preview, typed } = useLaunch.getState();
  if (preview === null) return;
  const key = originKey(preview.origin);
  useLaunch.setState({ typed: { ...typed, [key]: change(typed[key] ?? {}) }, launchError: null, refused: [] });
}

export const setField = (name: string, value: FieldValue): void =>
  setFields((fields) => ({ ...fields, [name]: value }));
/** Fills the form with other values; secrets that were typed stay. */
export const setForm = (fields: FieldValues): void => setFields(() => fields);
export const resetForm = (): void => setFields(() => ({}));

/** Fills the form with what another run was given. */
export async function fillFromRun(planId: string): Promise<void> {
  const { preview } = useLaunch.getState();
  if (preview === null) return;
  const { parameters } = await call("plans.get", { planId });
  const given: Readonly<Record<string, ParameterValue>> = parameters;
  if (useLaunch.getState().preview?.sourceId === preview.sourceId) {
    setFields(() => givenFields(preview.parameters, given));
  }
}

/** A secret is typed anew for each launch. */
function withoutSecrets(preview: PlanPreview, typed: LaunchState["typed"]): LaunchState["typed"] {
  const secrets = new Set(preview.parameters.flatMap(({ name, type }) => (type === "secret" ? [name] : [])));
  const key = originKey(preview.origin);
  const kept = Object.entries(typed[key] ?? {}).filter(([name]) => !secrets.has(name));
  return { ...typed, [key]: Object.fromEntries(kept) };
}

/** Launches what is shown and opens the new plan; `paused`: nothing of it starts until it is resumed. A refusal is shown where it belongs and changes nothing. */
export async function launch({ paused = false } = {}): Promise<void> {
  if (useLaunch.getState().status !== "idle") return;
  useLaunch.setState({ status: "launching", launchError: null, refused: [] });
  try {
    await checkedText();
    const state = useLaunch.getState();
    const { preview } = state;
    if (preview === null) return;
    const form = parseForm(preview.parameters, typedValues(state));
    if (!readiness(preview, preview.findings, Object.keys(form.problems).length).isReady) return;
    const { planId } = await call("plans.launch", { sourceId: preview.sourceId, parameters: form.values, paused });
    useLaunch.setState({ typed: withoutSecrets(preview, useLaunch.getState().typed) });
    goTo(planPlace(planId));
  } catch (error) {
    const refused = error instanceof ApiError && error.code === "invalid_plan" ? findingsOf(error.details) : [];
    const line = refused.find((finding) => finding.line !== null)?.line ?? null;
    useLaunch.setState({
      refused,
      launchError: messageOf(error),
      ...(line === null ? {} : { line: { number: line } }),
    });
  } finally {
    useLaunch.setState({ status: "idle" });
  }
}
