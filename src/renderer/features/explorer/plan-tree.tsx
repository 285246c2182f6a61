import { TriangleAlert } from "lucide-react";
import type { PlanStep } from "../../../shared/model/explorer";
import styles from "./looks.module.css";

/** How SQLite would answer a query, as a tree; what reads a whole table is marked. */
export function PlanTree({ steps, text }: { readonly steps: readonly PlanStep[]; readonly text: string }) {
  const scans = steps.filter(({ isFullScan }) => isFullScan).length;
  return (
    <section className={styles.plan} aria-label="Query plan">
      <pre>{text}</pre>
      <p>
        {scans === 0
          ? "Every table is read through an index or a key."
          : `${scans === 1 ? "One step reads" : `${scans} steps read`} a whole table or index: with many rows that takes long.`}
      </p>
      <Branch steps={steps} parent={0} />
    </section>
  );
}

function Branch({ steps, parent }: { readonly steps: readonly PlanStep[]; readonly parent: number }) {
  const children = steps.filter((step) => step.parent === parent && step.id !== parent);
  if (children.length === 0) return null;
  return (
    <ul>
      {children.map((step) => (
        <li key={step.id}>
          <span data-scan={step.isFullScan || undefined}>
            {step.isFullScan && <TriangleAlert size={12} aria-hidden="true" />}
            <code>{step.detail}</code>
            {step.isFullScan && <em>Full scan</em>}
          </span>
          <Branch steps={steps} parent={step.id} />
        </li>
      ))}
    </ul>
  );
}
