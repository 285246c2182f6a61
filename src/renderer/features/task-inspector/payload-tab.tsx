import { Braces, Pencil, TriangleAlert } from "lucide-react";
import { useEffect } from "react";
import type { TaskDetail } from "../../../shared/model/views";
import { Button } from "../../ui/button";
import { CodeEditor } from "../../ui/code-editor/code-editor";
import { JSON_EDITING, JSON_TEXT } from "../../ui/code-editor/json";
import { EmptyState } from "../../ui/empty-state";
import { Failure } from "../../ui/failure";
import { plural } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { useReadOnlyReason } from "../shell/app-store";
import { copyText } from "./copy";
import styles from "./payload-tab.module.css";
import { editBlocker } from "./task-actions";
import { formatWork, readDraft } from "./work-draft";
import { beginEdit, type Draft, dropEdit, loadWork, submitEdit, typeEdit, typeReason, useWork } from "./work-store";

/** What a task runs, in the words of a plan, to read or to edit and run again. */
export function PayloadTab({ task }: { readonly task: TaskDetail }) {
  // A task that changes its state may run something else by now.
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again with each state
  useEffect(() => void loadWork(task.id), [task.id, task.status, task.attempts]);
  const { taskId, work, error, drafts } = useWork();
  const draft = drafts[task.id];
  if (draft !== undefined) return <EditForm task={task} draft={draft} />;
  if (taskId !== task.id) return null;
  if (work === null) {
    if (error === null) return null;
    return (
      <Failure
        title="What it runs could not be read"
        error={error}
        meaning="Nothing was changed."
        onRetry={() => void loadWork(task.id)}
      />
    );
  }
  return <WorkText task={task} text={formatWork(work.work)} isForeign={work.agent === null} />;
}

interface WorkTextProps {
  readonly task: TaskDetail;
  readonly text: string;
  readonly isForeign: boolean;
}

function WorkText({ task, text, isForeign }: WorkTextProps) {
  const readOnly = useReadOnlyReason();
  const blocker = readOnly ?? editBlocker(task);
  const edit = (): void => beginEdit(task.id);
  useHotkeys({
    group: "Task",
    hotkeys: [{ keys: ["Shift+E"], label: "Edit and retry", hint: true, disabled: blocker !== null, run: edit }],
  });
  const isEmpty = text === "{}";
  return (
    <div className={styles.tab}>
      <div className={styles.bar}>
        <span className={styles.what}>
          {isForeign
            ? "Another program runs it: the payload is all that can be edited here."
            : "What the next attempt runs, in the words of a plan."}
        </span>
        <Button
          size="sm"
          onClick={() => void copyText(text, "it")}
          disabledReason={isEmpty ? "There is nothing" : null}
        >
          Copy
        </Button>
        <Button size="sm" icon={<Pencil size={12} />} keys="Shift+E" disabledReason={blocker} onClick={edit}>
          {task.status === "queued" ? "Edit" : "Edit and retry"}
        </Button>
      </div>
      {isEmpty ? (
        <EmptyState icon={<Braces size={20} />} title="Nothing to run">
          {isForeign ? "Its program gave it no payload." : "It joins what it depends on, and runs nothing itself."}
        </EmptyState>
      ) : (
        <CodeEditor value={text} label={`What ${task.title} runs`} readOnly extensions={JSON_TEXT} />
      )}
    </div>
  );
}

function EditForm({ task, draft }: { readonly task: TaskDetail; readonly draft: Draft }) {
  const readOnly = useReadOnlyReason();
  const { text, reason, findings, problem, base, isChecking, isSaving } = draft;
  const reading = readDraft(text, base);
  const changed = reading.ok ? Object.keys(reading.edit) : [];
  const errors = findings.filter(({ severity }) => severity === "error");
  const blocker =
    readOnly ??
    editBlocker(task) ??
    (isSaving ? "It is being done" : null) ??
    (reading.ok ? (changed.length === 0 ? "Nothing has been changed yet" : null) : reading.message) ??
    (errors[0]?.message || null) ??
    problem;
  const save = (): void => {
    if (blocker === null) void submitEdit(task.id, task.title);
  };
  const verb = task.status === "queued" ? "Save" : "Save and retry";
  return (
    <div className={styles.tab}>
      <CodeEditor
        value={text}
        label={`Edit what ${task.title} runs`}
        readOnly={false}
        extensions={JSON_EDITING}
        focus
        onChange={(next) => typeEdit(task.id, next)}
        onSubmit={save}
        onLeave={() => {
          if (changed.length === 0 && reading.ok) dropEdit(task.id);
        }}
      />
      <div className={styles.form}>
        <Told draft={draft} blocker={editBlocker(task)} />
        <p className={styles.status} role="status">
          {isSaving
            ? "Waiting for the database…"
            : isChecking
              ? "Checking…"
              : changed.length === 0
                ? "What is left out is taken away; earlier attempts keep what they ran."
                : `${plural(changed.length, "change")}: ${changed.join(", ")}`}
        </p>
        <input
          type="text"
          className={styles.reason}
          value={reason}
          maxLength={2_000}
          placeholder="Reason, stored with the act (optional)"
          aria-label="Reason"
          onChange={(event) => typeReason(task.id, event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
          }}
        />
        <div className={styles.buttons}>
          <Button size="sm" onClick={() => dropEdit(task.id)} disabledReason={isSaving ? "It is being done" : null}>
            Discard
          </Button>
          <Button size="sm" variant="primary" keys="Mod+Enter" disabledReason={blocker} onClick={save}>
            {verb}
          </Button>
        </div>
      </div>
    </div>
  );
}

/** What stands in the way, in place. */
function Told({ draft: { findings, problem }, blocker }: { readonly draft: Draft; readonly blocker: string | null }) {
  const lines = [
    ...(blocker === null ? [] : [{ severity: "error", message: `${blocker} What you typed is kept.` }]),
    ...(problem === null ? [] : [{ severity: "error", message: problem }]),
    ...findings,
  ];
  if (lines.length === 0) return null;
  return (
    <div role="alert">
      <ul className={styles.findings} aria-label="Findings">
        {lines.map(({ severity, message }) => (
          <li key={message} data-tone={severity === "error" ? "failed" : "escalated"}>
            <TriangleAlert size={12} aria-hidden="true" />
            <span>{message}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
