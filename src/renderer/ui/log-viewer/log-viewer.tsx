import { useVirtualizer } from "@tanstack/react-virtual";
import { CircleAlert, FileText, WrapText } from "lucide-react";
import {
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { create } from "zustand";
import { Button, IconButton } from "../button";
import { EmptyState } from "../empty-state";
import { formatBytes, formatCount, plural } from "../format";
import { useHotkeys } from "../hotkeys";
import { Kbd } from "../kbd";
import { Switch } from "../switch";
import { toast } from "../toast";
import { bufferFrom, bufferTo, type LogLines, linesOf } from "./log-buffer";
import { LogExport } from "./log-export";
import { LogFindField } from "./log-find-field";
import { LogLine } from "./log-line";
import { createLogReader, INITIAL_LOG, type LogReader, type LogSource, type LogState } from "./log-reader";
import styles from "./log-viewer.module.css";
import { type LogFind, useLogFind } from "./use-log-find";

const LINE_HEIGHT = 18;
const PADDING = 4;
/** So near to an edge of what is loaded, in pixels, the next piece is read. */
const READ_AHEAD = 2_000;
const AT_END = 8;

/** How logs are read holds for all of them. */
const useLogPreferences = create<{ readonly isWrapped: boolean }>()(() => ({ isWrapped: true }));

interface LogViewerProps {
  /** One object per log: another one starts anew. */
  readonly source: LogSource;
  /** Names the log for screen readers. */
  readonly label: string;
  /** At the left of the search field. */
  readonly toolbar?: ReactNode;
  /** Between the bar and the text. */
  readonly notice?: ReactNode;
}

/** A log of any length, live: follows its end until the reader scrolls up, is searched as a whole, wrapped, copied and saved. */
export function LogViewer({ source, label, toolbar, notice }: LogViewerProps) {
  const { reader, state } = useLogReader(source);
  const lines = useMemo(() => linesOf(state.buffer), [state.buffer]);
  const find = useLogFind({ lines, isWhole: state.loaded && isWhole(state), size: state.size, source });
  const [chosen, setChosen] = useState<number | null>(null);
  const findInput = useRef<HTMLInputElement>(null);
  const isWrapped = useLogPreferences((preferences) => preferences.isWrapped);
  const toggleWrap = () => useLogPreferences.setState({ isWrapped: !isWrapped });
  const toggleFollow = () => reader?.setFollowing(!state.following);
  const goToError = () => void seekError(find);
  useHotkeys({
    group: "Log",
    hotkeys: [
      { keys: ["f"], label: "Follow", hint: true, run: toggleFollow },
      { keys: ["/"], label: "Search log", hint: true, run: () => findInput.current?.select() },
      { keys: ["!"], label: "First error", hint: true, run: goToError },
      { keys: ["w"], label: "Wrap lines", run: toggleWrap },
    ],
  });

  return (
    <div className={styles.viewer}>
      <div className={styles.bar}>
        {toolbar}
        <LogFindField find={find} inputRef={findInput} />
        <IconButton label="First error" keys="!" size="sm" variant="default" onClick={goToError}>
          <CircleAlert size={14} />
        </IconButton>
        <IconButton label="Wrap lines" keys="w" size="sm" variant="default" pressed={isWrapped} onClick={toggleWrap}>
          <WrapText size={14} />
        </IconButton>
      </div>
      {notice}
      {state.error !== null && (
        <div className={styles.trouble} data-tone="failed" role="alert">
          <span>{state.error}</span>
          <Button size="xs" onClick={() => reader?.retry()}>
            Read again
          </Button>
        </div>
      )}
      {state.loaded && lines.count === 0 ? (
        <EmptyState icon={<FileText size={20} />} title={state.ended ? "Nothing was written" : "No output yet"}>
          {state.ended ? "This attempt ended without a word on its output." : "Lines appear here as they are written."}
        </EmptyState>
      ) : (
        <LogText
          reader={reader}
          state={state}
          lines={lines}
          find={find}
          isWrapped={isWrapped}
          label={label}
          chosen={chosen}
          onChoose={setChosen}
        />
      )}
      <footer className={styles.foot}>
        <Switch label="Follow" checked={state.following} onChange={toggleFollow} />
        <span className={styles.follow} aria-hidden="true">
          Follow
        </span>
        <Kbd keys="f" />
        <span className={styles.size}>{sizeOf(state, lines)}</span>
        <LogExport source={source} state={state} lines={lines} line={chosen ?? find.current?.line ?? null} />
      </footer>
    </div>
  );
}

interface LogTextProps {
  readonly reader: LogReader | null;
  readonly state: LogState;
  readonly lines: LogLines;
  readonly find: LogFind;
  readonly isWrapped: boolean;
  readonly label: string;
  /** The number of the line that was clicked; null: none. */
  readonly chosen: number | null;
  readonly onChoose: (line: number | null) => void;
}

function LogText({ reader, state, lines, find, isWrapped, label, chosen, onChoose }: LogTextProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const { current } = find;
  const getItemKey = useCallback((index: number) => lines.id(index), [lines]);
  const virtualizer = useVirtualizer({
    count: lines.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    getItemKey,
    overscan: 12,
    paddingStart: PADDING,
    paddingEnd: PADDING,
    // Keeps the lines in view where they are while older ones are added or dropped above them.
    anchorTo: "end",
    followOnAppend: state.following,
    // A follower goes along wherever it is; whoever reads stays, even at the very end.
    scrollEndThreshold: state.following ? Number.POSITIVE_INFINITY : 0,
  });

  const latest = useRef({ lines, virtualizer });
  useEffect(() => {
    latest.current = { lines, virtualizer };
  });

  // What does not fill the view cannot be scrolled, so nothing else would ask for what comes before it.
  const height = virtualizer.getTotalSize();
  useEffect(() => {
    if (height < (scroller.current?.clientHeight ?? 0) + READ_AHEAD && bufferFrom(state.buffer) > 0)
      reader?.readOlder();
  }, [height, reader, state.buffer]);

  const isFollowing = state.following;
  useEffect(() => {
    if (isFollowing) latest.current.virtualizer.scrollToEnd();
  }, [isFollowing]);

  /** A line that is to be shown as soon as it is loaded. */
  const sought = useRef<number | null>(null);
  const showSought = useCallback(() => {
    const line = sought.current;
    if (line === null) return;
    const index = latest.current.lines.indexOfNumber(line);
    if (index === null) return;
    sought.current = null;
    latest.current.virtualizer.scrollToIndex(index, { align: "center" });
  }, []);
  useEffect(() => {
    if (current === null || reader === null) return;
    reader.setFollowing(false);
    sought.current = current.line;
    if (latest.current.lines.indexOfNumber(current.line) !== null) showSought();
    else if (current.offset !== null) reader.goTo({ byte: current.offset, line: current.line });
  }, [current, reader, showSought]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other lines are loaded
  useEffect(showSought, [lines, showSought]);

  const wasWrapped = useRef(isWrapped);
  useLayoutEffect(() => {
    if (wasWrapped.current === isWrapped) return;
    wasWrapped.current = isWrapped;
    const { virtualizer: rows } = latest.current;
    const top = rows.getVirtualItemForOffset(rows.scrollOffset ?? 0)?.index ?? 0;
    rows.measure();
    if (isFollowing) rows.scrollToEnd();
    else rows.scrollToIndex(top, { align: "start" });
  }, [isWrapped, isFollowing]);

  const onScroll = () => {
    const element = scroller.current;
    if (element === null || reader === null) return;
    const top = element.scrollTop;
    const below = element.scrollHeight - element.clientHeight - top;
    const isAllRead = bufferTo(state.buffer) >= state.size;
    if (top < lastTop.current && below > AT_END) reader.setFollowing(false);
    else if (top > lastTop.current && below <= AT_END && isAllRead) reader.setFollowing(true);
    lastTop.current = top;
    if (top < READ_AHEAD) reader.readOlder();
    if (below < READ_AHEAD && !isAllRead) reader.readNewer();
  };

  const digits = String(lines.number(Math.max(0, lines.count - 1)) ?? 0).length;
  const columns = Math.max(4, digits) + 1;
  return (
    <section
      ref={scroller}
      className={styles.log}
      data-wrapped={isWrapped}
      onScroll={onScroll}
      onClick={(event) => {
        const { line } = event.target instanceof HTMLElement ? event.target.dataset : {};
        if (line !== undefined) onChoose(Number(line) === chosen ? null : Number(line));
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || chosen === null) return;
        event.preventDefault();
        onChoose(null);
      }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling text must be reachable by keyboard
      tabIndex={0}
      aria-label={label}
    >
      <div
        className={styles.canvas}
        style={{
          height,
          minWidth: isWrapped ? undefined : `${Math.min(lines.longest, 4_200) + columns + 6}ch`,
          ["--number-width" as string]: `${columns}ch`,
        }}
      >
        {virtualizer.getVirtualItems().map((item) => (
          <div
            key={item.key}
            ref={isWrapped ? virtualizer.measureElement : undefined}
            data-index={item.index}
            className={styles.row}
            style={{ transform: `translateY(${item.start}px)` }}
          >
            <LogLine
              text={lines.text(item.index)}
              number={lines.number(item.index)}
              needle={find.needle}
              current={current !== null && current.line === lines.number(item.index) ? current.start : null}
              isChosen={chosen !== null && chosen === lines.number(item.index)}
            />
          </div>
        ))}
      </div>
    </section>
  );
}

const subscribeNothing = () => () => {};

function useLogReader(source: LogSource): { reader: LogReader | null; state: LogState } {
  const [reader, setReader] = useState<LogReader | null>(null);
  useEffect(() => {
    const opened = createLogReader(source);
    setReader(opened);
    return () => opened.close();
  }, [source]);
  const state = useSyncExternalStore(reader?.subscribe ?? subscribeNothing, () => reader?.getState() ?? INITIAL_LOG);
  return { reader, state };
}

/** So much, in bytes, is written between two readings of a log. */
const A_MOMENT = 65_536;

function isWhole({ buffer, size }: LogState): boolean {
  return bufferTo(buffer) - bufferFrom(buffer) >= size;
}

function sizeOf(state: LogState, lines: LogLines): string {
  const last = lines.count === 0 ? 0 : lines.number(lines.count - 1);
  const loaded = bufferTo(state.buffer) - bufferFrom(state.buffer);
  // What a running task has just written is read in a moment: nobody wants these words to change with each line.
  if (state.size - loaded < A_MOMENT) return `${plural(lines.count, "line")}, ${formatBytes(state.size)}`;
  const total = last !== null && bufferTo(state.buffer) >= state.size ? `${formatCount(last)} lines, ` : "";
  return `${total}${formatBytes(state.size)}, ${formatBytes(loaded)} loaded`;
}

async function seekError(find: LogFind): Promise<void> {
  try {
    if (!(await find.goToFirstError())) toast.info("No line says that it is an error");
  } catch (error) {
    toast.error("The log could not be searched", {
      description: error instanceof Error ? error.message : String(error),
    });
  }
}
