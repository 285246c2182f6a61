import { useState } from "react";
import { ANY_AGENT } from "../../../shared/model/agent-work";
import type { TaskDetail, TaskLink } from "../../../shared/model/views";
import { agentsPlace } from "../../agents-place";
import { besidePlace, formatPlace, planPlace, usePlace } from "../../location";
import { Button } from "../../ui/button";
import { Fact } from "../../ui/fact";
import { formatCount, formatDuration } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import { ExactMoment, Moment } from "../../ui/relative-time";
import { StatusGlyph } from "../../ui/status";
import styles from "./summary-tab.module.css";
import { showPane } from "./task-store";
import { WhyBox } from "./why-box";

export function SummaryTab({ task }: { readonly task: TaskDetail }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling text must be reachable by keyboard
    <section className={styles.body} tabIndex={0} aria-label="Summary">
      {task.subtaskId === null && <ForeignNote task={task} />}
      <WhyBox task={task} />
      {task.description !== "" && <p className={styles.description}>{task.description}</p>}
      <Facts task={task} />
      <Links title="Depends on" none="Nothing: it is among the first to start." links={task.dependencies} task={task} />
      <Links title="Needed by" none="Nothing waits for it." links={task.dependents} task={task} />
      <ResultPreview result={task.result} />
    </section>
  );
}

/** A task that the console did not make: it says less about those, and calmly so. */
function ForeignNote({ task }: { readonly task: TaskDetail }) {
  const where = task.planId === null ? "It is in no plan." : "Its plan was made by another program.";
  return (
    <p className={styles.note}>
      {where} Another program made this task and runs it; what that program wrote is shown here as it changes.
    </p>
  );
}

/** What an agent's work is called; agents of files are asked, too. */
const DOES: Readonly<Partial<Record<string, string>>> = { command: "Runs", http: "Requests", approval: "Asks you" };

function Facts({ task }: { readonly task: TaskDetail }) {
  const isOurs = task.subtaskId !== null;
  return (
    <dl>
      {task.command !== null && (
        <Fact name={DOES[task.agent] ?? "Asks"}>
          <code className={styles.command}>{task.command}</code>
        </Fact>
      )}
      {task.command === null && isOurs && task.agent === "noop" && (
        <Fact name="Runs">Nothing: it joins what it depends on.</Fact>
      )}
      {task.agent !== "" && (
        <Fact name={isOurs ? "Agent" : "Type"}>
          {isOurs && task.agent !== ANY_AGENT ? (
            <a href={formatPlace(agentsPlace(task.agent))}>{task.agent}</a>
          ) : (
            task.agent
          )}
        </Fact>
      )}
      {task.cwd !== null && task.agent === "command" && (
        <Fact name="In folder">
          <span className="mono">{task.cwd}</span>
        </Fact>
      )}
      {isOurs && (
        <Fact name="Policy">
          {`${task.maxAttempts === 1 ? "1 attempt" : `${task.maxAttempts} attempts`}, ${
            task.timeoutMs === null ? "no time limit" : `at most ${formatDuration(task.timeoutMs)} each`
          }`}
        </Fact>
      )}
      <Fact name="Priority">{task.priority}</Fact>
      {task.planId !== null && (
        <Fact name="Plan">
          <a className="mono" href={formatPlace(planPlace(task.planId, task.id))}>
            {task.planId}
          </a>
        </Fact>
      )}
      {task.createdAt !== null && (
        <Fact name="Created">
          <Moment at={task.createdAt} />
        </Fact>
      )}
      {task.finishedAt !== null && (
        <Fact name="Ended">
          <ExactMoment at={task.finishedAt} />
        </Fact>
      )}
      <Fact name="Id">
        <span className="mono">{task.id}</span>
      </Fact>
    </dl>
  );
}

/** More of them are listed on request. */
const LISTED = 12;

interface LinksProps {
  readonly title: string;
  readonly none: string;
  readonly links: readonly TaskLink[];
  readonly task: TaskDetail;
}

function Links({ title, none, links, task }: LinksProps) {
  const [shownOf, setShownOf] = useState<string | null>(null);
  const isAll = shownOf === task.id || links.length <= LISTED + 1;
  const shown = isAll ? links : links.slice(0, LISTED);
  return (
    <section>
      <h3 className={styles.section}>
        {title} {links.length > 0 && <small>{formatCount(links.length)}</small>}
      </h3>
      {links.length === 0 ? (
        <p className={styles.none}>{none}</p>
      ) : (
        <ul className={styles.links}>
          {shown.map((link) => (
            <LinkRow key={link.id} link={link} planId={task.planId} />
          ))}
        </ul>
      )}
      {!isAll && (
        <Button size="xs" onClick={() => setShownOf(task.id)}>
          Show all {formatCount(links.length)}
        </Button>
      )}
    </section>
  );
}

function LinkRow({ link, planId }: { readonly link: TaskLink; readonly planId: string | null }) {
  const place = usePlace();
  return (
    <li>
      <StatusGlyph kind="task" state={link.state} />
      <a className={styles.linkTitle} href={formatPlace(besidePlace(place, planId, link.id))} title={link.title}>
        {link.title}
      </a>
      <span className={styles.linkState}>{lookOf("task", link.state).label}</span>
    </li>
  );
}

/** A longer one is looked at in a tab of its own. */
const MOST_SHOWN = 4_000;

function ResultPreview({ result }: Pick<TaskDetail, "result">) {
  if (result === null || result === undefined) return null;
  const text = typeof result === "string" ? result : (JSON.stringify(result, null, 2) ?? "");
  return (
    <section>
      <h3 className={styles.section}>
        Result{" "}
        <Button size="xs" onClick={() => showPane("result")}>
          Open
        </Button>
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling text must be reachable by keyboard */}
      <pre className={styles.json} tabIndex={0}>
        {text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text}
      </pre>
    </section>
  );
}
