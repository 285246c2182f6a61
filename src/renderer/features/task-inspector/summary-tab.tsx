import { Check } from "lucide-react";
import type { RunnerInfo, TaskDetail, TaskLink } from "../../../shared/model/views";
import { formatPlace, planPlace } from "../../location";
import { formatDuration } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import { ClockTime } from "../../ui/relative-time";
import { StatusGlyph } from "../../ui/status";
import { useApp } from "../shell/app-store";
import styles from "./summary-tab.module.css";
import { whyTitle } from "./task-actions";

export function SummaryTab({ task }: { readonly task: TaskDetail }) {
  return (
    <div className={styles.body}>
      <WhyBox task={task} />
      {task.description !== "" && <p className={styles.description}>{task.description}</p>}
      <dl className={styles.facts}>
        {task.command !== null && (
          <Fact name={DOES[task.agent] ?? "Asks"}>
            <code className={styles.command}>{task.command}</code>
          </Fact>
        )}
        {task.command === null && <Fact name="Runs">Nothing: it joins what it depends on.</Fact>}
        {task.cwd !== null && task.agent === "command" && (
          <Fact name="In folder">
            <span className="mono">{task.cwd}</span>
          </Fact>
        )}
        <Fact name="Time limit">{task.timeoutMs === null ? "None" : formatDuration(task.timeoutMs)}</Fact>
        <Fact name="Attempts">
          {task.attempts} of {task.maxAttempts}
        </Fact>
        <Fact name="Priority">{task.priority}</Fact>
        {task.finishedAt !== null && (
          <Fact name="Ended">
            <ClockTime at={task.finishedAt} />
          </Fact>
        )}
        <Fact name="Id">
          <span className="mono">{task.id}</span>
        </Fact>
      </dl>
      <Links title="Depends on" none="Nothing: it is among the first to start." links={task.dependencies} task={task} />
      <Links title="Needed by" none="Nothing waits for it." links={task.dependents} task={task} />
      {task.result !== null && task.result !== undefined && (
        <section>
          <h3 className={styles.section}>Result</h3>
          <pre className={styles.json}>{JSON.stringify(task.result, null, 2)}</pre>
        </section>
      )}
    </div>
  );
}

/** What an agent's work is called; agents of files are asked, too. */
const DOES: Readonly<Partial<Record<string, string>>> = { command: "Runs", http: "Requests", approval: "Asks you" };

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Why a task does not run, first of all the rows that hold it. */
function WhyBox({ task }: { readonly task: TaskDetail }) {
  const title = whyTitle(task);
  if (title === null && task.reason === null) return null;
  const open = task.dependencies.filter((link) => link.state !== "completed");
  const isWaiting = title !== null && task.state !== "failed";
  return (
    <section className={styles.why}>
      <h3>{title ?? "What happened"}</h3>
      <p className={styles.lead}>
        <StatusGlyph kind="task" state={task.state} />
        <span>
          {task.state === "queued" ? <QueuedReason task={task} /> : (task.reason ?? lookOf("task", task.state).label)}
        </span>
      </p>
      {isWaiting && task.dependencies.length > 0 && (
        <div className={styles.gate}>
          <p className={styles.gateHead} data-open={open.length > 0 || undefined}>
            {open.length === 0 && <Check size={14} aria-hidden="true" />}
            Dependencies
            <span>
              {task.dependencies.length - open.length} of {task.dependencies.length} completed
            </span>
          </p>
          <ul>
            {open.map((link) => (
              <LinkRow key={link.id} link={link} planId={task.planId} />
            ))}
          </ul>
        </div>
      )}
      {isWaiting && task.notBefore !== null && (
        <div className={styles.gate}>
          <p className={styles.gateHead} data-open>
            Next attempt
            <span>
              not before <ClockTime at={task.notBefore} />
            </span>
          </p>
        </div>
      )}
    </section>
  );
}

/** Nothing in the plan holds the task: what is left is a worker. */
function QueuedReason({ task }: { readonly task: TaskDetail }) {
  const runner = useApp((state) => state.runner);
  const before = task.reason === null ? "" : ` ${task.attempts > 0 ? "Last attempt: " : ""}${task.reason}`;
  return (
    <>
      {whatIsLeft(runner)}
      {before}
    </>
  );
}

function whatIsLeft(runner: RunnerInfo | null): string {
  if (runner === null) return "Ready to start.";
  if (!runner.dispatching) return "Ready: another console starts it when it has a free slot.";
  if (runner.pausedReason !== null) return `Ready, but nothing is started now: ${runner.pausedReason}`;
  if (runner.running < runner.slots) return "Ready: a worker takes it next.";
  return `Ready: it starts when a slot is free (${runner.running} of ${runner.slots} in use).`;
}

interface LinksProps {
  readonly title: string;
  readonly none: string;
  readonly links: readonly TaskLink[];
  readonly task: TaskDetail;
}

function Links({ title, none, links, task }: LinksProps) {
  return (
    <section>
      <h3 className={styles.section}>
        {title} {links.length > 0 && <small>{links.length}</small>}
      </h3>
      {links.length === 0 ? (
        <p className={styles.none}>{none}</p>
      ) : (
        <ul className={styles.links}>
          {links.map((link) => (
            <LinkRow key={link.id} link={link} planId={task.planId} />
          ))}
        </ul>
      )}
    </section>
  );
}

function LinkRow({ link, planId }: { readonly link: TaskLink; readonly planId: string | null }) {
  return (
    <li>
      <StatusGlyph kind="task" state={link.state} />
      {planId === null ? (
        <span className={styles.linkTitle}>{link.title}</span>
      ) : (
        <a className={styles.linkTitle} href={formatPlace(planPlace(planId, link.id))} title={link.title}>
          {link.title}
        </a>
      )}
      <span className={styles.linkState}>{lookOf("task", link.state).label}</span>
    </li>
  );
}
