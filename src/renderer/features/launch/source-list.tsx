import { Check, FileUp } from "lucide-react";
import { messageOf } from "../../api";
import { goTo } from "../../location";
import { Button } from "../../ui/button";
import { plural } from "../../ui/format";
import { Kbd } from "../../ui/kbd";
import { loadSamples, openFile, openSample, useLaunch } from "./launch-store";
import styles from "./source-list.module.css";

/** Where plans come from: the samples, and files. */
export function SourceList() {
  const { samples, samplesError, sample, preview } = useLaunch();
  const isFile = preview !== null && sample === null;
  const choose = (name: string) => {
    goTo({ view: "launch", sample: name }, { replace: true });
    if (useLaunch.getState().sample !== name) void openSample(name);
  };
  return (
    <aside className={styles.sources} aria-label="Plans to launch">
      <div className={styles.sourceHead}>
        <h2>Samples</h2>
        {samples !== null && <small>{samples.length}</small>}
      </div>
      {samplesError !== null && samples === null && (
        <div className={styles.sourcesError}>
          <p>{messageOf(samplesError)}</p>
          <Button size="sm" onClick={() => void loadSamples()}>
            Try again
          </Button>
        </div>
      )}
      <ul className={styles.samples}>
        {(samples ?? []).map((item) => (
          <li key={item.name}>
            <button type="button" aria-pressed={item.name === sample} onClick={() => choose(item.name)}>
              <span className={styles.sampleTitle}>
                {item.title}
                {item.name === sample && <Check size={14} aria-hidden="true" />}
              </span>
              <span className={styles.sampleText}>{item.description}</span>
              <span className={styles.sampleCount}>{plural(item.taskCount, "task")}</span>
            </button>
          </li>
        ))}
        {isFile && (
          <li>
            <div className={styles.fileHead}>File</div>
            <button type="button" aria-pressed="true">
              <span className={styles.sampleTitle}>
                {preview.sourceName}
                <Check size={14} aria-hidden="true" />
              </span>
              <span className={styles.sampleCount}>
                {preview.subtasks.length === 0 ? "has errors" : plural(preview.subtasks.length, "task")}
              </span>
            </button>
          </li>
        )}
      </ul>
      <button type="button" className={styles.open} onClick={() => void openFile()}>
        <FileUp size={16} aria-hidden="true" />
        <span>
          Open plan file…
          <small>YAML or JSON</small>
        </span>
        <Kbd keys="o" />
      </button>
    </aside>
  );
}
