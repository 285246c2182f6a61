import { ArrowDown, ArrowUp } from "lucide-react";
import type { RefObject } from "react";
import { IconButton } from "../button";
import { FindField } from "../find-field";
import { formatCount } from "../format";
import { MAX_MATCHES } from "./log-find";
import styles from "./log-viewer.module.css";
import type { LogFind } from "./use-log-find";

interface LogFindFieldProps {
  readonly find: LogFind;
  readonly inputRef: RefObject<HTMLInputElement | null>;
  /** All of the log is loaded, so what is not found is not there. */
  readonly isWhole: boolean;
}

/** Searches what is loaded. */
export function LogFindField({ find, inputRef, isWhole }: LogFindFieldProps) {
  const { query, setQuery, matches, position, step } = find;
  const count = `${formatCount(matches.length)}${matches.length === MAX_MATCHES ? "+" : ""}`;
  const found = isWhole ? "found" : "so far";
  const none = query !== "" && matches.length === 0;
  const nothing = isWhole ? "Nothing found" : "Nothing found in what is loaded. Scroll up to load earlier lines.";
  const disabledReason = matches.length === 0 ? (none ? nothing : "Type what to find") : null;
  return (
    <>
      <FindField
        {...{ inputRef, query, setQuery, step }}
        onLeave={() => inputRef.current?.blur()}
        placeholder="Search log"
        label="Search in what is loaded of the log"
        isNone={none}
        status={query === "" ? "" : position === 0 ? `${count} ${found}` : `${formatCount(position)} of ${count}`}
        statusTitle={none ? nothing : undefined}
      />
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
