import { Play, Square } from "lucide-react";
import { type KeyboardEvent, useId, useRef } from "react";
import type { AgentDetail, AgentTrial } from "../../../shared/model/agent";
import { messageOf } from "../../api";
import { formatPlace, planPlace } from "../../location";
import { Button } from "../../ui/button";
import { useHotkeys } from "../../ui/hotkeys";
import inset from "../../ui/inset-text.module.css";
import { lookOf } from "../../ui/looks";
import { Elapsed, Moment } from "../../ui/relative-time";
import { StatusGlyph, StatusLabel } from "../../ui/status";
import { copyText } from "../task-inspector/copy";
import {
  cancelTrial,
  isOver,
  type ShownTrial,
  showTrial,
  startTrial,
  typeInput,
  useAgentDetail,
} from "./agent-detail-store";
import styles from "./agent-panel.module.css";
import own from "./agent-trial.module.css";
import { answerText, trialWords, whyNoTrial } from "./agent-words";

interface AgentTrialBoxProps {
  readonly agent: AgentDetail;
  readonly readOnly: string | null;
}

/** Gives an agent one thing to do, and shows what came of it: a real run, also where it fails. */
export function AgentTrialBox({ agent, readOnly }: AgentTrialBoxProps) {
  const { trials, trial, isStarting, trialError, inputs } = useAgentDetail();
  const input = inputs[agent.id] ?? "";
  const field = useRef<HTMLTextAreaElement>(null);
  const fieldId = useId();
  const asks = trialWords(agent.type);
  const off =
    readOnly ??
    whyNoTrial(agent) ??
    (isStarting
      ? "It is being launched."
      : asks !== null && input.trim() === ""
        ? "Say first what it is to do."
        : null);
  const run = (): void => {
    if (off === null) void startTrial(agent);
  };
  useHotkeys({
    group: "Agent",
    hotkeys: [
      {
        keys: ["t"],
        label: "Test it",
        hint: { keys: ["T"], label: "Test" },
        disabled: readOnly !== null || whyNoTrial(agent) !== null,
        run: () => (asks === null ? run() : field.current?.focus()),
      },
    ],
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      field.current?.blur();
    }
  };
  return (
    <section>
      <h3>
        <label htmlFor={asks === null ? undefined : fieldId}>Test</label>{" "}
        <small>a real run, as a plan of one task</small>
      </h3>
      {asks !== null && (
        <textarea
          id={fieldId}
          ref={field}
          className={own.input}
          rows={2}
          aria-label={`${asks.label} of the test`}
          placeholder={`${asks.label}: ${asks.placeholder}`}
          value={input}
          maxLength={100_000}
          spellCheck={false}
          onChange={(event) => typeInput(agent.id, event.target.value)}
          onKeyDown={onKeyDown}
        />
      )}
      <div className={styles.acts}>
        <Button
          size="sm"
          variant="primary"
          icon={<Play size={12} />}
          keys={asks === null ? "T" : "Mod+Enter"}
          disabledReason={off}
          onClick={run}
        >
          {isStarting ? "Launching…" : "Run test"}
        </Button>
        {trial !== null && !isOver(trial) && (
          <Button
            size="sm"
            icon={<Square size={12} />}
            disabledReason={readOnly}
            onClick={() => void cancelTrial(trial)}
          >
            Cancel
          </Button>
        )}
      </div>
      {trialError !== null && (
        <p className={styles.callout} role="alert" data-tone="failed">
          {messageOf(trialError)}
        </p>
      )}
      {trial !== null && <Answer trial={trial} />}
      {trials.length > 1 && <Earlier trials={trials} shown={trial} />}
    </section>
  );
}

function Answer({ trial }: { readonly trial: ShownTrial }) {
  const { task, log, status, planId, taskId, input } = trial;
  const [run] = task?.runs ?? [];
  const answer = status === "completed" ? answerText(task?.result) : null;
  const error = run?.error ?? null;
  // A program's answer is what it printed; a model's words are in the log as they come.
  const text = answer?.text ?? log;
  return (
    <article className={own.answer} aria-label="Answer of the test" data-tone={lookOf("task", status).tone}>
      <header>
        <StatusLabel kind="task" state={status} tinted />
        {run !== undefined && <Elapsed from={run.startedAt} to={run.completedAt} />}
        {answer?.meta && <small>{answer.meta}</small>}
        <a href={formatPlace(planPlace(planId, taskId))}>Open the task</a>
      </header>
      <p className={own.asked} title={input}>
        {input}
      </p>
      {error !== null && (
        <p className={own.error} data-tone="failed">
          {error}
        </p>
      )}
      {text !== "" && (
        <section
          className={inset.text}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling text must be reachable by keyboard
          tabIndex={0}
          aria-label={answer === null ? "What it printed" : "What it answered"}
        >
          {text}
        </section>
      )}
      {text === "" && error === null && (
        <p className={styles.none}>{isOver(trial) ? "It left no answer." : waitingWords(status)}</p>
      )}
      {text !== "" && (
        <Button size="xs" variant="ghost" onClick={() => void copyText(text, "the answer")}>
          Copy
        </Button>
      )}
    </article>
  );
}

function waitingWords(status: string): string {
  if (status === "queued") return "It waits for a worker. Where that takes long, its task says why.";
  return status === "review_pending" ? "It waits for a person: open the task to decide." : "Nothing was printed yet.";
}

interface EarlierProps {
  readonly trials: readonly AgentTrial[];
  readonly shown: ShownTrial | null;
}

function Earlier({ trials, shown }: EarlierProps) {
  return (
    <ol className={own.trials} aria-label="Earlier tests">
      {trials.map((trial) => (
        <li key={trial.taskId}>
          <button
            type="button"
            aria-pressed={trial.taskId === shown?.taskId}
            title={trial.input}
            onClick={() => void showTrial(trial)}
          >
            <StatusGlyph kind="task" state={trial.status} size={12} named />
            <Moment at={trial.at} />
            <span>{trial.input === "" ? "no input" : trial.input}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
