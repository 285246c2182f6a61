import { Bookmark, Plus, X } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { TaskFilter } from "../../../shared/model/task-filter";
import { formatFilterText, parseFilterText } from "../../../shared/model/task-filter-text";
import { Button } from "../../ui/button";
import { useHotkeys } from "../../ui/hotkeys";
import { Kbd } from "../../ui/kbd";
import { Menu, MenuChoice, MenuItem } from "../../ui/menu";
import { StatusGlyph } from "../../ui/status";
import { allFields } from "./completion";
import styles from "./filter-bar.module.css";
import { type ChipWords, chipsOf, turnPart, withoutPart } from "./filter-words";
import { resolvePlans, usePlanNames } from "./plan-names";
import { QueryField } from "./query-field";

interface FilterBarProps {
  readonly filter: TaskFilter;
  /** What the address says and means nothing. */
  readonly addressProblem: string | null;
  readonly onFilter: (query: string) => void;
  readonly onSave: () => void;
  /** How many match. */
  readonly matches: ReactNode;
  /** Where the focus goes when the field is left. */
  readonly onLeave: () => void;
}

/** The filter as chips, beside the field in which it is typed. */
export function FilterBar({ filter, addressProblem, onFilter, onSave, matches, onLeave }: FilterBarProps) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const adder = useRef<HTMLButtonElement>(null);
  const titles = usePlanNames((state) => state.titles);
  const chips = chipsOf(filter, titles);

  const write = (next: string): void => {
    setText(next);
    setProblem(null);
  };
  const remove = (chip: ChipWords): void => onFilter(formatFilterText(withoutPart(filter, chip)));
  const type = (words: string): void => {
    flushSync(() => write(words));
    const field = input.current;
    field?.focus();
    field?.setSelectionRange(words.length, words.length);
  };
  const submit = async (): Promise<void> => {
    const parsed = parseFilterText(text);
    const [first] = parsed.problems;
    if (first !== undefined) {
      setProblem(first.message);
      return;
    }
    if (text.trim() !== "") {
      const { not, ...typed } = await resolvePlans(parsed.filter);
      const left = { ...filter.not, ...not };
      const isLeft = Object.keys(left).length > 0;
      onFilter(formatFilterText({ ...filter, ...typed, ...(isLeft ? { not: left } : {}) }));
    }
    write("");
    onLeave();
  };
  useHotkeys({
    group: "Filter",
    hotkeys: [
      { keys: ["/"], label: "Type a filter", run: () => input.current?.focus() },
      { keys: ["f"], label: "Add a filter", run: () => adder.current?.click() },
      { keys: ["Shift+f"], label: "Clear the filter", disabled: chips.length === 0, run: () => onFilter("") },
    ],
  });
  return (
    <search className={styles.bar} aria-label="Tasks">
      {chips.map((chip) => (
        <Chip
          key={chip.key}
          chip={chip}
          onType={() => {
            remove(chip);
            type(chip.text);
          }}
          onTurn={() => onFilter(formatFilterText(turnPart(filter, chip)))}
          onRemove={() => remove(chip)}
        />
      ))}
      <Menu
        trigger={
          <button ref={adder} type="button" className={styles.add}>
            <Plus size={12} /> Filter <Kbd keys="f" />
          </button>
        }
      >
        {allFields().map(({ word, label, hint }) => (
          <MenuItem key={word} hint={hint} onSelect={() => setTimeout(() => type(`${word}:`))}>
            {label}
          </MenuItem>
        ))}
      </Menu>
      <QueryField
        inputRef={input}
        text={text}
        setText={write}
        problem={problem ?? (text === "" ? addressProblem : null)}
        onSubmit={() => void submit()}
        onLeave={onLeave}
        onBackspace={() => {
          const last = chips.at(-1);
          if (last !== undefined) remove(last);
        }}
      />
      <span className={styles.matches} role="status" aria-live="off">
        {matches}
      </span>
      <span className={styles.end}>
        {chips.length > 0 && (
          <Button size="sm" variant="ghost" onClick={() => onFilter("")}>
            Clear
          </Button>
        )}
        <Button size="sm" icon={<Bookmark size={12} />} onClick={onSave}>
          Save view
        </Button>
      </span>
    </search>
  );
}

interface ChipProps {
  readonly chip: ChipWords;
  /** It is taken back into the field, to be changed there. */
  readonly onType: () => void;
  /** What it asks for is left out, or the other way round. */
  readonly onTurn: () => void;
  readonly onRemove: () => void;
}

function Chip({ chip, onType, onTurn, onRemove }: ChipProps) {
  const { label, operator, turned, value, state, text } = chip;
  const said = `${label} ${operator} ${value}`;
  return (
    <span className={styles.chip}>
      <span className={styles.key}>{label}</span>
      {turned === null ? (
        <span className={styles.operator}>{operator}</span>
      ) : (
        <Menu
          trigger={
            <button type="button" aria-label={`${label}: ${operator} or ${turned}`}>
              <span className={styles.operator}>{operator}</span>
            </button>
          }
        >
          <MenuChoice isChosen onSelect={() => undefined}>
            {operator}
          </MenuChoice>
          <MenuChoice isChosen={false} onSelect={onTurn}>
            {turned}
          </MenuChoice>
        </Menu>
      )}
      <button type="button" title={`Change: ${text.slice(0, 300)}`} aria-label={`Change: ${said}`} onClick={onType}>
        <span className={styles.value}>
          {state !== null && <StatusGlyph kind="task" state={state} size={12} />}
          {value}
        </span>
      </button>
      <button type="button" className={styles.remove} aria-label={`Remove: ${said}`} onClick={onRemove}>
        <X size={11} />
      </button>
    </span>
  );
}
