import { FileCode2 } from "lucide-react";
import { useState } from "react";
import type { PlanDetail } from "../../../shared/model/views";
import { formatDate, formatTimeOfDay } from "../../time-format";
import { EmptyState } from "../../ui/empty-state";
import { Fact } from "../../ui/fact";
import { formatCount, plural } from "../../ui/format";
import { Moment } from "../../ui/relative-time";
import { LaunchLike } from "../launch/launch-like";
import { PlanText } from "../launch/plan-text";
import { shownValue } from "./compare";
import { CompareTable } from "./compare-table";
import styles from "./definition.module.css";
import { useOtherRuns } from "./use-other-runs";

const NO_FINDINGS = [] as const;

/** What was launched, and how it went before. */
export function DefinitionTab({ plan }: { readonly plan: PlanDetail }) {
  const others = useOtherRuns(plan.id);
  const [otherId, setOtherId] = useState<string | null>(null);
  const other = others.find(({ id }) => id === otherId) ?? null;
  const parameters = Object.entries(plan.parameters);
  return (
    <div className={styles.definition}>
      <aside className={styles.facts} aria-label="What was launched">
        <h2>Launched</h2>
        <dl>
          <Fact name="Source" isMono>
            {plan.sourceName ?? "Another program"}
          </Fact>
          <Fact name="Folder" isMono>
            {plan.folder ?? "Not recorded"}
          </Fact>
          <Fact name="Correlation" isMono>
            {plan.correlationId ?? "None"}
          </Fact>
          <Fact name="Tasks">{formatCount(plan.taskCount)}</Fact>
        </dl>
        {plan.description !== "" && <p className={styles.description}>{plan.description}</p>}
        <LaunchLike
          planId={plan.id}
          off={plan.definitionText === null ? "Another program wrote it: there is no text to launch again." : null}
        />
        <h2>Parameters</h2>
        {parameters.length === 0 ? (
          <p className={styles.none}>It takes none, or was launched without any. Secrets are never kept.</p>
        ) : (
          <dl>
            {parameters.map(([name, value]) => (
              <Fact key={name} name={name} isMono>
                {shownValue(name, value)}
              </Fact>
            ))}
          </dl>
        )}
        <h2>Compare</h2>
        {others.length === 0 ? (
          <p className={styles.none}>There is no other run of this plan to compare with.</p>
        ) : (
          <label className={styles.choice}>
            <span>With another run of this plan</span>
            <select
              value={otherId ?? ""}
              onChange={(event) => setOtherId(event.target.value === "" ? null : event.target.value)}
            >
              <option value="">None: show its text</option>
              {others.map((run) => (
                <option key={run.id} value={run.id}>
                  {formatDate(run.createdAt ?? 0)} {formatTimeOfDay(run.createdAt ?? 0)},{" "}
                  {run.status.replaceAll("_", " ")}
                </option>
              ))}
            </select>
            <small>{plural(others.length, "other run")}, the latest first</small>
          </label>
        )}
        {other !== null && (
          <p className={styles.none}>
            Launched <Moment at={other.createdAt} />
          </p>
        )}
      </aside>
      {other !== null ? (
        <CompareTable key={other.id} plan={plan} other={other} />
      ) : plan.definitionText === null ? (
        <EmptyState icon={<FileCode2 size={20} />} title="There is no text of this plan">
          Another program wrote it straight into the database, or it was made by hand. The tab Graph shows what it is.
        </EmptyState>
      ) : (
        <PlanText text={plan.definitionText} findings={NO_FINDINGS} line={null} />
      )}
    </div>
  );
}
