import { Check, CircleHelp, Copy, Minus, X } from "lucide-react";
import type { ReactNode } from "react";
import type { TaskDetail } from "../../../shared/model/views";
import type { TaskWhy, WhyGate, WhyRow, WhyStep, WhyVerdict } from "../../../shared/model/why";
import { call, messageOf } from "../../api";
import { besidePlace, goTo, placeNow, planPlace } from "../../location";
import { Button } from "../../ui/button";
import { formatCount } from "../../ui/format";
import { StatusGlyph } from "../../ui/status";
import { toast } from "../../ui/toast";
import { retryTask } from "../dialogs/task-acts";
import { pausePlan } from "../plans/plan-acts";
import { useReadOnlyReason } from "../shell/app-store";
import { copyText } from "./copy";
import { whyTitle } from "./task-actions";
import { showLog } from "./task-store";
import styles from "./why-box.module.css";
import { hrefOfRow, orderGates, stepsBeside, useWhy } from "./why-store";

/** Why a task does not run or did not end well: the answer, what helps, and every gate with the rows that hold it. */
export function WhyBox({ task }: { readonly task: TaskDetail }) {
  const { why, error } = useWhy(task.id);
  const title = whyTitle(task);
  const isTroubled = why?.gates.some(({ verdict }) => verdict === "holds") === true;
  if (title === null && !isTroubled) return null;
  return (
    <section className={styles.why} aria-label={title ?? "What is wrong?"}>
      <h3>{title ?? "What is wrong?"}</h3>
      <p className={styles.lead} role="status">
        <StatusGlyph kind="task" state={task.state} />
        <span>{why?.headline ?? task.reason ?? "Looking…"}</span>
      </p>
      {error !== null && <p className={styles.old}>This could not be asked again: {messageOf(error)}</p>}
      {why !== null && (
        <>
          <Steps why={why} />
          <Gates why={why} isQueued={task.status === "queued"} />
        </>
      )}
    </section>
  );
}

function Steps({ why }: { readonly why: TaskWhy }) {
  const readOnly = useReadOnlyReason();
  const steps = stepsBeside(why);
  if (steps.length === 0) return null;
  return (
    <div className={styles.steps}>
      {steps.map((step, index) => (
        <Step key={`${step.operation} ${step.label}`} step={step} why={why} isFirst={index === 0} readOnly={readOnly} />
      ))}
    </div>
  );
}

interface StepProps {
  readonly step: WhyStep;
  readonly why: TaskWhy;
  readonly isFirst: boolean;
  readonly readOnly: string | null;
}

/** What would help, done with a click where the console can do it, else as a command to copy. */
function Step({ step: { operation, id, label, command }, why, isFirst, readOnly }: StepProps) {
  const act = operation === null || id === null ? null : actOf(operation, id, why);
  if (act === null) {
    return (
      <Button size="sm" icon={<Copy size={12} />} title={command} onClick={() => void copyText(command, "the command")}>
        {label}
      </Button>
    );
  }
  return (
    <Button
      size="sm"
      variant={isFirst && act.changes ? "primary" : "default"}
      disabledReason={act.changes ? readOnly : null}
      onClick={act.run}
    >
      {label}
    </Button>
  );
}

interface StepAct {
  readonly changes: boolean;
  readonly run: () => void;
}

function actOf(operation: string, id: string, { planId, gates }: TaskWhy): StepAct | null {
  const titleOf = (kind: WhyRow["kind"]): string =>
    gates.flatMap(({ rows }) => rows).find((row) => row.kind === kind && row.id === id)?.title ?? id;
  switch (operation) {
    case "tasks.retry":
      return { changes: true, run: () => void retryTask({ id, title: titleOf("task") }) };
    case "tasks.approve":
      return { changes: false, run: () => goTo(besidePlace(placeNow(), planId, id)) };
    case "plans.resume":
      return { changes: true, run: () => void pausePlan({ id, title: titleOf("plan") }, true) };
    case "plans.start":
      return { changes: false, run: () => goTo(planPlace(id)) };
    case "workers.undrain":
      return { changes: true, run: () => void undrain(id) };
    case "runs.readLog":
      return { changes: false, run: () => showLog(id) };
    default:
      return null;
  }
}

async function undrain(workerId: string): Promise<void> {
  try {
    await call("workers.undrain", { workerIds: [workerId] });
    toast.success(`${workerId} takes tasks again`);
  } catch (error) {
    toast.error(`Could not let ${workerId} take tasks`, { description: messageOf(error) });
  }
}

function Gates({ why, isQueued }: { readonly why: TaskWhy; readonly isQueued: boolean }) {
  const gates = orderGates(why);
  const told = isQueued ? gates : gates.filter(({ verdict }) => verdict === "holds" || verdict === "unknown");
  const others = gates.length - told.length;
  return (
    <ul aria-label="What it has to pass">
      {told.map((gate) => (
        <Gate key={gate.gate} gate={gate} planId={why.planId} headline={why.headline} />
      ))}
      {others > 0 && !isQueued && (
        <li className={styles.gate}>
          <p className={styles.gateHead}>
            <Minus size={14} aria-hidden="true" />
            <span>
              {formatCount(others)} other gates{" "}
              {gates.some(({ verdict }) => verdict === "passes") ? "passed" : "not asked"}
            </span>
          </p>
        </li>
      )}
    </ul>
  );
}

const VERDICTS: Readonly<Record<WhyVerdict, { readonly word: string; readonly icon: ReactNode }>> = {
  passes: { word: "passes", icon: <Check size={14} aria-hidden="true" /> },
  holds: { word: "holds it", icon: <X size={14} aria-hidden="true" /> },
  not_reached: { word: "not asked yet", icon: <Minus size={14} aria-hidden="true" /> },
  unknown: { word: "cannot be told", icon: <CircleHelp size={14} aria-hidden="true" /> },
};

interface GateProps {
  readonly gate: WhyGate;
  readonly planId: string | null;
  readonly headline: string;
}

function Gate({ gate, planId, headline }: GateProps) {
  const { title, verdict, detail, rows, more } = gate;
  const isHolding = verdict === "holds";
  return (
    <li className={styles.gate} data-verdict={verdict}>
      <p className={styles.gateHead}>
        {VERDICTS[verdict].icon}
        <span className={styles.gateTitle}>
          {title}
          <span className="visually-hidden">: {VERDICTS[verdict].word}</span>
        </span>
        {/* The answer itself stands above. */}
        {(!isHolding || !headline.includes(detail)) && (
          <span className={styles.gateDetail} title={detail}>
            {detail}
          </span>
        )}
        {isHolding && rows.length > 0 && headline.includes(detail) && (
          <span className={styles.gateDetail}>{formatCount(rows.length + more)}</span>
        )}
      </p>
      {isHolding && rows.length > 0 && (
        <ul className={styles.rows}>
          {rows.map((row) => (
            <HoldingRow key={`${row.kind} ${row.id}`} row={row} href={hrefOfRow(row, gate, planId)} />
          ))}
          {more > 0 && <li className={styles.more}>and {formatCount(more)} more</li>}
        </ul>
      )}
    </li>
  );
}

function HoldingRow({
  row: { kind, state, title, note },
  href,
}: {
  readonly row: WhyRow;
  readonly href: string | null;
}) {
  return (
    <li>
      {kind === "process" ? <i className={styles.dot} /> : <StatusGlyph kind={kind} state={state ?? ""} named />}
      {href === null ? (
        <span className={styles.rowTitle}>{title}</span>
      ) : (
        <a className={styles.rowTitle} href={href} title={title}>
          {title}
        </a>
      )}
      <span className={styles.rowNote} title={note}>
        {note === "" && kind === "process" ? state : note}
      </span>
    </li>
  );
}
