import { Ban, Check, Pencil, Play, Sparkles, Undo2, X } from "lucide-react";
import type { Planner, PlanningDetail, ProposedPlan } from "../../../shared/model/planning";
import { messageOf } from "../../api";
import { eventsPlace, formatPlace, planPlace } from "../../location";
import { Button, IconButton } from "../../ui/button";
import { formatCount, formatDuration, plural, shortId } from "../../ui/format";
import { Menu, MenuItem } from "../../ui/menu";
import { Elapsed, Moment, RelativeTime } from "../../ui/relative-time";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { StatusBadge, StatusLabel } from "../../ui/status";
import {
  askApprove,
  askDrop,
  askLaunch,
  askPlanning,
  askReject,
  askTakeBack,
  openProposal,
  planNow,
} from "./planning-acts";
import styles from "./planning-panel.module.css";
import { usePlanning } from "./planning-store";
import { planningLook, titleOf } from "./planning-words";

interface PlanningPanelProps {
  readonly requestId: string;
  readonly readOnly: string | null;
  readonly onClose: () => void;
}

/** One request: what was asked for, who plans it, and the plans that were made. */
export function PlanningPanel({ requestId, readOnly, onClose }: PlanningPanelProps) {
  const { detail, detailError } = usePlanning();
  const shown = detail?.id === requestId ? detail : null;
  return (
    <aside className={styles.panel} aria-label="Request">
      <header>
        <h2 title={shown === null ? undefined : titleOf(shown)}>{shown === null ? "Request" : titleOf(shown)}</h2>
        <IconButton label="Close" keys="Escape" size="sm" onClick={onClose}>
          <X size={14} />
        </IconButton>
      </header>
      {shown === null && detailError === null && <SkeletonRows height={28} />}
      {shown === null && detailError !== null && (
        <p className={styles.problem} role="alert" data-tone="failed">
          {messageOf(detailError)}
        </p>
      )}
      {shown !== null && (
        <>
          <Acts detail={shown} readOnly={readOnly} />
          <div className={styles.body}>
            <Detail detail={shown} readOnly={readOnly} />
          </div>
        </>
      )}
    </aside>
  );
}

/** The healthiest that can plan now; null: there is none, or they are being asked. */
export const bestPlanner = (planners: readonly Planner[] | null): Planner | null =>
  planners?.find(({ status }) => status === "healthy") ?? planners?.find(({ status }) => status === "degraded") ?? null;

interface DetailProps {
  readonly detail: PlanningDetail;
  readonly readOnly: string | null;
}

/** What can be done with the request itself. */
function Acts({ detail, readOnly }: DetailProps) {
  const { planners, asked } = usePlanning();
  const { status } = detail;
  if (status === "assigned") {
    return (
      <div className={styles.acts}>
        <span className={styles.working} role="status">
          <StatusLabel kind="task" state="in_progress">
            {detail.agent ?? "Somebody"} plans it
          </StatusLabel>
          <Elapsed from={detail.assignedAt} to={null} />
        </span>
        <Button size="sm" icon={<Undo2 size={12} />} disabledReason={readOnly} onClick={() => askTakeBack(detail)}>
          Take it back…
        </Button>
      </div>
    );
  }
  if (status !== "pending" && status !== "failed") return null;
  const best = bestPlanner(planners);
  const off =
    readOnly ??
    (asked.has(detail.id)
      ? "It is being asked."
      : planners === null
        ? "The agents are being asked whether they can plan."
        : best === null
          ? `No agent can plan now. ${planners[0] === undefined ? "None is there that plans." : `${planners[0].id}: ${planners[0].message}`}`
          : null);
  const others = (planners ?? []).filter(({ id }) => id !== best?.id);
  return (
    <div className={styles.acts}>
      <Button
        size="sm"
        icon={<Sparkles size={12} />}
        keys="Shift+P"
        disabledReason={off}
        onClick={() => best !== null && void planNow(detail, best.id)}
      >
        {status === "failed" ? "Plan it again" : "Plan it"}
        {best !== null && ` with ${best.id}`}
      </Button>
      {others.length > 0 && best !== null && off === null && (
        <Menu trigger={<Button size="sm">Others</Button>}>
          {others.map(({ id, title, status: health, message }) => (
            <MenuItem
              key={id}
              hint={title}
              disabledReason={health === "unhealthy" ? message : null}
              onSelect={() => void planNow(detail, id)}
            >
              {id}
            </MenuItem>
          ))}
        </Menu>
      )}
      {status === "pending" && (
        <Button
          size="sm"
          variant="danger-quiet"
          icon={<Ban size={12} />}
          disabledReason={readOnly}
          onClick={() => askDrop(detail)}
        >
          Give up…
        </Button>
      )}
    </div>
  );
}

function Detail({ detail, readOnly }: DetailProps) {
  const { planners } = usePlanning();
  const { state, word } = planningLook(detail.status);
  const judged = openProposal(detail);
  const canWait = detail.status === "pending" || detail.status === "failed";
  const missing = planners !== null && bestPlanner(planners) === null ? planners : [];
  return (
    <>
      {detail.status === "failed" && <Why detail={detail} />}
      {canWait && missing.length > 0 && (
        <section className={styles.problem} data-tone="escalated" aria-label="What is missing">
          <b>No agent can plan now.</b>
          {missing.map(({ id, message }) => (
            <p key={id}>
              <span className="mono">{id}</span>: {message}
            </p>
          ))}
        </section>
      )}
      {judged !== null && <Proposal detail={detail} proposal={judged} readOnly={readOnly} />}
      <h3>Request</h3>
      <p className={styles.words}>{detail.description}</p>
      <dl>
        <Fact name="State">
          <StatusLabel kind="task" state={state}>
            {word}
          </StatusLabel>
        </Fact>
        <Fact name="Priority">{formatCount(detail.priority)}</Fact>
        {detail.complexity !== null && <Fact name="Complexity">{detail.complexity}</Fact>}
        <Fact name="Requested">
          <Moment at={detail.createdAt} /> by {detail.requestor ?? "nobody named"}
        </Fact>
        {detail.agent !== null && (
          <Fact name="Planner">
            {detail.agent}, since <Moment at={detail.assignedAt} />
          </Fact>
        )}
        <Fact name="Id">
          <a className="mono" href={formatPlace(eventsPlace(`correlation:${detail.id}`))} title="Its events">
            {detail.id}
          </a>
        </Fact>
      </dl>
      {detail.context !== null && (
        <>
          <h3>Context</h3>
          <pre className={styles.context}>
            {typeof detail.context === "string" ? detail.context : JSON.stringify(detail.context, null, 2)}
          </pre>
        </>
      )}
      <Others proposals={detail.proposals.filter(({ id }) => id !== judged?.id)} />
    </>
  );
}

/** Why a request has come to nothing: its planner could not, or somebody gave it up, whichever was later. */
function Why({ detail: { failure, dropped } }: { readonly detail: PlanningDetail }) {
  const byPlanner = failure !== null && (dropped === null || (failure.at ?? 0) > dropped.at);
  return (
    <p className={styles.problem} role="alert" data-tone="failed">
      {byPlanner ? (
        <>
          <b>
            {failure.agent} made no plan, <RelativeTime at={failure.at} ago />.
          </b>{" "}
          {failure.error}
        </>
      ) : dropped === null ? (
        "Why it failed is not known: another program has said so."
      ) : (
        <>
          <b>
            {dropped.actor} gave it up, <RelativeTime at={dropped.at} ago />.
          </b>{" "}
          {dropped.reason ?? "No reason was given."}
        </>
      )}
    </p>
  );
}

interface ProposalProps extends DetailProps {
  readonly proposal: ProposedPlan;
}

/** The plan that waits for a judgement. */
function Proposal({ detail, proposal, readOnly }: ProposalProps) {
  const { status, subtasks, dependencies, estimatedMinutes, complexity, findings, steps } = proposal;
  const errors = findings.filter(({ severity }) => severity === "error");
  const hasErrors = errors.length > 0 ? `${plural(errors.length, "error")} must be put right first.` : null;
  const isRunning = detail.proposals.some((one) => one.status === "executing")
    ? "Another plan of this request runs."
    : null;
  return (
    <section className={styles.proposal} aria-label="Plan to review">
      <div className={styles.proposalHead}>
        <h3>Plan</h3>
        <StatusBadge kind="plan" state={status} />
        <small>
          {plural(subtasks, "subtask")}, {plural(dependencies, "dependency", "dependencies")}
          {estimatedMinutes !== null && `, about ${formatDuration(estimatedMinutes * 60_000)}`}
          {complexity !== null && `, ${complexity}`}
        </small>
      </div>
      <div className={styles.judge}>
        {status === "approved" ? (
          <Button
            size="sm"
            variant="primary"
            icon={<Play size={12} />}
            keys="Shift+L"
            disabledReason={readOnly ?? isRunning ?? hasErrors}
            onClick={() => askLaunch(detail, proposal)}
          >
            Launch…
          </Button>
        ) : (
          <Button
            size="sm"
            variant="primary"
            icon={<Check size={12} />}
            keys="Shift+A"
            disabledReason={readOnly ?? hasErrors}
            onClick={() => askApprove(detail, proposal)}
          >
            Approve…
          </Button>
        )}
        <Button
          size="sm"
          icon={<Pencil size={12} />}
          keys="Shift+E"
          disabledReason={readOnly}
          onClick={() => askPlanning({ kind: "edit", request: detail, proposal })}
        >
          Edit…
        </Button>
        <Button
          size="sm"
          variant="danger-quiet"
          icon={<X size={12} />}
          disabledReason={readOnly}
          onClick={() => askReject(detail, proposal)}
        >
          Reject…
        </Button>
      </div>
      {findings.length > 0 && (
        <ul className={styles.findings} aria-label="Findings">
          {findings.slice(0, MOST_FINDINGS).map(({ severity, line, column, message }) => (
            <li key={`${line}:${column}:${message}`} data-tone={severity === "error" ? "failed" : "escalated"}>
              <b>{severity === "error" ? "Error" : "Warning"}</b>
              {line !== null && <span className="mono"> line {line}</span>} {message}
            </li>
          ))}
          {findings.length > MOST_FINDINGS && <li>and {formatCount(findings.length - MOST_FINDINGS)} more</li>}
        </ul>
      )}
      {steps.length > 0 && (
        <ol className={styles.steps} aria-label="Subtasks">
          {steps.map(({ id, title, agent, dependencies: after }) => (
            <li key={id}>
              <span className={styles.stepTitle} title={title}>
                {title}
              </span>
              <span className={styles.stepAgent}>{agent}</span>
              <small title={after.join(", ")}>{after.length === 0 ? "at once" : `after ${after.join(", ")}`}</small>
            </li>
          ))}
          {subtasks > steps.length && <li>and {formatCount(subtasks - steps.length)} more</li>}
        </ol>
      )}
    </section>
  );
}

const MOST_FINDINGS = 20;

function Others({ proposals }: { readonly proposals: readonly ProposedPlan[] }) {
  if (proposals.length === 0) return null;
  return (
    <>
      <h3>{proposals.length === 1 ? "Another plan" : "Other plans"}</h3>
      <ol className={styles.others}>
        {proposals.map(({ id, status, subtasks, generatedAt }) => (
          <li key={id}>
            <StatusLabel kind="plan" state={status} />
            <span>
              {status === "cancelled" || status === "approved" ? (
                <span className="mono">{shortId(id)}</span>
              ) : (
                <a href={formatPlace(planPlace(id))}>Open</a>
              )}
              , {plural(subtasks, "subtask")}
            </span>
            <RelativeTime at={generatedAt} ago />
          </li>
        ))}
      </ol>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
