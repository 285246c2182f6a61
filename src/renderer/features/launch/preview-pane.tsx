import { Maximize2, Minimize2 } from "lucide-react";
import { useState } from "react";
import type { PlanFinding } from "../../../shared/model/plan-definition";
import type { PlanPreview } from "../../../shared/model/views";
import { Button } from "../../ui/button";
import { plural } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { Tabs } from "../../ui/tabs";
import { DryRunPanel } from "./dry-run-panel";
import { useDryRun } from "./dry-run-store";
import { typedValues, useLaunch } from "./launch-state";
import type { LayeredGraph } from "./layers";
import { parseForm } from "./parameters";
import { PlanEditor } from "./plan-editor";
import { MOST_DRAWN, PreviewGraph } from "./preview-graph";
import styles from "./preview-pane.module.css";
import { SectionHead } from "./section-head";
import { SubtaskList } from "./subtask-list";

type PreviewTab = "dry-run" | "text" | "subtasks";

interface PreviewPaneProps {
  readonly preview: PlanPreview;
  readonly graph: LayeredGraph;
  readonly findings: readonly PlanFinding[];
  /** Makes the dry run again; null: what it is made of is not right yet. */
  readonly again: (() => void) | null;
}

const NONE: readonly string[] = [];

/** What would be launched: the graph of its tasks, what would come of it, and the text that says so. */
export function PreviewPane({ preview, graph, findings, again }: PreviewPaneProps) {
  const hasErrors = findings.some((finding) => finding.severity === "error");
  const [tab, setTab] = useState<PreviewTab>(hasErrors ? "text" : "dry-run");
  const [isWide, setIsWide] = useState(false);
  const line = useLaunch((state) => state.line);
  const marked = useLaunch((state) => state.marked);
  const [seenLine, setSeenLine] = useState(line);
  if (line !== seenLine) {
    setSeenLine(line);
    if (line !== null) setTab("text");
  }
  const run = useDryRun((state) => (state.sourceId === preview.sourceId ? state.result : null));
  const typed = useLaunch((state) => state.typed);
  const missing = hasErrors
    ? NONE
    : Object.keys(parseForm(preview.parameters, typedValues({ preview, typed })).problems);
  const isDrawn = graph.nodes.length > 0 && graph.nodes.length <= MOST_DRAWN;
  const critical = run?.criticalPath ?? NONE;
  const trouble = run?.findings ?? [];
  const isBad = hasErrors || trouble.some(({ severity }) => severity === "problem");
  const hasLegend = isDrawn && (trouble.length > 0 || findings.some((finding) => finding.subtaskId !== null));
  useHotkeys({
    group: "Launch",
    hotkeys: [
      { keys: ["d"], label: "Dry run", hint: true, disabled: again === null, run: () => again?.() },
      { keys: ["e"], label: "Edit the plan", hint: true, run: () => setTab("text") },
      { keys: ["z"], label: "Give the text all the room", disabled: !isDrawn, run: () => setIsWide((wide) => !wide) },
    ],
  });
  return (
    <section className={styles.preview} aria-label="Preview">
      <SectionHead
        title="Preview"
        meta={
          graph.nodes.length > 0
            ? `${plural(graph.nodes.length, "task")}, ${plural(graph.layerCount, "layer")}`
            : undefined
        }
      >
        <span className={styles.legend}>
          {isDrawn && critical.length > 0 && (
            <span>
              <i data-line />
              Critical path
            </span>
          )}
          {hasLegend && (
            <span data-tone={isBad ? "failed" : "escalated"}>
              <i />
              {isBad ? "Problem" : "Warning"}
            </span>
          )}
          {isDrawn && (
            <Button
              size="xs"
              variant="ghost"
              icon={isWide ? <Minimize2 size={12} /> : <Maximize2 size={12} />}
              keys="z"
              pressed={isWide}
              onClick={() => setIsWide(!isWide)}
            >
              {isWide ? "Show the graph" : "Hide the graph"}
            </Button>
          )}
        </span>
      </SectionHead>
      {isDrawn && !isWide && (
        <PreviewGraph graph={graph} findings={findings} trouble={trouble} critical={critical} marked={marked} />
      )}
      <div className={styles.previewTabs}>
        <Tabs
          label="Plan"
          value={tab}
          onChange={setTab}
          items={[
            {
              id: "dry-run",
              label: "Dry run",
              panel: <DryRunPanel sourceId={preview.sourceId} again={again} missing={missing} />,
            },
            {
              id: "text",
              label: preview.isEdited ? "Plan text, edited" : "Plan text",
              panel: <PlanEditor preview={preview} />,
            },
            {
              id: "subtasks",
              label: "Subtasks",
              count: graph.nodes.length,
              panel: <SubtaskList graph={graph} />,
            },
          ]}
        />
      </div>
    </section>
  );
}
