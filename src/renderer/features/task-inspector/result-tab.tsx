import { PackageOpen } from "lucide-react";
import { useMemo } from "react";
import type { TaskDetail } from "../../../shared/model/views";
import { Button } from "../../ui/button";
import { CodeEditor } from "../../ui/code-editor/code-editor";
import { JSON_TEXT } from "../../ui/code-editor/json";
import { EmptyState } from "../../ui/empty-state";
import { formatBytes } from "../../ui/format";
import { copyText } from "./copy";
import styles from "./payload-tab.module.css";

/** What the latest successful attempt left: JSON laid out, any other text as it stands. */
export function ResultTab({ task }: { readonly task: TaskDetail }) {
  const { result } = task;
  const isText = typeof result === "string";
  const text = useMemo(() => (isText ? result : (JSON.stringify(result, null, 2) ?? "")), [isText, result]);
  if (result === null || result === undefined) {
    return (
      <EmptyState icon={<PackageOpen size={20} />} title="No result">
        {task.status === "completed"
          ? "It completed and left none: a task leaves one by writing JSON to its result file."
          : "There is one when an attempt has succeeded and left it."}
      </EmptyState>
    );
  }
  return (
    <div className={styles.tab}>
      <div className={styles.bar}>
        <span className={styles.what}>
          {isText ? "Text, as it stands" : "JSON"}, {formatBytes(new Blob([text]).size)}
        </span>
        <Button size="sm" onClick={() => void copyText(text, "the result")}>
          Copy
        </Button>
      </div>
      {isText ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling text must be reachable by keyboard
        <section className={styles.text} tabIndex={0} aria-label="Result">
          {text}
        </section>
      ) : (
        <CodeEditor value={text} label={`Result of ${task.title}`} readOnly extensions={JSON_TEXT} />
      )}
    </div>
  );
}
