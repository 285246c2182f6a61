import { ArrowLeft, ShieldAlert, ShieldCheck } from "lucide-react";
import {
  FLAG_MEANINGS,
  type MigrationPhase,
  type MigrationStatus,
  type NextStep,
  PHASE_TITLES,
  PHASES,
} from "../../../shared/model/unified-migration";
import { Button } from "../../ui/button";
import { Panel } from "../../ui/panel";
import { Moment } from "../../ui/relative-time";
import { StatusGlyph } from "../../ui/status";
import { Switch } from "../../ui/switch";
import { Tooltip } from "../../ui/tooltip";
import { BackfillPanel } from "./backfill-panel";
import styles from "./migration.module.css";
import { askFlag, askRollback, NEXT_ACTS } from "./migration-acts";
import { ParityPanel } from "./parity-panel";

interface TabProps {
  readonly status: MigrationStatus;
  readonly readOnly: string | null;
}

/** Where the database stands, what comes next, and what of it is on. */
export function RoadTab({ status, readOnly }: TabProps) {
  return (
    <div className={styles.road}>
      <Road status={status} readOnly={readOnly} />
      <FlagsPanel status={status} readOnly={readOnly} />
      <BackfillPanel status={status} readOnly={readOnly} />
      <ParityPanel status={status} />
    </div>
  );
}

const STEPS = PHASES.filter((phase) => phase !== "none");

const PHASE_WORDS: Readonly<Record<Exclude<MigrationPhase, "none">, string>> = {
  A: "The unified tables are there; nobody writes them for the legacy ones.",
  B: "Writes of programs that tell nobody are told as unified events.",
  C: "Every legacy write is in the unified tables, in the same transaction.",
  D: "Operations read the unified tables.",
};

/** How a phase looks from where the database stands. */
function standing(phase: MigrationPhase, now: MigrationPhase): { readonly state: string; readonly word: string } {
  const [at, here] = [PHASES.indexOf(phase), PHASES.indexOf(now)];
  if (at < here) return { state: "completed", word: "Done" };
  return at === here ? { state: "assigned", word: "Here" } : { state: "waiting", word: "Ahead" };
}

const RISKS: Readonly<Record<NextStep["risk"], { readonly tone: string; readonly word: string }>> = {
  minimal: { tone: "completed", word: "Minimal risk" },
  low: { tone: "completed", word: "Low risk" },
  moderate: { tone: "escalated", word: "Moderate risk" },
  high: { tone: "failed", word: "High risk" },
};

function Road({ status, readOnly }: TabProps) {
  const { phase, next, revision, missing } = status;
  const act = NEXT_ACTS[phase];
  return (
    <section className={styles.steps} aria-label="The road">
      <ol>
        {STEPS.map((step) => {
          const { state, word } = standing(step, phase);
          return (
            <li key={step} className={styles.step} aria-current={step === phase ? "step" : undefined}>
              <span className={styles.stepHead}>
                <StatusGlyph kind="task" state={state} />
                <b>
                  {step} {PHASE_TITLES[step]}
                </b>
                <small>{word}</small>
              </span>
              <p>{PHASE_WORDS[step as Exclude<MigrationPhase, "none">]}</p>
            </li>
          );
        })}
      </ol>
      <div className={styles.next}>
        <div className={styles.nextWords}>
          {next === null ? (
            <p>
              <b>This is the end of the road.</b> Dual write goes on, so that programs which read the legacy tables stay
              right, and the way back stays open.
            </p>
          ) : (
            <>
              <p>
                <b>
                  Next: {next.phase}, {PHASE_TITLES[next.phase]}.
                </b>{" "}
                It {next.does}.
              </p>
              <p className={styles.risk}>
                <Risk risk={next.risk} />
                <code title="The same in a terminal">{next.command}</code>
              </p>
            </>
          )}
          <p className={styles.under}>
            {revision === null ? "Alembic has made no revision here" : `Alembic is at ${revision}`}
            {missing.length > 0 && `; missing: ${missing.join(", ")}`}
          </p>
        </div>
        <div className={styles.nextActs}>
          <Button
            icon={<ArrowLeft size={14} />}
            keys="Shift+B"
            disabledReason={readOnly ?? (phase === "none" ? "The road has not been begun." : null)}
            onClick={() => askRollback(status)}
          >
            One phase back…
          </Button>
          {act !== null && (
            <Button variant="primary" keys="Shift+S" disabledReason={readOnly} onClick={() => act.ask(status)}>
              {act.label}
            </Button>
          )}
        </div>
      </div>
    </section>
  );
}

function Risk({ risk }: Pick<NextStep, "risk">) {
  const { tone, word } = RISKS[risk];
  return (
    <span className={styles.riskWord} data-tone={tone}>
      {tone === "completed" ? <ShieldCheck size={14} /> : <ShieldAlert size={14} />}
      {word}
    </span>
  );
}

function FlagsPanel({ status, readOnly }: TabProps) {
  return (
    <Panel title="Flags" meta="of this database, for whoever has it open" className={styles.flags}>
      <ul>
        {status.flags.map(({ flag, on, at, by, reason }) => {
          const off =
            readOnly ??
            (flag === "enable_dual_write" && on && status.readsUnified
              ? "Operations read the unified tables: go one phase back first."
              : flag === "enable_dual_write" && !on && status.phase === "none"
                ? "There are no unified tables to write."
                : null);
          const name = <span className="mono">{flag}</span>;
          return (
            <li key={flag}>
              {off === null ? (
                <Switch label={flag} checked={on} onChange={() => askFlag({ flag, on })} />
              ) : (
                <Tooltip label={flag} detail={off}>
                  <button type="button" className={styles.fixed} aria-disabled="true" aria-label={`${flag}: ${off}`}>
                    {on ? "On" : "Off"}
                  </button>
                </Tooltip>
              )}
              <div>
                <p>
                  {name} <small>{on ? "on" : "off"}</small>
                </p>
                <p className={styles.meaning}>{FLAG_MEANINGS[flag]}</p>
                {at !== null && (
                  <p className={styles.under} title={reason ?? undefined}>
                    {by ?? "somebody"}, <Moment at={at} />
                    {reason !== null && `: ${reason}`}
                  </p>
                )}
              </div>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
