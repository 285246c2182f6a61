import { FolderSync, Save, Undo2 } from "lucide-react";
import { useEffect, useMemo } from "react";
import { create } from "zustand";
import type { PlanPreview } from "../../../shared/model/views";
import { call, messageOf } from "../../api";
import { Button } from "../../ui/button";
import { CodeEditor } from "../../ui/code-editor/code-editor";
import { checkedText, editText, useDraft } from "./draft-text";
import { showLine, useLaunch } from "./launch-state";
import { launch } from "./launch-store";
import type { KnownAgent } from "./plan-completion";
import styles from "./plan-editor.module.css";
import { type PlanFeed, planLanguage } from "./plan-language";
import { askReload, savePlan, savePlanAs, useFileState } from "./save-store";

const useAgents = create<{ readonly agents: readonly KnownAgent[] }>()(() => ({ agents: [] }));

async function loadAgents(): Promise<void> {
  try {
    useAgents.setState({ agents: await call("agents.list", {}) });
  } catch {
    // Those of the schema are offered still.
  }
}

/** Findings hold for the text that was checked, not for one that has been typed on since. */
function findingsFor(text: string) {
  const { preview, refused } = useLaunch.getState();
  return preview === null || preview.text !== text ? null : [...refused, ...preview.findings];
}

const FEED: PlanFeed = {
  agents: () => useAgents.getState().agents,
  findings: findingsFor,
  onFindings: (listener) =>
    useLaunch.subscribe((state, before) => {
      if (state.preview !== before.preview || state.refused !== before.refused) listener();
    }),
  onLine(listener) {
    const { line } = useLaunch.getState();
    if (line !== null) listener(line.number);
    return useLaunch.subscribe((state, before) => {
      if (state.line !== null && state.line !== before.line) listener(state.line.number);
    });
  },
  save: () => void savePlan(),
};

const leave = (): void => {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
};

/** The plan's text, to be edited: what is wrong is marked where it is, as one types. */
export function PlanEditor({ preview }: { readonly preview: PlanPreview }) {
  const { text, error } = useDraft();
  const extensions = useMemo(() => planLanguage(preview.sourceName, FEED), [preview.sourceName]);
  useEffect(() => {
    void loadAgents();
    return () => {
      // A line that was asked for is asked for once.
      useLaunch.setState({ line: null });
      void checkedText();
    };
  }, []);
  return (
    <div className={styles.editor}>
      <EditorBar preview={preview} isTyping={text !== null} error={error} />
      <CodeEditor
        key={preview.sourceId}
        value={text ?? preview.text}
        label="Plan text"
        readOnly={false}
        extensions={extensions}
        onChange={editText}
        onSubmit={() => void launch()}
        onLeave={leave}
      />
    </div>
  );
}

interface EditorBarProps {
  readonly preview: PlanPreview;
  readonly isTyping: boolean;
  readonly error: unknown;
}

function EditorBar({ preview, isTyping, error }: EditorBarProps) {
  const { sourceId, state } = useFileState();
  const onDisk = sourceId === preview.sourceId ? state : "same";
  const isEdited = preview.isEdited || isTyping;
  const first = preview.findings.find(({ severity, line }) => severity === "error" && line !== null)?.line ?? null;
  const errors = preview.findings.filter(({ severity }) => severity === "error").length;
  return (
    <div className={styles.bar}>
      <span className={styles.name} title={`${preview.folder}/${preview.sourceName}`}>
        <span className="mono">{preview.sourceName}</span>
        <small>{whereabouts(preview, isEdited, onDisk)}</small>
      </span>
      <span className={styles.state} role="status" data-tone={error !== null || errors > 0 ? "failed" : undefined}>
        {error !== null ? (
          messageOf(error)
        ) : first === null ? null : (
          <button type="button" onClick={() => showLine(first)}>
            {errors === 1 ? "1 error" : `${errors} errors`}, line {first}
          </button>
        )}
      </span>
      <Button
        size="xs"
        variant="ghost"
        icon={onDisk === "changed" ? <FolderSync size={12} /> : <Undo2 size={12} />}
        disabledReason={isEdited || onDisk === "changed" ? null : "Nothing was edited."}
        onClick={askReload}
      >
        {onDisk === "changed" ? "Read again" : "Revert"}
      </Button>
      <Button size="xs" variant="ghost" onClick={() => void savePlanAs()}>
        Save as…
      </Button>
      <Button
        size="xs"
        icon={<Save size={12} />}
        keys="Mod+S"
        disabledReason={isEdited || onDisk === "missing" || !preview.isSavable ? null : "Nothing was edited."}
        onClick={() => void savePlan()}
      >
        Save
      </Button>
    </div>
  );
}

function whereabouts({ origin, isSavable }: PlanPreview, isEdited: boolean, onDisk: string): string {
  if (onDisk === "changed") return "changed on disk since it was read";
  if (onDisk === "missing") return "its file is gone";
  if (isEdited) return "edited, not saved";
  if (origin.kind === "sample") return "a sample";
  return isSavable ? "saved" : "in no file";
}
