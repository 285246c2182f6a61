import type { Output } from "./output";

/** Lines at the end of a terminal, drawn again in place. */
export interface LiveScreen {
  /** Draws soon: at most ten times a second, however often it is asked to. */
  invalidate(): void;
  /** A line that stays, above the live ones. */
  print(line: string): void;
  /** Draws a last time, leaves the lines where they are and gives the cursor back. */
  end(): void;
}

const FRAME_MS = 100;
/** Elapsed times go on without any change of state. */
const IDLE_FRAME_MS = 250;

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
// A terminal that knows them shows the frame between these two at once; the others ignore them.
const BEGIN_FRAME = "\u001b[?2026h";
const END_FRAME = "\u001b[?2026l";
const CLEAR_LINE_END = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";

/** `render` is asked for the lines of a frame, no more than the terminal has. */
export function createLiveScreen(output: Output, render: () => readonly string[]): LiveScreen {
  let drawn = 0;
  let drawnWidth = 0;
  let lastDraw = 0;
  let pending: NodeJS.Timeout | null = null;
  let ended = false;

  const home = (): string => {
    if (drawn === 0) return "";
    // A narrower terminal has wrapped the old lines: their number is not known any more, so leave them.
    if (output.size().width < drawnWidth) return "\r\n";
    return `\u001b[${drawn}A\r`;
  };

  const draw = (above = ""): void => {
    const lines = render();
    const start = home();
    const body = lines.map((line) => `${line}${CLEAR_LINE_END}\n`).join("");
    output.write(`${BEGIN_FRAME}${HIDE_CURSOR}${start}${above}${body}${CLEAR_BELOW}${END_FRAME}`);
    drawn = lines.length;
    drawnWidth = output.size().width;
    lastDraw = performance.now();
  };

  const idle = setInterval(() => {
    if (performance.now() - lastDraw >= IDLE_FRAME_MS - 5) draw();
  }, IDLE_FRAME_MS);

  const showCursor = () => output.write(SHOW_CURSOR);
  process.once("exit", showCursor);
  draw();

  return {
    invalidate() {
      if (ended || pending !== null) return;
      const wait = Math.max(0, FRAME_MS - (performance.now() - lastDraw));
      pending = setTimeout(() => {
        pending = null;
        draw();
      }, wait);
    },
    print(line) {
      if (ended) output.line(line);
      else draw(`${line}${CLEAR_LINE_END}\n`);
    },
    end() {
      if (ended) return;
      ended = true;
      clearInterval(idle);
      if (pending !== null) clearTimeout(pending);
      draw();
      showCursor();
      process.removeListener("exit", showCursor);
    },
  };
}
