import { ClipboardList, Plus } from "lucide-react";
import { useEffect } from "react";
import { PLANNING_STATUSES, type PlanningRequest, type PlanningStatus } from "../../../shared/model/planning";
import { goTo, planPlace } from "../../location";
import { type PlanningPlace, planningPlace } from "../../planning-place";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { Failure, MoreFailed } from "../../ui/failure";
import { formatCount } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { Page, PageBody } from "../../ui/page";
import { Segmented } from "../../ui/segmented";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { StatusLabel } from "../../ui/status";
import { useReadOnlyReason } from "../shell/app-store";
import styles from "./planning.module.css";
import { askApprove, askDrop, askLaunch, askPlanning, askReject, openProposal, planNow } from "./planning-acts";
import { PlanningDialogs } from "./planning-dialogs";
import { bestPlanner, PlanningPanel } from "./planning-panel";
import {
  filterRequests,
  loadMoreRequests,
  refreshPlanning,
  showRequest,
  startPlanning,
  usePlanning,
} from "./planning-store";
import { PlanningTable } from "./planning-table";
import { planningLook } from "./planning-words";
import { PlansSwitch } from "./plans-switch";

const FILTERS = [
  { value: null, label: "All" },
  ...PLANNING_STATUSES.map((value) => {
    const { state, word } = planningLook(value);
    return {
      value,
      label: (
        <StatusLabel kind="task" state={state}>
          {word}
        </StatusLabel>
      ),
    };
  }),
];

const add = (): void => askPlanning({ kind: "request" });

/** What is to be planned, and the plans that wait for a person's judgement. */
export function PlanningView({ place: { status: filter, requestId } }: { readonly place: PlanningPlace }) {
  useEffect(() => filterRequests(filter), [filter]);
  useEffect(() => void showRequest(requestId), [requestId]);
  useEffect(startPlanning, []);
  const { rows, next, status, error } = usePlanning();
  const readOnly = useReadOnlyReason();
  const show = (id: string | null): void => goTo(planningPlace(id, filter), { replace: true });
  const setFilter = (wanted: PlanningStatus | null): void => goTo(planningPlace(requestId, wanted));
  const current = rows.find(({ id }) => id === requestId) ?? null;
  useKeys({ rows, current, readOnly, show });
  return (
    <Page
      title="Plans"
      label="Requests for plans"
      tools={<PlansSwitch shown="planning" />}
      meta={
        status === "ready" &&
        rows.length > 0 && (
          <>
            {formatCount(rows.length)}
            {next !== null && "+"} {rows.length === 1 && next === null ? "request" : "requests"}
          </>
        )
      }
      actions={
        <Button icon={<Plus size={14} />} keys="c" disabledReason={readOnly} onClick={add}>
          Request a plan
        </Button>
      }
    >
      <PageBody
        beside={
          requestId !== null && <PlanningPanel requestId={requestId} readOnly={readOnly} onClose={() => show(null)} />
        }
      >
        <div className={styles.toolbar}>
          <Segmented label="State" options={FILTERS} value={filter} onChange={setFilter} />
        </div>
        {status === "loading" && <SkeletonRows height={44} />}
        {status === "failed" && rows.length === 0 && (
          <Failure
            title="The requests could not be read"
            error={error}
            meaning="Nothing was changed, and what is being planned goes on. Retry reads the list again."
            onRetry={() => void refreshPlanning()}
          />
        )}
        {status === "ready" && rows.length === 0 && (
          <Nothing filter={filter} readOnly={readOnly} onClear={() => setFilter(null)} />
        )}
        {rows.length > 0 && (
          <PlanningTable rows={rows} cursor={requestId} onChoose={show}>
            {next !== null && (
              <div className={styles.more}>
                <Button size="sm" onClick={() => void loadMoreRequests()}>
                  Show older requests
                </Button>
              </div>
            )}
            {error !== null && <MoreFailed what="Requests" error={error} onRetry={() => void refreshPlanning()} />}
          </PlanningTable>
        )}
      </PageBody>
      <PlanningDialogs onAdded={(id) => goTo(planningPlace(id), { replace: true })} />
    </Page>
  );
}

interface NothingProps {
  readonly filter: PlanningStatus | null;
  readonly readOnly: string | null;
  readonly onClear: () => void;
}

function Nothing({ filter, readOnly, onClear }: NothingProps) {
  if (filter !== null) {
    return (
      <EmptyState
        icon={<ClipboardList size={20} />}
        title={`No request is “${planningLook(filter).word.toLowerCase()}”`}
        actions={<Button onClick={onClear}>Show all requests</Button>}
      >
        Requests of other states are left out.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={<ClipboardList size={20} />}
      title="No requests yet"
      actions={
        <Button icon={<Plus size={14} />} disabledReason={readOnly} onClick={add}>
          Request a plan
        </Button>
      }
    >
      Say what is to be true in the end. An agent that plans makes tasks of it, and nothing runs before you have
      approved and launched them. Requests of Hive’s own programs stand here too.
    </EmptyState>
  );
}

interface KeysOptions {
  readonly rows: readonly PlanningRequest[];
  readonly current: PlanningRequest | null;
  readonly readOnly: string | null;
  readonly show: (requestId: string | null) => void;
}

function useKeys({ rows, current, readOnly, show }: KeysOptions): void {
  const { detail: read, planners, asked } = usePlanning();
  const detail = read !== null && read.id === current?.id ? read : null;
  const proposal = openProposal(detail);
  const launched = detail?.proposals.find(({ status }) => !["draft", "generated", "approved"].includes(status));
  const planner = bestPlanner(planners);
  const at = rows.findIndex(({ id }) => id === current?.id);
  const move = (step: 1 | -1): void => {
    const next = rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))];
    if (next === undefined) return;
    show(next.id);
    document.getElementById(`request-${next.id}`)?.scrollIntoView({ block: "nearest" });
  };
  const canJudge = readOnly === null && detail !== null && proposal !== null;
  const judge = (act: typeof askApprove) => (): void => {
    if (detail !== null && proposal !== null) act(detail, proposal);
  };
  const hasErrors = proposal?.findings.some(({ severity }) => severity === "error") ?? false;
  const canPlan =
    readOnly === null && planner !== null && current !== null && ["pending", "failed"].includes(current.status);
  useHotkeys({
    group: "Requests",
    hotkeys: [
      {
        keys: ["j", "ArrowDown"],
        label: "Next request",
        hint: { keys: ["j", "k"], label: "Move" },
        run: () => move(1),
      },
      { keys: ["k", "ArrowUp"], label: "Previous request", run: () => move(-1) },
      { keys: ["c"], label: "Request a plan", disabled: readOnly !== null, run: add },
      {
        keys: ["Shift+P"],
        label: "Let an agent plan the request",
        hint: { keys: ["Shift+P"], label: "Plan" },
        disabled: !canPlan || asked.has(current?.id ?? ""),
        run: () => {
          if (current !== null && planner !== null) void planNow(current, planner.id);
        },
      },
      {
        keys: ["Shift+E"],
        label: "Edit the plan",
        disabled: !canJudge,
        run: () => {
          if (detail !== null && proposal !== null) askPlanning({ kind: "edit", request: detail, proposal });
        },
      },
      {
        keys: ["Shift+A"],
        label: "Approve the plan",
        hint: { keys: ["Shift+A"], label: "Approve" },
        disabled: !canJudge || hasErrors || proposal?.status === "approved",
        run: judge(askApprove),
      },
      {
        keys: ["Shift+L"],
        label: "Launch the approved plan",
        hint: { keys: ["Shift+L"], label: "Launch" },
        disabled: !canJudge || hasErrors || proposal?.status !== "approved",
        run: judge(askLaunch),
      },
      { keys: ["Shift+R"], label: "Reject the plan", disabled: !canJudge, run: judge(askReject) },
      {
        keys: ["Shift+X"],
        label: "Give the request up",
        disabled: readOnly !== null || current?.status !== "pending",
        run: () => {
          if (current !== null) askDrop(current);
        },
      },
      {
        keys: ["Enter"],
        label: "Open its launched plan",
        disabled: launched === undefined,
        run: () => {
          if (launched !== undefined) goTo(planPlace(launched.id));
        },
      },
      { keys: ["Escape"], label: "Close the panel", disabled: current === null, run: () => show(null) },
    ],
  });
}
