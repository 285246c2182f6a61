import { ArrowDown, ArrowUp, Search } from "lucide-react";
import type { KeyboardEvent, RefObject } from "react";
import { IconButton } from "../button";
import { formatCount } from "../format";
import { MAX_MATCHES } from "./log-find";
import styles from "./log-viewer.module.css";
import type { LogFind } from "./use-log-find";

interface FindFieldProps {
  readonly find: LogFind;
  readonly inputRef: RefObject<HTMLInputElement | null>;
  /** All of the log is loaded, so what is not found is not there. */
  readonly isWhole: boolean;
}

/** Searches what is loaded: Enter goes on, Shift+Enter back, Escape clears. */
export function FindField({ find, inputRef, isWhole }: FindFieldProps) {
  const { query, setQuery, matches, position, step } = find;
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter") {
      event.preventDefault();
      step(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      setQuery("");
      event.currentTarget.blur();
    }
  };
  const count = `${formatCount(matches.length)}${matches.length === MAX_MATCHES ? "+" : ""}`;
  const found = isWhole ? "found" : "so far";
  const none = query !== "" && matches.length === 0;
  const nothing = isWhole ? "Nothing found" : "Nothing found in what is loaded. Scroll up to load earlier lines.";
  const disabledReason = matches.length === 0 ? (none ? nothing : "Type what to find") : null;
  return (
    <>
      <div className={styles.find} data-none={none || undefined}>
        <Search size={12} aria-hidden="true" />
        <input
          ref={inputRef}
          type="text"
          value={query}
          placeholder="Search log"
          aria-label="Search in what is loaded of the log"
          spellCheck={false}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <span className={styles.count} role="status" title={none ? nothing : undefined}>
          {query === "" ? "" : position === 0 ? `${count} ${found}` : `${formatCount(position)} of ${count}`}
        </span>
      </div>
      <span className={styles.steps}>
        <IconButton
          label="Previous match"
          keys="Shift+Enter"
          size="sm"
          variant="default"
          disabledReason={disabledReason}
          onClick={() => step(-1)}
        >
          <ArrowUp size={12} />
        </IconButton>
        <IconButton
          label="Next match"
          keys="Enter"
          size="sm"
          variant="default"
          disabledReason={disabledReason}
          onClick={() => step(1)}
        >
          <ArrowDown size={12} />
        </IconButton>
      </span>
    </>
  );
}
