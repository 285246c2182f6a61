import { useEffect, useId, useMemo, useRef, useState } from "react";
import {
  MISSED_POLICIES,
  type MissedPolicy,
  OVERLAP_POLICIES,
  type OverlapPolicy,
  type Timing,
} from "../../../shared/model/schedule";
import { call, messageOf } from "../../api";
import { goTo } from "../../location";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { useHotkeys } from "../../ui/hotkeys";
import { Remaining } from "../../ui/relative-time";
import { Switch } from "../../ui/switch";
import { toast } from "../../ui/toast";
import { closeNewSchedule, type ScheduledPlan, useNewSchedule } from "./new-schedule";
import styles from "./schedule-dialog.module.css";
import { knownZones, localZone, MISSED_WORDS, OVERLAP_WORDS, parseSpan, zonedMoment } from "./schedule-words";

/** How long the timing rests before its next times are asked for. */
const REST_MS = 150;

const USUAL = [
  { label: "Hourly", expression: "0 * * * *" },
  { label: "Daily 02:30", expression: "30 2 * * *" },
  { label: "Weekdays 09:00", expression: "0 9 * * 1-5" },
  { label: "Mondays 06:00", expression: "0 6 * * 1" },
] as const;

/** Asks when a plan is to be launched, and shows the times that this means. */
export function ScheduleDialog() {
  const { plan } = useNewSchedule();
  const name = useRef<HTMLInputElement>(null);
  const [isBusy, setIsBusy] = useState(false);
  return (
    <Dialog
      open={plan !== null}
      onClose={closeNewSchedule}
      title={plan === null ? "Schedule" : `Schedule ${plan.title}`}
      description="It is launched at these times while a console or the terminal runs plans of this database. Its file is read anew each time."
      width={700}
      initialFocus={name}
      mustAnswer={isBusy}
    >
      {plan !== null && <ScheduleForm plan={plan} nameRef={name} isBusy={isBusy} setIsBusy={setIsBusy} />}
    </Dialog>
  );
}

interface ScheduleFormProps {
  readonly plan: ScheduledPlan;
  readonly nameRef: React.RefObject<HTMLInputElement | null>;
  readonly isBusy: boolean;
  readonly setIsBusy: (isBusy: boolean) => void;
}

function ScheduleForm({ plan, nameRef, isBusy, setIsBusy }: ScheduleFormProps) {
  const id = useId();
  const [name, setName] = useState(plan.title);
  const [kind, setKind] = useState<Timing["kind"]>("cron");
  const [expression, setExpression] = useState("30 2 * * *");
  const [timezone, setTimezone] = useState(localZone);
  const [every, setEvery] = useState("1h");
  const [overlap, setOverlap] = useState<OverlapPolicy>("skip");
  const [missed, setMissed] = useState<MissedPolicy>("skip");
  const [paused, setPaused] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [opened] = useState(Date.now);
  const zones = useMemo(knownZones, []);
  const timing = useMemo(
    () => timingOf({ kind, expression, timezone, every, opened }),
    [kind, expression, timezone, every, opened],
  );
  const preview = useNextTimes(timing);
  const secret = plan.fields.find(
    ({ name: field, type }) => type === "secret" && Object.hasOwn(plan.parameters, field),
  );
  const given = Object.entries(plan.parameters);
  const off =
    secret !== undefined
      ? `${secret.name} is a secret, which a schedule does not keep: let the plan read it from a file or the environment.`
      : name.trim() === ""
        ? "It needs a name."
        : timing === null
          ? "It needs a length of time such as 15m or 1h 30m."
          : preview.problem;
  const create = async (): Promise<void> => {
    if (off !== null || timing === null || isBusy) return;
    setIsBusy(true);
    setError(null);
    try {
      const row = await call("schedules.create", {
        sourceId: plan.sourceId,
        name: name.trim(),
        timing,
        parameters: { ...plan.parameters },
        overlap,
        missed,
        paused,
      });
      closeNewSchedule();
      toast.success(`Scheduled ${row.name}`, {
        description: row.nextAt === null ? "It is paused." : `First at ${zonedMoment(row.nextAt, localZone())}.`,
        action: { label: "Show", run: () => goTo({ view: "schedules", scheduleId: row.id }) },
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
    hotkeys: [{ keys: ["Mod+Enter"], label: "Schedule", whileTyping: true, run: () => void create() }],
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
          <div className={styles.field}>
            <label htmlFor={`${id}-paused`}>Begin paused</label>
            <Switch id={`${id}-paused`} checked={paused} onChange={setPaused} />
          </div>
        </div>
        <aside className={styles.next} aria-label="Next times">
          <h3>Next five times</h3>
          <NextTimes preview={preview} timezone={kind === "cron" ? timezone : localZone()} />
          <h3>Parameters</h3>
          {given.length === 0 ? (
            <p>The plan's own defaults.</p>
          ) : (
            <dl>
              {given.map(([key, value]) => (
                <div key={key}>
                  <dt>{key}</dt>
                  <dd className="mono" title={String(value)}>
                    {plan.fields.some(({ name: field, type }) => field === key && type === "secret")
                      ? "••••"
                      : String(value)}
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </aside>
      </div>
      {error !== null && (
        <p className={styles.error} role="alert" data-tone="failed">
          {error}
        </p>
      )}
      <footer className={styles.footer}>
        <Button keys="Escape" disabledReason={isBusy ? "It is being stored." : null} onClick={closeNewSchedule}>
          Do not schedule
        </Button>
        <Button
          variant="primary"
          keys="Mod+Enter"
          disabledReason={isBusy ? "It is being stored." : off}
          onClick={() => void create()}
        >
          Schedule
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

interface Times {
  readonly next: readonly number[];
  /** Why the timing is none; null: it is one, or nothing is known yet. */
  readonly problem: string | null;
}

function NextTimes({ preview, timezone }: { readonly preview: Times; readonly timezone: string }) {
  if (preview.problem !== null) return <p data-tone="failed">{preview.problem}</p>;
  return (
    <ol>
      {[0, 1, 2, 3, 4].map((place) => {
        const time = preview.next[place];
        return (
          <li key={place}>
            {time !== undefined && (
              <>
                <span>{zonedMoment(time, timezone)}</span>
                <small>
                  <Remaining until={time} />
                </small>
              </>
            )}
          </li>
        );
      })}
    </ol>
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

/** The next times of a timing, asked for when it rests; the former ones stay until the answer is there. */
function useNextTimes(timing: Timing | null): Times {
  const [times, setTimes] = useState<Times>({ next: [], problem: null });
  useEffect(() => {
    if (timing === null) return undefined;
    let isOver = false;
    const timer = setTimeout(() => {
      call("schedules.preview", { timing, count: 5 }).then(
        ({ next }) => {
          if (!isOver) setTimes({ next, problem: next.length === 0 ? "It is never due." : null });
        },
        (failure: unknown) => {
          if (!isOver) setTimes({ next: [], problem: messageOf(failure) });
        },
      );
    }, REST_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [timing]);
  return times;
}
