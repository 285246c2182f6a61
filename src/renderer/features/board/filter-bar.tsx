import { Bookmark, Plus, X } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import type { TaskFilter } from "../../../shared/model/task-filter";
import { formatFilterText, parseFilterText } from "../../../shared/model/task-filter-text";
import { Button } from "../../ui/button";
import { useHotkeys } from "../../ui/hotkeys";
import { Kbd } from "../../ui/kbd";
import { Menu, MenuItem } from "../../ui/menu";
import { StatusGlyph } from "../../ui/status";
import { allFields } from "./completion";
import styles from "./filter-bar.module.css";
import { chipsOf } from "./filter-words";
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
  const without = (field: keyof TaskFilter): TaskFilter => {
    const { [field]: _dropped, ...rest } = filter;
    return rest;
  };
  const type = (words: string): void => {
    write(words);
    const field = input.current;
    field?.focus();
    requestAnimationFrame(() => field?.setSelectionRange(words.length, words.length));
  };
  const submit = async (): Promise<void> => {
    const parsed = parseFilterText(text);
    const [first] = parsed.problems;
    if (first !== undefined) {
      setProblem(first.message);
      return;
    }
    if (text.trim() !== "") onFilter(formatFilterText({ ...filter, ...(await resolvePlans(parsed.filter)) }));
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
      {chips.map(({ field, label, operator, value, state, text: typed }) => (
        <span key={field} className={styles.chip}>
          <button
            type="button"
            title={`Change: ${typed.slice(0, 300)}`}
            onClick={() => {
              onFilter(formatFilterText(without(field)));
              type(typed);
            }}
          >
            <span className={styles.key}>{label}</span>
            <span className={styles.operator}>{operator}</span>
            <span className={styles.value}>
              {state !== null && <StatusGlyph kind="task" state={state} size={12} />}
              {value}
            </span>
          </button>
          <button
            type="button"
            className={styles.remove}
            aria-label={`Remove: ${label} ${operator} ${value}`}
            onClick={() => onFilter(formatFilterText(without(field)))}
          >
            <X size={11} />
          </button>
        </span>
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
          if (last !== undefined) onFilter(formatFilterText(without(last.field)));
        }}
      />
      <span className={styles.matches} role="status">
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
