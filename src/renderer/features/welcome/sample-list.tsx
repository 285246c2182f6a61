import { FlaskConical } from "lucide-react";
import { useEffect } from "react";
import { goTo } from "../../location";
import { plural } from "../../ui/format";
import { loadSources, useSources } from "../launch/sources-store";
import styles from "./sample-list.module.css";

/** The plans that come with the console; nothing while they are unknown: the launch view says what is wrong with them. */
export function SampleList() {
  const samples = useSources((state) => state.samples);
  useEffect(() => void loadSources(), []);
  if (samples === null || samples.length === 0) return null;
  return (
    <ul className={styles.samples} aria-label="Sample plans">
      {samples.map((sample) => (
        <li key={sample.name}>
          <button type="button" className={styles.sample} onClick={() => goTo({ view: "launch", sample: sample.name })}>
            <FlaskConical size={14} />
            <span className={styles.sampleText}>
              <b>{sample.title}</b>
              <span>{sample.description}</span>
            </span>
            <span className={styles.sampleCount}>{plural(sample.taskCount, "task")}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
