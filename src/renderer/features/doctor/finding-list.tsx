import { CircleCheck, CircleX, Stethoscope, TriangleAlert } from "lucide-react";
import { useMemo } from "react";
import type { Finding, FindingKind, Severity } from "../../../shared/model/doctor";
import { DOCTOR_WORDS } from "../../../shared/model/doctor-catalogue";
import { doctorPlace } from "../../doctor-place";
import { goTo } from "../../location";
import { Button } from "../../ui/button";
import { cx } from "../../ui/class-names";
import { EmptyState } from "../../ui/empty-state";
import { Failure } from "../../ui/failure";
import { formatCount, plural } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { SkeletonRows } from "../../ui/skeleton-rows";
import styles from "./doctor.module.css";
import { examine, sortFindings, useDoctor } from "./doctor-store";

const LOOKS: Readonly<Record<Severity, { readonly tone: string; readonly word: string }>> = {
  problem: { tone: "failed", word: "Problem" },
  warning: { tone: "escalated", word: "Warning" },
  ok: { tone: "completed", word: "Fine" },
};

export function SeverityIcon({ severity }: { readonly severity: Severity }) {
  const Icon = severity === "problem" ? CircleX : severity === "warning" ? TriangleAlert : CircleCheck;
  return <Icon size={14} aria-hidden="true" className={styles.icon} />;
}

const show = (kind: FindingKind): void => goTo(doctorPlace("findings", kind), { replace: true });

/** Every check with what it found, the worst first. */
export function FindingList({ kind }: { readonly kind: FindingKind | null }) {
  const { status, findings, progress, isThorough, error } = useDoctor();
  const rows = useMemo(() => sortFindings(findings), [findings]);
  const at = rows.findIndex((finding) => finding.kind === kind);
  const move = (step: 1 | -1): void => {
    const next = rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))];
    if (next === undefined) return;
    show(next.kind);
    document.getElementById(`finding-${next.kind}`)?.scrollIntoView({ block: "nearest" });
  };
  useHotkeys({
    group: "Findings",
    hotkeys: [
      {
        keys: ["j", "ArrowDown"],
        label: "Next finding",
        hint: { keys: ["j", "k"], label: "Move" },
        run: () => move(1),
      },
      { keys: ["k", "ArrowUp"], label: "Previous finding", run: () => move(-1) },
    ],
  });
  const problems = rows.filter(({ severity }) => severity === "problem").length;
  const warnings = rows.filter(({ severity }) => severity === "warning").length;
  const words =
    progress === null
      ? ""
      : `${DOCTOR_WORDS[progress.kind].title}${progress.detail === "" ? "" : `: ${progress.detail}`}`;
  return (
    <div className={styles.findings}>
      <div className={styles.summary} role="status">
        {status === "running" ? (
          <>
            <progress max={1} value={progress?.share ?? 0} aria-label="How far the examination is" />
            <span className={styles.detail}>{words || "Beginning…"}</span>
          </>
        ) : (
          <span>
            {status === "stopped" && "Stopped. "}
            {rows.length > 0 &&
              (problems + warnings === 0
                ? `Nothing is wrong, as far as ${plural(rows.length, "check")} ${rows.length === 1 ? "goes" : "go"}.`
                : `${plural(problems, "problem")}, ${plural(warnings, "warning")}.`)}
            {rows.length > 0 && !isThorough && " Checks that read whole tables were left out."}
          </span>
        )}
      </div>
      {status === "failed" && (
        <Failure
          title="The database could not be examined"
          error={error}
          meaning="Nothing was changed. What was found before stays."
          onRetry={() => void examine(isThorough)}
        />
      )}
      {rows.length === 0 && status === "running" && <SkeletonRows height={34} />}
      {rows.length === 0 && status === "stopped" && (
        <EmptyState
          icon={<Stethoscope size={20} />}
          title="Nothing was looked at yet"
          actions={<Button onClick={() => void examine(true)}>Examine everything</Button>}
        >
          The examination was stopped before its first check was done.
        </EmptyState>
      )}
      {rows.length > 0 && (
        <ul className={styles.list} aria-label="Findings">
          {rows.map((finding) => (
            <Row key={finding.kind} finding={finding} isCursor={finding.kind === kind} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Row({ finding, isCursor }: { readonly finding: Finding; readonly isCursor: boolean }) {
  const { kind, severity, count, words } = finding;
  const { tone, word } = LOOKS[severity];
  return (
    <li id={`finding-${kind}`} data-tone={tone} className={cx(isCursor && styles.cursor)}>
      <button type="button" className={styles.row} aria-current={isCursor || undefined} onClick={() => show(kind)}>
        <SeverityIcon severity={severity} />
        <span className={styles.word}>{word}</span>
        <span className={styles.title}>{DOCTOR_WORDS[kind].title}</span>
        <span className={styles.words} title={words}>
          {words}
        </span>
        <span className={styles.count}>{count > 0 && formatCount(count)}</span>
      </button>
    </li>
  );
}
