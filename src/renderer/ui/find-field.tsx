import { Search } from "lucide-react";
import type { KeyboardEvent, ReactNode, RefObject } from "react";
import styles from "./find-field.module.css";

interface FindFieldProps {
  readonly inputRef: RefObject<HTMLInputElement | null>;
  readonly query: string;
  readonly setQuery: (query: string) => void;
  /** To the next match, or back to the one before. */
  readonly step: (by: 1 | -1) => void;
  /** Escape has cleared the field: where the focus goes. */
  readonly onLeave: () => void;
  readonly placeholder: string;
  readonly label: string;
  /** Something was asked for and nothing is found. */
  readonly isNone: boolean;
  /** Where one is among the matches, in words. */
  readonly status: string;
  readonly statusTitle?: string | undefined;
  readonly children?: ReactNode;
}

/** Finds in what is shown: Enter goes on, Shift+Enter back, Escape clears. */
export function FindField(props: FindFieldProps) {
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === "Enter") {
      event.preventDefault();
      props.step(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      props.setQuery("");
      props.onLeave();
    }
  };
  return (
    <div className={styles.find} data-none={props.isNone || undefined}>
      <Search size={12} aria-hidden="true" />
      <input
        ref={props.inputRef}
        type="text"
        value={props.query}
        placeholder={props.placeholder}
        aria-label={props.label}
        spellCheck={false}
        onChange={(event) => props.setQuery(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <span role="status" title={props.statusTitle}>
        {props.status}
      </span>
      {props.children}
    </div>
  );
}
