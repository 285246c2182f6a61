import { RefreshCw, X } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import type { AgentDetail } from "../../../shared/model/agent";
import { messageOf } from "../../api";
import { formatPlace, taskPlace } from "../../location";
import { Button, IconButton } from "../../ui/button";
import { cx } from "../../ui/class-names";
import { formatCount, formatDuration, plural } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import inset from "../../ui/inset-text.module.css";
import { lookOf } from "../../ui/looks";
import { Moment } from "../../ui/relative-time";
import { StatusBadge, StatusGlyph } from "../../ui/status";
import { copyText } from "../task-inspector/copy";
import { CourseChart } from "./agent-chart";
import { AgentChecks } from "./agent-checks";
import { showAgent, useAgentDetail } from "./agent-detail-store";
import styles from "./agent-panel.module.css";
import { AgentSetup } from "./agent-setup";
import { AgentTrialBox } from "./agent-trial";
import { findingWords, hiddenWords, LAYER_WORDS, stateOf, typeWords } from "./agent-words";
import { checkAgents, useAgents } from "./agents-store";

interface AgentPanelProps {
  readonly agentId: string;
  readonly readOnly: string | null;
  readonly onClose: () => void;
}

/** One agent: what is wrong and what to set, a test of it, how it was found, and what its attempts came to. */
export function AgentPanel({ agentId, readOnly, onClose }: AgentPanelProps) {
  useEffect(() => showAgent(agentId), [agentId]);
  const { detail, error } = useAgentDetail();
  const shown = detail?.id === agentId ? detail : null;
  const latest = useAgents((state) => state.checks.get(agentId)?.[0]);
  const standing = shown === null ? null : stateOf(shown, latest);
  return (
    <aside className={styles.panel} aria-label="Agent">
      <header className={styles.head}>
        {standing !== null && <StatusGlyph kind="agent" state={standing} size={16} />}
        <h2 title={agentId}>{shown?.title ?? agentId}</h2>
        {standing !== null && <StatusBadge kind="agent" state={standing} />}
        <IconButton label="Close" keys="Escape" size="sm" onClick={onClose}>
          <X size={14} />
        </IconButton>
      </header>
      {shown !== null && standing !== null ? (
        <>
          <Top agent={shown} standing={standing} message={latest?.message ?? null} />
          <div className={styles.body}>
            <AgentTrialBox agent={shown} readOnly={readOnly} />
            <AgentSetup agent={shown} />
            <AgentChecks agentId={agentId} />
            <Course agentId={agentId} />
            <About agent={shown} />
          </div>
        </>
      ) : (
        error !== null && (
          <p className={styles.failure} role="alert" data-tone="failed">
            {messageOf(error)}
          </p>
        )
      )}
    </aside>
  );
}

interface TopProps {
  readonly agent: AgentDetail;
  readonly standing: string;
  readonly message: string | null;
}

function Top({ agent, standing, message }: TopProps) {
  const { id, file, findings } = agent;
  const isChecking = useAgents((state) => state.isChecking);
  const hidden = hiddenWords(agent);
  useHotkeys({
    group: "Agent",
    hotkeys: [
      {
        keys: ["c"],
        label: "Check it",
        hint: { keys: ["C"], label: "Check" },
        disabled: isChecking,
        run: () => void checkAgents(id),
      },
    ],
  });
  return (
    <div className={styles.top}>
      {findings.length > 0 ? (
        <div className={styles.callout} data-tone="rejected" role="status">
          <b>{plural(findings.length, "finding")} in its file.</b> It is not used until{" "}
          {findings.length === 1 ? "it is" : "they are"} mended, and hides any other of its name.
          <ol className={styles.findings}>
            {findings.map((finding) => (
              <li key={`${finding.line} ${finding.message}`}>
                <span className="mono">line {finding.line}</span>
                <span>{finding.message}</span>
              </li>
            ))}
          </ol>
        </div>
      ) : (
        message !== null &&
        standing !== "healthy" && (
          <p className={styles.callout} data-tone={lookOf("agent", standing).tone} role="status">
            {message}
          </p>
        )
      )}
      {hidden !== null && <p className={styles.note}>{hidden}</p>}
      <div className={styles.acts}>
        <Button
          size="sm"
          icon={<RefreshCw size={12} />}
          keys="C"
          disabledReason={isChecking ? "It is being asked." : null}
          onClick={() => void checkAgents(id)}
        >
          {isChecking ? "Checking…" : "Check"}
        </Button>
        {findings.length > 0 && (
          <Button
            size="sm"
            onClick={() => void copyText(findings.map((one) => findingWords(file, one)).join("\n"), "the findings")}
          >
            Copy findings
          </Button>
        )}
        {file !== null && (
          <Button size="sm" onClick={() => void copyText(file, "the path")}>
            Copy path
          </Button>
        )}
      </div>
    </div>
  );
}

function Course({ agentId }: { readonly agentId: string }) {
  const courses = useAgents((state) => state.courses);
  const course = useAgents((state) => state.course.get(agentId));
  const range = useAgents((state) => state.range);
  return (
    <section>
      <h3>
        Attempts <small>in the last {range}</small>
      </h3>
      {course === undefined || courses === null ? (
        <p className={styles.none}>None began in this range</p>
      ) : (
        <>
          <dl className={styles.figures}>
            <Figure name="Ended" value={formatCount(course.ended)} />
            <Figure
              name="OK"
              value={course.ended === 0 ? "n/a" : `${Math.floor((course.succeeded * 100) / course.ended)} %`}
            />
            <Figure name="P50" value={course.p50 === null ? "n/a" : formatDuration(course.p50)} />
            <Figure name="P95" value={course.p95 === null ? "n/a" : formatDuration(course.p95)} />
            <Figure name="Running" value={formatCount(course.running)} />
          </dl>
          <CourseChart course={course} courses={courses} />
          {course.errors.length > 0 && (
            <ol className={styles.errors} aria-label="Last errors">
              {course.errors.map(({ runId, taskId, at, message }) => (
                <li key={runId}>
                  <Moment at={at} />
                  <a href={formatPlace(taskPlace(null, taskId))} title={message}>
                    {message.split("\n", 1)[0]}
                  </a>
                </li>
              ))}
            </ol>
          )}
        </>
      )}
    </section>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function About({ agent }: { readonly agent: AgentDetail }) {
  const { id, description, capabilities, layer, file, settings, type } = agent;
  return (
    <section>
      <h3>About</h3>
      <dl className={styles.facts}>
        <Fact name="Id">
          <span className="mono">{id}</span>
        </Fact>
        {description !== "" && <Fact name="Does">{description}</Fact>}
        <Fact name="Carried out">{typeWords(type)}</Fact>
        <Fact name="Good for">
          {capabilities.length === 0
            ? "unknown"
            : capabilities.map((capability) => (
                <span key={capability} className={cx("mono", styles.tag)}>
                  {capability}
                </span>
              ))}
        </Fact>
        <Fact name="Defined in">
          {LAYER_WORDS[layer]}
          {file !== null && <span className={cx("mono", styles.path)}>{file}</span>}
        </Fact>
        {settings?.temperature != null && <Fact name="Temperature">{settings.temperature}</Fact>}
        {settings?.maxTokens != null && <Fact name="At most">{plural(settings.maxTokens, "token")}</Fact>}
      </dl>
      {settings !== null && (
        <>
          <details className={styles.more}>
            <summary>What it is told before every task</summary>
            <pre className={inset.text}>{settings.prompt}</pre>
          </details>
          {settings.schema !== null && (
            <details className={styles.more}>
              <summary>What its answers fit</summary>
              <pre className={inset.text}>{JSON.stringify(settings.schema, null, 2)}</pre>
            </details>
          )}
        </>
      )}
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
