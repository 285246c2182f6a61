import { Radio, ScrollText, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import {
  type FilteredLog,
  formatLogFilter,
  LOG_FIELDS,
  type LogTerm,
  parseLogFilter,
  withTerm,
} from "../../../shared/model/log-filter-text";
import { Button } from "../../ui/button";
import { useHotkeys } from "../../ui/hotkeys";
import { Kbd } from "../../ui/kbd";
import { Menu, MenuItem } from "../../ui/menu";
import styles from "./events.module.css";
import { LogViews } from "./log-views";
import { learnSubjects, NO_SUBJECTS, useNames } from "./subjects";

interface FilterBarProps {
  readonly log: FilteredLog;
  readonly terms: readonly LogTerm[];
  /** What of the address means nothing. */
  readonly addressProblem: string | null;
  /** Patterns and writers that occur, for the field. */
  readonly known: ReadonlyArray<LogTerm>;
  readonly onFilter: (query: string) => void;
  /** Where the focus goes when the field is left. */
  readonly onLeave: () => void;
}

const MOST_OFFERED = 8;

/** What may be typed next: patterns and values that occur, fields. Pure. */
export function offersFor(log: FilteredLog, text: string, known: readonly LogTerm[]): string[] {
  const word = text.split(/\s/).at(-1) ?? "";
  const bare = word.replace(/^-/, "").toLowerCase();
  const families = known.flatMap(({ field, value }) => {
    const family = field === "is" ? /^[^.*?[]+\./.exec(value)?.[0] : undefined;
    return family === undefined ? [] : `${family}*`;
  });
  const all = [
    ...new Set([
      ...families,
      ...known.map((term) => formatLogFilter([term])),
      ...LOG_FIELDS[log].map((field) => `${field.word}:`),
    ]),
  ];
  return all.filter((one) => one.toLowerCase().includes(bare) && one !== word).slice(0, MOST_OFFERED);
}

/** The filter as tokens in the field in which it is typed, with the fields at its side. */
export function FilterBar({ log, terms, addressProblem, known, onFilter, onLeave }: FilterBarProps) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isOpen, setIsOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const listId = useId();
  const offers = isOpen ? offersFor(log, text, known) : [];
  const change = (next: readonly LogTerm[]): void => onFilter(formatLogFilter(next));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the other log begins with an empty field
  useEffect(() => {
    setText("");
    setProblem(null);
  }, [log]);
  const write = (next: string): void => {
    setText(next);
    setProblem(null);
    setChosen(-1);
  };
  const submit = (typed: string): void => {
    const parsed = parseLogFilter(log, typed, Date.now());
    const [first] = parsed.problems;
    if (first !== undefined) {
      setProblem(first);
      return;
    }
    if (parsed.terms.length > 0) change(parsed.terms.reduce(withTerm, [...terms]));
    write("");
    setIsOpen(false);
  };
  const take = (offer: string): void => {
    const next = `${text.replace(/\S*$/, (word) => (word.startsWith("-") ? "-" : ""))}${offer}`;
    if (offer.endsWith(":")) write(next);
    else submit(next);
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const offer = offers[chosen];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const by = event.key === "ArrowDown" ? 1 : -1;
      if (offers.length > 0)
        setChosen((chosen + by + offers.length + (chosen === -1 && by === -1 ? 1 : 0)) % offers.length);
    } else if (event.key === "Tab" && text !== "" && !event.shiftKey && (offer ?? offers[0]) !== undefined) {
      event.preventDefault();
      take(offer ?? offers[0] ?? "");
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (offer !== undefined) take(offer);
      else if (text.trim() === "") onLeave();
      else submit(text);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      if (text === "") onLeave();
      else write("");
    } else if (event.key === "Backspace" && text === "" && terms.length > 0) {
      const last = terms.at(-1);
      change(terms.slice(0, -1));
      if (last !== undefined) write(formatLogFilter([last]));
      event.preventDefault();
    }
  };
  useHotkeys({
    group: "Filter",
    hotkeys: [
      {
        keys: ["/"],
        label: "Type a pattern",
        hint: { keys: ["/"], label: "Pattern" },
        run: () => input.current?.focus(),
      },
      { keys: ["Shift+f"], label: "Clear the filter", disabled: terms.length === 0, run: () => onFilter("") },
    ],
  });
  const shownProblem = problem ?? (text === "" ? addressProblem : null);
  return (
    <search className={styles.bar} aria-label={log === "events" ? "Events" : "Acts"}>
      <div className={styles.field} data-bad={shownProblem !== null || undefined}>
        {log === "events" ? <Radio size={13} aria-hidden="true" /> : <ScrollText size={13} aria-hidden="true" />}
        <span className={styles.fieldName}>{log === "events" ? "Topic" : "Act"}</span>
        {terms.map((term) => (
          <Token
            key={`${term.field} ${term.value}`}
            term={term}
            onEdit={() => {
              change(terms.filter((other) => other !== term));
              write(formatLogFilter([term]));
              input.current?.focus();
            }}
            onRemove={() => change(terms.filter((other) => other !== term))}
          />
        ))}
        <input
          ref={input}
          className={styles.typed}
          type="text"
          role="combobox"
          value={text}
          placeholder={log === "events" ? "Add a pattern, for example *.failed" : "Add a pattern, for example tasks.*"}
          aria-label={log === "events" ? "Filter events" : "Filter acts"}
          aria-expanded={offers.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={offers[chosen] === undefined ? undefined : `${listId}-${chosen}`}
          aria-invalid={shownProblem !== null}
          spellCheck={false}
          autoComplete="off"
          maxLength={2_000}
          onFocus={() => setIsOpen(true)}
          onBlur={() => setIsOpen(false)}
          onChange={(event) => {
            write(event.target.value);
            setIsOpen(true);
          }}
          onKeyDown={onKeyDown}
        />
        <Kbd keys={text === "" ? "/" : "Enter"} />
        {(offers.length > 0 || shownProblem !== null) && (isOpen || shownProblem !== null) && (
          <div className={styles.offers} hidden={!isOpen && problem === null}>
            {shownProblem !== null && (
              <p className={styles.problem} data-tone="failed" role="status">
                {shownProblem}
              </p>
            )}
            <div id={listId} role="listbox" aria-label="What may be typed">
              {offers.map((offer, index) => (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the keys act in the field, which keeps the focus
                <div
                  key={offer}
                  id={`${listId}-${index}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={index === chosen}
                  className={styles.offer}
                  onPointerDown={(event) => event.preventDefault()}
                  onClick={() => take(offer)}
                >
                  <b className="mono">{offer}</b>
                  <span>{LOG_FIELDS[log].find(({ word }) => `${word}:` === offer)?.hint ?? ""}</span>
                </div>
              ))}
            </div>
          </div>
        )}
      </div>
      <Menu
        align="end"
        trigger={
          <button type="button" className={styles.add}>
            Add a field
          </button>
        }
      >
        {LOG_FIELDS[log].map(({ word, label, hint }) => (
          <MenuItem
            key={word}
            hint={hint}
            onSelect={() =>
              setTimeout(() => {
                write(`${word}:`);
                input.current?.focus();
              })
            }
          >
            {label}
          </MenuItem>
        ))}
      </Menu>
      <Button
        size="sm"
        variant="ghost"
        disabledReason={terms.length === 0 ? "There is no filter" : null}
        onClick={() => onFilter("")}
      >
        Clear
      </Button>
      <LogViews log={log} terms={terms} onFilter={onFilter} />
    </search>
  );
}

interface TokenProps {
  readonly term: LogTerm;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}

function Token({ term, onEdit, onRemove }: TokenProps) {
  const { field } = term;
  const value = useNames(({ tasks, plans }) =>
    field === "plan"
      ? (plans[term.value] ?? term.value)
      : field === "task"
        ? (tasks[term.value]?.title ?? term.value)
        : term.value,
  );
  useEffect(() => {
    if (field === "plan" || field === "task") learnSubjects([{ ...NO_SUBJECTS, [`${field}Id`]: term.value }]);
  }, [field, term.value]);
  const said = field === "is" ? value : field === "not" ? `not ${value}` : `${field} ${value}`;
  return (
    <span className={styles.token} data-not={field === "not" || undefined}>
      <button type="button" title={`Change: ${said}`} aria-label={`Change: ${said}`} onClick={onEdit}>
        {field !== "is" && <span>{field}</span>}
        <span className="mono">{value}</span>
      </button>
      <button type="button" aria-label={`Remove: ${said}`} onClick={onRemove}>
        <X size={10} />
      </button>
    </span>
  );
}
