import { create } from "zustand";
import type { PlanningDetail, PlanningRequest, ProposedPlan } from "../../../shared/model/planning";
import { ApiError, call, messageOf } from "../../api";
import { goTo, placeNow, planPlace } from "../../location";
import { planningPlace } from "../../planning-place";
import { plural } from "../../ui/format";
import { toast } from "../../ui/toast";
import { askAct } from "../dialogs/act-store";
import { refreshPlanning, takeDetail, usePlanning } from "./planning-store";
import { titleOf } from "./planning-words";

/** What a dialog of the queue asks about. */
export type PlanningQuestion =
  | { readonly kind: "request" }
  | { readonly kind: "edit"; readonly request: PlanningRequest; readonly proposal: ProposedPlan };

export const usePlanningQuestion = create<{ readonly question: PlanningQuestion | null }>()(() => ({ question: null }));
export const askPlanning = (question: PlanningQuestion): void => usePlanningQuestion.setState({ question });
export const closePlanningQuestion = (): void => usePlanningQuestion.setState({ question: null });

function setAsked(requestId: string, isAsked: boolean): void {
  usePlanning.setState(({ asked: before }) => {
    const asked = new Set(before);
    if (isAsked) asked.add(requestId);
    else asked.delete(requestId);
    return { asked };
  });
}

/** Lets an agent plan a request; what it answers, or why it cannot, is shown when it is known. */
export async function planNow(request: PlanningRequest, agent: string): Promise<void> {
  const { id } = request;
  if (usePlanning.getState().asked.has(id)) return;
  setAsked(id, true);
  try {
    if (request.status === "failed") takeDetail(await call("planning.retry", { requestId: id }));
    const detail = await call("planning.plan", { requestId: id, agent });
    if (detail !== null) {
      takeDetail(detail);
      if (!isOnScreen(id)) {
        toast.success(`${agent} made a plan`, {
          description: `${titleOf(request)}: ${plural(detail.proposals[0]?.subtasks ?? 0, "subtask")} to review.`,
          action: { label: "Show", run: () => goTo(planningPlace(id)) },
        });
      }
    }
  } catch (error) {
    await refreshPlanning();
    // Who took the request from its planner knows why there is no plan; what failed is told beside the request.
    const isTold = isOnScreen(id) && usePlanning.getState().detail?.status === "failed";
    if (!isTold && !wasTaken(id, error)) toast.error(`${agent} made no plan`, { description: messageOf(error) });
  } finally {
    setAsked(id, false);
  }
}

const isOnScreen = (requestId: string): boolean => {
  const place = placeNow();
  return place.view === "planning" && place.requestId === requestId;
};

function wasTaken(requestId: string, error: unknown): boolean {
  if (!(error instanceof ApiError) || error.code !== "not_allowed") return false;
  return /was (stopped|taken)/.test(error.message) && usePlanning.getState().rows.some(({ id }) => id === requestId);
}

/** Takes a request from its planner. */
export function askTakeBack(request: PlanningRequest): void {
  askAct({
    title: "Take a request from its planner",
    keepLabel: "Let it plan",
    reasons: ["It takes too long", "The request is wrong"],
    preview: () => ({
      title: "Take 1 request from its planner?",
      consequence: `“${titleOf(request)}” waits again, for any planner. What ${request.agent ?? "its planner"} still makes of it is not taken.`,
      affected: [],
      confirmLabel: "Take it back",
    }),
    run: async ({ reason }) => takeDetail(await call("planning.retry", { requestId: request.id, reason })),
  });
}

export function askDrop(request: PlanningRequest): void {
  askAct({
    title: "Give a request up",
    keepLabel: "Keep it",
    reasons: ["Not needed any more", "Asked for twice"],
    preview: () => ({
      title: "Give 1 request up?",
      consequence: `“${titleOf(request)}” is not planned. It stays in the list as failed, and can be planned after all.`,
      affected: [],
      confirmLabel: "Give it up",
    }),
    run: async ({ reason }) => takeDetail(await call("planning.drop", { requestId: request.id, reason })),
  });
}

/** The first few subtasks, as the dialog lists what an act touches. */
const MOST_LISTED = 8;
const listed = ({ steps, subtasks }: ProposedPlan) => ({
  affected: steps.slice(0, MOST_LISTED).map(({ id, title, agent }) => ({
    ...{ id, title, kind: "task" as const, state: "queued" },
    detail: agent,
  })),
  more: Math.max(0, subtasks - MOST_LISTED),
});

export function askApprove(request: PlanningRequest, proposal: ProposedPlan): void {
  askAct({
    title: "Approve a plan",
    keepLabel: "Not yet",
    variant: "primary",
    reasons: ["Reviewed", "Small enough"],
    preview: () => ({
      title: `Approve a plan of ${plural(proposal.subtasks, "subtask")}?`,
      consequence: `The plan for “${titleOf(request)}” can be launched then. Nothing runs before it is; editing takes the approval back.`,
      ...listed(proposal),
      confirmLabel: "Approve the plan",
    }),
    run: async ({ reason }) => takeDetail(await call("planning.approve", { planId: proposal.id, reason })),
  });
}

export function askReject(request: PlanningRequest, proposal: ProposedPlan): void {
  askAct({
    title: "Reject a plan",
    keepLabel: "Keep it",
    reasons: ["Too large", "It misses the point", "Steps are missing"],
    options: [
      { id: "again", label: "Plan it again.", detail: "The request waits for another plan." },
      { id: "final", label: "Give the request up.", detail: "It is failed, and can be planned after all." },
    ],
    preview: () => ({
      title: "Reject 1 plan?",
      consequence: `The plan for “${titleOf(request)}”, ${plural(proposal.subtasks, "subtask")}, is cancelled. It stays readable.`,
      affected: [],
      confirmLabel: "Reject the plan",
    }),
    run: async ({ option, reason }) => {
      const again = option !== "final";
      takeDetail(await call("planning.reject", { planId: proposal.id, again, reason }));
    },
  });
}

export function askLaunch(request: PlanningRequest, proposal: ProposedPlan): void {
  askAct({
    title: "Launch a plan",
    keepLabel: "Not yet",
    variant: "primary",
    preview: () => ({
      title: `Launch ${plural(proposal.subtasks, "task")}?`,
      consequence: `The plan for “${titleOf(request)}” starts at once, as any other. How it ends is how the request ends.`,
      ...listed(proposal),
      confirmLabel: `Launch ${plural(proposal.subtasks, "task")}`,
    }),
    run: async ({ reason }) => {
      const { planId } = await call("planning.launch", { planId: proposal.id, reason });
      await refreshPlanning();
      goTo(planPlace(planId));
    },
  });
}

/** The plan that is to be judged: the latest that was not launched. */
export const openProposal = (detail: PlanningDetail | null): ProposedPlan | null =>
  detail?.proposals.find(({ status }) => ["draft", "generated", "approved"].includes(status)) ?? null;
