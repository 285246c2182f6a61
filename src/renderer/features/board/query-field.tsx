import { Search } from "lucide-react";
import { type KeyboardEvent, type RefObject, useId, useState } from "react";
import { flushSync } from "react-dom";
import { filterTokens } from "../../../shared/model/task-filter-text";
import { Kbd } from "../../ui/kbd";
import { StatusGlyph } from "../../ui/status";
import { type Completion, completionsAt } from "./completion";
import styles from "./filter-bar.module.css";
import { useVocabulary } from "./vocabulary";

interface QueryFieldProps {
  readonly inputRef: RefObject<HTMLInputElement | null>;
  readonly text: string;
  readonly setText: (text: string) => void;
  /** What means nothing in what is typed. */
  readonly problem: string | null;
  /** Enter. */
  readonly onSubmit: () => void;
  /** Escape, with nothing to close. */
  readonly onLeave: () => void;
  /** Backspace in the empty field. */
  readonly onBackspace: () => void;
}

/** Where filters are typed: `state:failed "timed out"`, with what may be typed next. */
export function QueryField(props: QueryFieldProps) {
  const { inputRef, text, setText, problem, onSubmit, onLeave, onBackspace } = props;
  const [caret, setCaret] = useState(0);
  const [isOpen, setIsOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const listId = useId();
  const token = filterTokens(text).find(({ from, to }) => from <= caret && caret <= to);
  const typedPlan =
    token?.field === "planIds" ? text.slice(token.valueFrom, caret).split(",").at(-1)?.replaceAll('"', "") : null;
  const known = useVocabulary(isOpen, typedPlan ?? null);
  const options = isOpen ? completionsAt(text, caret, known) : [];
  const shown = options[chosen];

  // Drawn at once: what is typed next must find the caret where it belongs.
  const write = (next: string, at: number): void => {
    flushSync(() => {
      setText(next);
      setCaret(at);
      setChosen(-1);
    });
    inputRef.current?.setSelectionRange(at, at);
  };
  const take = ({ from, to, insert }: Completion): void => {
    const isField = insert.endsWith(":");
    const tail = text.slice(to);
    const gap = isField || tail.startsWith(" ") ? "" : " ";
    write(`${text.slice(0, from)}${insert}${gap}${tail}`, from + insert.length + (isField ? 0 : 1));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (options.length === 0) return;
      event.preventDefault();
      const by = event.key === "ArrowDown" ? 1 : -1;
      setChosen((chosen + by + options.length + (chosen === -1 && by === -1 ? 1 : 0)) % options.length);
    } else if (
      event.key === "Tab" &&
      options.length > 0 &&
      (shown ?? options[0]) !== undefined &&
      text !== "" &&
      !event.shiftKey
    ) {
      const option = shown ?? options[0];
      if (option === undefined) return;
      event.preventDefault();
      take(option);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (shown === undefined) {
        setIsOpen(false);
        onSubmit();
      } else take(shown);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      if (isOpen && options.length > 0) setIsOpen(false);
      else if (text === "") onLeave();
      else write("", 0);
    } else if (event.key === "Backspace" && text === "") onBackspace();
  };
  return (
    <div className={styles.query} data-bad={problem !== null || undefined}>
      <Search size={12} aria-hidden="true" />
      <input
        ref={inputRef}
        type="text"
        role="combobox"
        value={text}
        placeholder="Title, id, payload text, or state:failed"
        aria-label="Filter tasks"
        aria-expanded={options.length > 0}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={shown === undefined ? undefined : `${listId}-${chosen}`}
        aria-invalid={problem !== null}
        spellCheck={false}
        autoComplete="off"
        onFocus={() => setIsOpen(true)}
        onBlur={() => setIsOpen(false)}
        onChange={(event) => {
          setText(event.target.value);
          setCaret(event.target.selectionStart ?? event.target.value.length);
          setChosen(-1);
          setIsOpen(true);
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? 0)}
        onKeyDown={onKeyDown}
      />
      {text === "" ? <Kbd keys="/" /> : <Kbd keys="Enter" />}
      {(options.length > 0 || (problem !== null && (isOpen || text !== ""))) && (
        <div className={styles.options}>
          {problem !== null && (
            <p className={styles.problem} data-tone="failed" role="status">
              {problem}
            </p>
          )}
          <div id={listId} role="listbox" aria-label="What may be typed">
            {options.map((option, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the keys act in the field, which keeps the focus
              <div
                key={`${option.insert} ${option.label}`}
                id={`${listId}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === chosen}
                className={styles.option}
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => take(option)}
              >
                {option.state !== undefined && <StatusGlyph kind="task" state={option.state} size={12} />}
                <b>{option.label}</b>
                <span>{option.detail}</span>
              </div>
            ))}
          </div>
        </div>
      )}
    </div>
  );
}
