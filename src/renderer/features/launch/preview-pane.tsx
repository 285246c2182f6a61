import { useState } from "react";
import type { PlanFinding } from "../../../shared/model/plan-definition";
import type { PlanPreview } from "../../../shared/model/views";
import { plural } from "../../ui/format";
import { Tabs } from "../../ui/tabs";
import { useLaunch } from "./launch-store";
import type { LayeredGraph } from "./layers";
import { PlanText } from "./plan-text";
import { MOST_DRAWN, PreviewGraph } from "./preview-graph";
import styles from "./preview-pane.module.css";
import { SectionHead } from "./section-head";
import { SubtaskList } from "./subtask-list";

interface PreviewPaneProps {
  readonly preview: PlanPreview;
  readonly graph: LayeredGraph;
  readonly findings: readonly PlanFinding[];
}

/** What would be launched: the graph of its tasks, and the text that says so. */
export function PreviewPane({ preview, graph, findings }: PreviewPaneProps) {
  const [tab, setTab] = useState<"text" | "subtasks">("text");
  const line = useLaunch((state) => state.line);
  const [seenLine, setSeenLine] = useState(line);
  if (line !== seenLine) {
    setSeenLine(line);
    if (line !== null) setTab("text");
  }
  const isDrawn = graph.nodes.length > 0 && graph.nodes.length <= MOST_DRAWN;
  const hasErrors = findings.some((finding) => finding.severity === "error");
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
        {isDrawn && findings.some((finding) => finding.subtaskId !== null) && (
          <span className={styles.legend} data-tone={hasErrors ? "failed" : "escalated"}>
            <i />
            {hasErrors ? "Has an error" : "Has a warning"}
          </span>
        )}
      </SectionHead>
      {isDrawn && <PreviewGraph graph={graph} findings={findings} />}
      <div className={styles.previewTabs}>
        <Tabs
          label="Plan"
          value={tab}
          onChange={setTab}
          items={[
            {
              id: "text",
              label: "Plan text",
              panel: <PlanText text={preview.text} findings={findings} line={line} />,
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
