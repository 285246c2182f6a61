import { useId, useMemo, useRef, useState } from "react";
import {
  MISSED_POLICIES,
  type MissedPolicy,
  OVERLAP_POLICIES,
  type OverlapPolicy,
  type Timing,
} from "../../../shared/model/schedule";
import { call, messageOf } from "../../api";
import { goTo } from "../../location";
import { formatZoned, shownZone } from "../../time-format";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { useHotkeys } from "../../ui/hotkeys";
import { Switch } from "../../ui/switch";
import { toast } from "../../ui/toast";
import { closeNewSchedule, type ScheduleQuestion, useNewSchedule } from "./new-schedule";
import { NextTimes, useNextTimes } from "./next-times";
import styles from "./schedule-dialog.module.css";
import { ScheduleParameters } from "./schedule-parameters";
import { knownZones, MISSED_WORDS, OVERLAP_WORDS, parseSpan, spanWords } from "./schedule-words";
import { refreshSchedules } from "./schedules-store";

const USUAL = [
  { label: "Hourly", expression: "0 * * * *" },
  { label: "Daily 02:30", expression: "30 2 * * *" },
  { label: "Weekdays 09:00", expression: "0 9 * * 1-5" },
  { label: "Mondays 06:00", expression: "0 6 * * 1" },
] as const;

/** Asks when a plan is to be launched, and shows the times that this means. */
export function ScheduleDialog() {
  const { question } = useNewSchedule();
  const name = useRef<HTMLInputElement>(null);
  const [isBusy, setIsBusy] = useState(false);
  return (
    <Dialog
      open={question !== null}
      onClose={closeNewSchedule}
      title={titleOf(question)}
      description="It is launched at these times while a console or the terminal runs plans of this database. Its file is read anew each time."
      width={700}
      initialFocus={name}
      mustAnswer={isBusy}
    >
      {question !== null && <ScheduleForm question={question} nameRef={name} isBusy={isBusy} setIsBusy={setIsBusy} />}
    </Dialog>
  );
}

function titleOf(question: ScheduleQuestion | null): string {
  if (question === null) return "Schedule";
  return question.kind === "new" ? `Schedule ${question.plan.title}` : `Change the schedule ${question.schedule.name}`;
}

/** What the form begins with. */
function beginningOf(question: ScheduleQuestion) {
  const cron = { kind: "cron" as const, expression: "30 2 * * *", timezone: shownZone(), every: "1h" };
  if (question.kind === "new") {
    return { ...cron, name: question.plan.title, overlap: "skip" as const, missed: "skip" as const };
  }
  const { name, overlap, missed, timing } = question.schedule;
  if (timing.kind === "interval")
    return { ...cron, ...timing, name, overlap, missed, every: spanWords(timing.everyMs) };
  return { ...cron, ...timing, name, overlap, missed };
}

interface ScheduleFormProps {
  readonly question: ScheduleQuestion;
  readonly nameRef: React.RefObject<HTMLInputElement | null>;
  readonly isBusy: boolean;
  readonly setIsBusy: (isBusy: boolean) => void;
}

function ScheduleForm({ question, nameRef, isBusy, setIsBusy }: ScheduleFormProps) {
  const id = useId();
  const [begin] = useState(() => beginningOf(question));
  const [name, setName] = useState(begin.name);
  const [kind, setKind] = useState<Timing["kind"]>(begin.kind);
  const [expression, setExpression] = useState(begin.expression);
  const [timezone, setTimezone] = useState(begin.timezone);
  const [every, setEvery] = useState(begin.every);
  const [overlap, setOverlap] = useState<OverlapPolicy>(begin.overlap);
  const [missed, setMissed] = useState<MissedPolicy>(begin.missed);
  const [paused, setPaused] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [parameters, setParameters] = useState(
    question.kind === "new" ? question.plan.parameters : question.schedule.parameters,
  );
  const [opened] = useState(Date.now);
  const zones = useMemo(knownZones, []);
  const isSameTiming =
    kind === begin.kind &&
    (kind === "cron" ? expression === begin.expression && timezone === begin.timezone : every === begin.every);
  const timing = useMemo(
    () =>
      question.kind === "change" && isSameTiming
        ? question.schedule.timing
        : timingOf({ kind, expression, timezone, every, opened }),
    [question, isSameTiming, kind, expression, timezone, every, opened],
  );
  const preview = useNextTimes(timing);
  const off =
    name.trim() === ""
      ? "It needs a name."
      : timing === null
        ? "It needs a length of time such as 15m or 1h 30m."
        : preview.problem;
  const verb = question.kind === "new" ? "Schedule" : "Change";
  const store = async (): Promise<void> => {
    if (off !== null || timing === null || isBusy) return;
    setIsBusy(true);
    setError(null);
    const given = { name: name.trim(), overlap, missed };
    try {
      const row =
        question.kind === "new"
          ? await call("schedules.create", {
              ...given,
              sourceId: question.plan.sourceId,
              timing,
              parameters: { ...parameters },
              paused,
            })
          : await call("schedules.update", {
              ...given,
              scheduleId: question.schedule.id,
              ...(isSameTiming ? {} : { timing }),
              ...(parameters === question.schedule.parameters ? {} : { parameters: { ...parameters } }),
            });
      closeNewSchedule();
      void refreshSchedules();
      toast.success(question.kind === "new" ? `Scheduled ${row.name}` : `${row.name} is changed`, {
        description:
          row.nextAt === null
            ? "It is paused."
            : `${question.kind === "new" ? "First" : "Next"} at ${formatZoned(row.nextAt, shownZone())}.`,
        ...(question.kind === "new"
          ? { action: { label: "Show", run: () => goTo({ view: "schedules", scheduleId: row.id }) } }
          : {}),
      });
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setIsBusy(false);
    }
  };
  useHotkeys({
    group: "Dialog",
    scope: "dialog",
    hotkeys: [{ keys: ["Mod+Enter"], label: verb, whileTyping: true, run: () => void store() }],
  });
  return (
    <>
      <div className={styles.grid}>
        <div className={styles.fields}>
          <Field id={`${id}-name`} label="Name" hint="unique in the database">
            <input
              id={`${id}-name`}
              ref={nameRef}
              value={name}
              maxLength={200}
              spellCheck={false}
              onChange={(event) => setName(event.target.value)}
            />
          </Field>
          <div className={styles.field}>
            <span id={`${id}-kind`}>When</span>
            <span className={styles.segments} role="radiogroup" aria-labelledby={`${id}-kind`}>
              {(["cron", "interval"] as const).map((value) => (
                <label key={value} data-on={kind === value || undefined}>
                  <input type="radio" name={`${id}-kind`} checked={kind === value} onChange={() => setKind(value)} />
                  {value === "cron" ? "Cron" : "Interval"}
                </label>
              ))}
            </span>
          </div>
          {kind === "cron" ? (
            <>
              <Field id={`${id}-cron`} label="Cron expression" hint="minute hour day month weekday">
                <input
                  id={`${id}-cron`}
                  className="mono"
                  value={expression}
                  spellCheck={false}
                  aria-invalid={preview.problem !== null || undefined}
                  onChange={(event) => setExpression(event.target.value)}
                />
              </Field>
              <div className={styles.usual}>
                {USUAL.map(({ label, expression: usual }) => (
                  <button
                    key={label}
                    type="button"
                    aria-pressed={usual === expression}
                    onClick={() => setExpression(usual)}
                  >
                    {label}
                  </button>
                ))}
              </div>
              <Field id={`${id}-zone`} label="Time zone" hint="whose clock it goes by">
                <input
                  id={`${id}-zone`}
                  list={`${id}-zones`}
                  value={timezone}
                  spellCheck={false}
                  onChange={(event) => setTimezone(event.target.value)}
                />
                <datalist id={`${id}-zones`}>
                  {zones.map((zone) => (
                    <option key={zone} value={zone} />
                  ))}
                </datalist>
              </Field>
            </>
          ) : (
            <Field id={`${id}-every`} label="Every" hint="15m, 2h, 1d 12h">
              <input
                id={`${id}-every`}
                className="mono"
                value={every}
                spellCheck={false}
                aria-invalid={timing === null || undefined}
                onChange={(event) => setEvery(event.target.value)}
              />
            </Field>
          )}
          <Field id={`${id}-overlap`} label="While the one before runs" hint={`it ${OVERLAP_WORDS[overlap].text}`}>
            <Choice
              id={`${id}-overlap`}
              value={overlap}
              values={OVERLAP_POLICIES}
              word={(value) => OVERLAP_WORDS[value].word}
              onChange={setOverlap}
            />
          </Field>
          <Field id={`${id}-missed`} label="Missed times" hint={MISSED_WORDS[missed].text}>
            <Choice
              id={`${id}-missed`}
              value={missed}
              values={MISSED_POLICIES}
              word={(value) => MISSED_WORDS[value].word}
              onChange={setMissed}
            />
          </Field>
          {question.kind === "new" && (
            <div className={styles.field}>
              <label htmlFor={`${id}-paused`}>Begin paused</label>
              <Switch id={`${id}-paused`} checked={paused} onChange={setPaused} />
            </div>
          )}
        </div>
        <aside className={styles.next} aria-label="Next times">
          <h3>Next five times</h3>
          <NextTimes preview={preview} timezone={kind === "cron" ? timezone : shownZone()} />
          <h3>Parameters</h3>
          <ScheduleParameters question={question} values={parameters} onChange={setParameters} />
        </aside>
      </div>
      {error !== null && (
        <p className={styles.error} role="alert" data-tone="failed">
          {error}
        </p>
      )}
      <footer className={styles.footer}>
        <Button keys="Escape" disabledReason={isBusy ? "It is being stored." : null} onClick={closeNewSchedule}>
          {question.kind === "new" ? "Do not schedule" : "Leave it"}
        </Button>
        <Button
          variant="primary"
          keys="Mod+Enter"
          disabledReason={isBusy ? "It is being stored." : off}
          onClick={() => void store()}
        >
          {verb}
        </Button>
      </footer>
    </>
  );
}

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly children: React.ReactNode;
}

function Field({ id, label, hint, children }: FieldProps) {
  return (
    <div className={styles.field}>
      <label htmlFor={id}>
        {label}
        <small>{hint}</small>
      </label>
      {children}
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  readonly id: string;
  readonly value: Value;
  readonly values: readonly Value[];
  readonly word: (value: Value) => string;
  readonly onChange: (value: Value) => void;
}

function Choice<Value extends string>({ id, value, values, word, onChange }: ChoiceProps<Value>) {
  return (
    <select
      id={id}
      value={value}
      onChange={(event) => {
        const chosen = values.find((candidate) => candidate === event.target.value);
        if (chosen !== undefined) onChange(chosen);
      }}
    >
      {values.map((candidate) => (
        <option key={candidate} value={candidate}>
          {word(candidate)}
        </option>
      ))}
    </select>
  );
}

interface TimingFields {
  readonly kind: Timing["kind"];
  readonly expression: string;
  readonly timezone: string;
  readonly every: string;
  /** Intervals are counted from here. */
  readonly opened: number;
}

function timingOf({ kind, expression, timezone, every, opened }: TimingFields): Timing | null {
  if (kind === "cron") return { kind, expression: expression.trim() || "?", timezone: timezone.trim() || "?" };
  const everyMs = parseSpan(every);
  return everyMs === null ? null : { kind, everyMs, from: opened + everyMs };
}
