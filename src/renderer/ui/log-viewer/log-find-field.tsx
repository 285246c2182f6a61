import { ArrowDown, ArrowUp, X } from "lucide-react";
import type { RefObject } from "react";
import { IconButton } from "../button";
import { FindField } from "../find-field";
import { formatCount } from "../format";
import styles from "./log-viewer.module.css";
import type { LogFind } from "./use-log-find";

interface LogFindFieldProps {
  readonly find: LogFind;
  readonly inputRef: RefObject<HTMLInputElement | null>;
}

/** Searches the whole log, whatever of it is loaded. */
export function LogFindField({ find, inputRef }: LogFindFieldProps) {
  const { query, setQuery, matches, isCapped, position, progress, error, step, stop } = find;
  const count = `${formatCount(matches.length)}${isCapped ? "+" : ""}`;
  const isSearching = progress !== null;
  const none = query !== "" && matches.length === 0 && !isSearching && error === null;
  const disabledReason = matches.length > 0 ? null : none ? "Nothing found" : (error ?? "Type what to find");
  const place = position === 0 ? `${count} found` : `${formatCount(position)} of ${count}`;
  const status = isSearching ? `${place}, ${Math.floor(progress * 100)} %` : place;
  return (
    <>
      <FindField
        {...{ inputRef, query, setQuery, step }}
        onLeave={() => inputRef.current?.blur()}
        placeholder="Search log"
        label="Search in the whole log"
        isNone={none}
        status={query === "" ? "" : error === null ? status : "failed"}
        statusTitle={error ?? (none ? "Nothing found" : undefined)}
      >
        {isSearching && (
          <button
            type="button"
            className={styles.stop}
            aria-label="Stop searching"
            title="Stop searching"
            onClick={stop}
          >
            <X size={12} aria-hidden="true" />
          </button>
        )}
      </FindField>
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
