import { Database, FolderOpen, Package, Wrench } from "lucide-react";
import type { ReactNode } from "react";
import type { AgentLayer } from "../../../shared/model/agent";
import { cx } from "../../ui/class-names";
import { useNow } from "../../ui/clock";
import { formatAge, formatCount, formatDuration, plural } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import { StatusGlyph } from "../../ui/status";
import { Sparkline } from "../overview/sparkline";
import { hiddenWords, LAYER_WORDS, typeWords } from "./agent-words";
import styles from "./agents.module.css";
import { type ListedAgent, useAgents } from "./agents-store";

interface AgentProps {
  readonly agent: ListedAgent;
}

export function AgentName({ agent: { id, title, description, state } }: AgentProps) {
  const words = title === id ? description : title;
  return (
    <span className={styles.name}>
      <StatusGlyph kind="agent" state={state} />
      <span className={styles.two}>
        <span className="mono" title={id}>
          {id}
        </span>
        <span className={styles.under} title={words}>
          {words}
        </span>
      </span>
    </span>
  );
}

/** The word, and how old the finding is. */
export function Health({ agent: { id, state } }: AgentProps) {
  const now = useNow();
  const isChecking = useAgents((shown) => shown.isChecking);
  const latest = useAgents((shown) => shown.checks.get(id)?.[0]);
  const { label, tone } = lookOf("agent", state);
  const age = latest === undefined ? (isChecking ? "being asked" : "never asked") : `${formatAge(now - latest.at)} ago`;
  return (
    <span className={styles.two} data-tone={tone}>
      <span className={state === "healthy" || state === "unchecked" ? undefined : styles.tinted}>{label}</span>
      <span className={styles.under}>{state === "broken" ? "not asked" : age}</span>
    </span>
  );
}

/** What a check found, or what is wrong with its file: the reason stands in the list. */
export function Says({ agent: { id, state, findings } }: AgentProps) {
  const message = useAgents((shown) => shown.checks.get(id)?.[0]?.message);
  if (state === "broken") {
    const [first] = findings;
    const words = first === undefined ? "Its file cannot be used" : `Line ${first.line}: ${first.message}`;
    return (
      <span className={styles.two} title={words}>
        <span>{words}</span>
        {findings.length > 1 && <span className={styles.under}>{plural(findings.length - 1, "more finding")}</span>}
      </span>
    );
  }
  if (message === undefined) return null;
  return (
    <span className={state === "healthy" ? styles.muted : undefined} title={message}>
      {message}
    </span>
  );
}

const LAYER_ICONS: Readonly<Record<AgentLayer, ReactNode>> = {
  "built-in": <Wrench size={12} aria-hidden="true" />,
  program: <Package size={12} aria-hidden="true" />,
  user: <FolderOpen size={12} aria-hidden="true" />,
  database: <Database size={12} aria-hidden="true" />,
};

export function DefinedIn({ agent }: AgentProps) {
  const { layer, file, hides } = agent;
  return (
    <span className={styles.two} title={hiddenWords(agent) ?? file ?? undefined}>
      <span className={styles.layer}>
        {LAYER_ICONS[layer]}
        {LAYER_WORDS[layer]}
      </span>
      {hides.length > 0 && <span className={styles.under}>in place of {hides.length}</span>}
    </span>
  );
}

export function Kind({ agent: { type, capabilities } }: AgentProps) {
  const able = capabilities.join(", ");
  return (
    <span className={styles.two} title={able}>
      <span>{typeWords(type)}</span>
      <span className={styles.under}>{able}</span>
    </span>
  );
}

export function Attempts({ agent: { id } }: AgentProps) {
  const course = useAgents((shown) => shown.course.get(id));
  const isKnown = useAgents((shown) => shown.courses !== null);
  if (course === undefined) return isKnown ? <span className={styles.muted}>None</span> : null;
  return (
    <span className={styles.rate} title={`${plural(course.ended, "attempt")} ended, ${course.running} under way`}>
      <span>{formatCount(course.ended)}</span>
      <Sparkline values={course.bars.map(({ ended }) => ended)} />
    </span>
  );
}

export function Latency({ agent: { id } }: AgentProps) {
  const course = useAgents((shown) => shown.course.get(id));
  if (course === undefined || course.p50 === null) return null;
  return (
    <span className={cx(styles.two, styles.end)}>
      <span>{formatDuration(course.p50)}</span>
      <span className={styles.under}>{course.p95 === null ? "" : formatDuration(course.p95)}</span>
    </span>
  );
}

export function Success({ agent: { id } }: AgentProps) {
  const course = useAgents((shown) => shown.course.get(id));
  if (course === undefined || course.ended === 0) return null;
  return (
    <span title={`${formatCount(course.succeeded)} of ${formatCount(course.ended)} attempts succeeded`}>
      {Math.floor((course.succeeded * 100) / course.ended)} %
    </span>
  );
}
