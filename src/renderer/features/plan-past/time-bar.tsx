import { History, Pause, Play, SkipBack, SkipForward } from "lucide-react";
import { type CSSProperties, type KeyboardEvent, useEffect, useMemo, useRef } from "react";
import { formatClock, formatDate, formatDateTime } from "../../time-format";
import { Button, IconButton } from "../../ui/button";
import { formatDuration } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import styles from "./past.module.css";
import { density, neighbour } from "./past-facts";
import { type LoadedPast, setPlaying, usePast } from "./past-store";

interface TimeBarProps {
  readonly loaded: LoadedPast;
  readonly at: number;
  readonly onMove: (at: number) => void;
  readonly onLeave: () => void;
}

const PARTS = 120;
/** From one end to the other, when it plays. */
const PLAY_MS = 20_000;

/** The moment that is shown, to be dragged, stepped and played through the plan's history. */
export function TimeBar({ loaded, at, onMove, onLeave }: TimeBarProps) {
  const { from, to, past, history } = loaded;
  const isPlaying = usePast((state) => state.isPlaying);
  const changes = useMemo(() => density(history.steps.at, from, to, PARTS), [history, from, to]);
  const most = Math.max(1, ...changes);
  const latest = useRef({ at, onMove });
  latest.current = { at, onMove };
  useEffect(() => {
    if (!isPlaying) return undefined;
    let frame = 0;
    let before = performance.now();
    const tick = (now: number): void => {
      const next = latest.current.at + ((now - before) / PLAY_MS) * Math.max(1, to - from);
      before = now;
      latest.current.onMove(Math.min(to, next));
      if (next >= to) setPlaying(false);
      else frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, from, to]);
  const step = (by: 1 | -1): void => {
    setPlaying(false);
    const next = neighbour(past.moments, at, by);
    if (next !== null) onMove(next);
  };
  const play = (): void => {
    if (!isPlaying && at >= to) onMove(from);
    setPlaying(!isPlaying);
  };
  const jump = (next: number): void => {
    setPlaying(false);
    onMove(Math.min(to, Math.max(from, next)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const big = (to - from) / 20;
    const moves: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => step(-1),
      ArrowDown: () => step(-1),
      ArrowRight: () => step(1),
      ArrowUp: () => step(1),
      PageDown: () => jump(at - big),
      PageUp: () => jump(at + big),
      ",": () => step(-1),
      ".": () => step(1),
      p: play,
      " ": play,
      Home: () => jump(from),
      End: () => jump(to),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  };
  useHotkeys({
    group: "Time travel",
    hotkeys: [
      {
        keys: [",", "Shift+ArrowLeft"],
        label: "Previous change",
        hint: { keys: [",", "."], label: "Change" },
        run: () => step(-1),
      },
      { keys: [".", "Shift+ArrowRight"], label: "Next change", run: () => step(1) },
      {
        keys: ["p", " "],
        label: isPlaying ? "Stop playing" : "Play",
        hint: { keys: ["p"], label: isPlaying ? "Stop" : "Play" },
        run: play,
      },
    ],
  });
  const place = ((at - from) / Math.max(1, to - from)) * 100;
  const told = past.stepsAt(at);
  return (
    <section className={styles.bar} aria-label="Time travel">
      <span className={styles.stamp} role="status">
        <History size={13} aria-hidden="true" />
        <b>As of {formatClock(at)}, not now</b>
        <small>{formatDate(at)}</small>
      </span>
      <span className={styles.buttons}>
        <IconButton label="Previous change" keys="," size="sm" onClick={() => step(-1)}>
          <SkipBack size={13} />
        </IconButton>
        <IconButton label={isPlaying ? "Stop playing" : "Play"} keys="p" size="sm" onClick={play}>
          {isPlaying ? <Pause size={13} /> : <Play size={13} />}
        </IconButton>
        <IconButton label="Next change" keys="." size="sm" onClick={() => step(1)}>
          <SkipForward size={13} />
        </IconButton>
      </span>
      <span className={styles.track} style={{ "--at": `${place}%` } as CSSProperties}>
        <svg viewBox={`0 0 ${PARTS} 20`} preserveAspectRatio="none" aria-hidden="true">
          {changes.map((count, part) =>
            count === 0 ? null : (
              // biome-ignore lint/suspicious/noArrayIndexKey: a part of the time is its place
              <rect key={part} x={part + 0.1} width={0.8} y={20 - Math.max(2, (count / most) * 18)} height={20} />
            ),
          )}
          {history.acts.map((act) => (
            <line
              key={`${act.at} ${act.act}`}
              x1={((act.at - from) / Math.max(1, to - from)) * PARTS}
              x2={((act.at - from) / Math.max(1, to - from)) * PARTS}
              y1={0}
              y2={20}
            />
          ))}
        </svg>
        <input
          type="range"
          min={from}
          max={to}
          step={1}
          value={at}
          aria-label="Moment"
          aria-valuetext={formatDateTime(at)}
          onKeyDown={onKeyDown}
          onChange={(event) => jump(Number(event.target.value))}
        />
      </span>
      <span className={styles.told} title={told.length === 0 ? undefined : "What was told at this moment"}>
        {told.length === 0
          ? `${formatDuration(at - from)} after its beginning`
          : `${history.types[history.steps.type[told[0] ?? 0] ?? -1] ?? ""}${told.length > 1 ? ` and ${told.length - 1} more` : ""}`}
      </span>
      <Button size="sm" keys="Escape" onClick={onLeave}>
        Back to now
      </Button>
    </section>
  );
}
