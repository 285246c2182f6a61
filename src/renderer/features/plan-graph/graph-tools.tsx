import { ChevronsDownUp, Maximize2, Minus, Plus } from "lucide-react";
import type { RefObject } from "react";
import { Button } from "../../ui/button";
import { FindField } from "../../ui/find-field";
import { formatCount } from "../../ui/format";
import { Kbd } from "../../ui/kbd";
import { Tooltip } from "../../ui/tooltip";
import styles from "./graph.module.css";
import { foldFinished, useGraph } from "./graph-store";
import type { GraphSearch } from "./use-graph-search";

interface GraphFindProps {
  readonly search: GraphSearch;
  readonly inputRef: RefObject<HTMLInputElement | null>;
  /** The field is left: back to the picture. */
  readonly onLeave: () => void;
}

export function GraphFind({ search, inputRef, onLeave }: GraphFindProps) {
  const { query, found, position, setQuery, step } = search;
  const isNone = query !== "" && found.length === 0;
  return (
    <div className={styles.find}>
      <FindField
        {...{ inputRef, query, setQuery, step, onLeave, isNone }}
        placeholder="Search tasks"
        label="Search the graph by title or id"
        status={query === "" ? "" : `${formatCount(isNone ? 0 : position + 1)} of ${formatCount(found.length)}`}
      >
        {query === "" && <Kbd keys="/" />}
      </FindField>
    </div>
  );
}

/** Completed tasks as one node, or each by itself. Tasks that complete later stay where they are until asked. */
export function FoldButton() {
  const folded = useGraph((state) => state.fold.size);
  const foldable = useGraph((state) => state.foldable);
  return (
    <>
      {folded > 0 && foldable > 0 && (
        <Button size="sm" onClick={() => foldFinished(true)}>
          Collapse {formatCount(foldable)} more
        </Button>
      )}
      <Button
        size="sm"
        keys="c"
        icon={<ChevronsDownUp size={14} />}
        pressed={folded > 0}
        disabledReason={folded === 0 && foldable < 2 ? "Fewer than two tasks are completed." : null}
        onClick={() => foldFinished(folded === 0)}
      >
        Collapse finished
      </Button>
    </>
  );
}

interface ZoomButtonsProps {
  readonly zoom: number;
  readonly onZoom: (factor: number) => void;
  readonly onWhole: () => void;
  readonly onFit: () => void;
}

export function ZoomButtons({ zoom, onZoom, onWhole, onFit }: ZoomButtonsProps) {
  return (
    <fieldset className={styles.zoom} aria-label="Zoom">
      <Tooltip label="Zoom out" keys="-" side="top">
        <button type="button" aria-label="Zoom out" onClick={() => onZoom(1 / ZOOM_STEP)}>
          <Minus size={12} />
        </button>
      </Tooltip>
      <Tooltip label="Actual size" keys="1" side="top">
        <button type="button" className={styles.percent} onClick={onWhole}>
          {percent(zoom)}
        </button>
      </Tooltip>
      <Tooltip label="Zoom in" keys="+" side="top">
        <button type="button" aria-label="Zoom in" onClick={() => onZoom(ZOOM_STEP)}>
          <Plus size={12} />
        </button>
      </Tooltip>
      <Tooltip label="Fit the whole graph" keys="0" side="top">
        <button type="button" aria-label="Fit the whole graph" onClick={onFit}>
          <Maximize2 size={12} />
        </button>
      </Tooltip>
    </fieldset>
  );
}

export const ZOOM_STEP = 1.25;

function percent(zoom: number): string {
  const value = 100 * zoom;
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} %`;
}

export function GraphLegend() {
  return (
    <ul className={styles.legend} aria-label="Lines">
      <li>
        <i data-line="done" /> Satisfied
      </li>
      <li>
        <i /> Pending
      </li>
      <li>
        <i data-line="failed" /> Blocked by failure
      </li>
    </ul>
  );
}
