import { useEffect, useMemo } from "react";
import { create } from "zustand";
import type { DryRun } from "../../../shared/model/forecast";
import type { PlanPreview } from "../../../shared/model/views";
import { call } from "../../api";
import { typedValues, useLaunch } from "./launch-state";
import { type ParsedForm, parseForm } from "./parameters";

/** How long the parameters rest before a dry run is made of them. */
const REST_MS = 300;

interface DryRunState {
  /** The plan that `result` was made of, and its text then. */
  readonly sourceId: string | null;
  readonly result: DryRun | null;
  /** When it was made. */
  readonly at: number;
  readonly error: unknown;
  /** Another one is being made, or waits for what it is made of to rest. */
  readonly isStale: boolean;
}

export const useDryRun = create<DryRunState>()(() => ({
  sourceId: null,
  result: null,
  at: 0,
  error: null,
  isStale: false,
}));

let request = 0;

/** Makes a dry run of a plan with these parameters; of several at once the last one counts. */
async function makeDryRun(sourceId: string, parameters: ParsedForm["values"]): Promise<void> {
  request += 1;
  const mine = request;
  try {
    const result = await call("plans.dryRun", { sourceId, parameters });
    if (mine === request) useDryRun.setState({ sourceId, result, at: Date.now(), error: null, isStale: false });
  } catch (error) {
    if (mine === request) useDryRun.setState({ sourceId, result: null, error, isStale: false });
  }
}

/** What a dry run is made of; null: it cannot be made yet. */
function useInput(): { readonly preview: PlanPreview; readonly values: ParsedForm["values"] } | null {
  const { preview, typed } = useLaunch();
  return useMemo(() => {
    if (preview === null || preview.findings.some(({ severity }) => severity === "error")) return null;
    const { values, problems } = parseForm(preview.parameters, typedValues({ preview, typed }));
    return Object.keys(problems).length > 0 ? null : { preview, values };
  }, [preview, typed]);
}

/** Keeps the dry run up with the plan and its parameters while the view is on screen. Answers what makes it again. */
export function useLiveDryRun(): (() => void) | null {
  const input = useInput();
  useEffect(() => {
    if (input === null) return undefined;
    useDryRun.setState({ isStale: true });
    const rest = useDryRun.getState().sourceId === input.preview.sourceId ? REST_MS : 0;
    const timer = setTimeout(() => void makeDryRun(input.preview.sourceId, input.values), rest);
    return () => clearTimeout(timer);
  }, [input]);
  return useMemo(
    () =>
      input === null
        ? null
        : () => {
            useDryRun.setState({ isStale: true });
            void makeDryRun(input.preview.sourceId, input.values);
          },
    [input],
  );
}
