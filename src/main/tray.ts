import { Menu, type NativeImage, nativeImage, Tray } from "electron";
import { type Dot, dotOf, type TrayState, tooltipOf } from "./tray-state";

export interface TrayOptions {
  /** A PNG. */
  readonly iconFile: string;
  readonly open: () => void;
  readonly setPaused: (isPaused: boolean) => void;
  readonly quit: () => void;
  readonly report: (message: string) => void;
}

export interface TrayIcon {
  show(state: TrayState): void;
  end(): void;
}

/** Colours of `tokens.css`, as the icon has them: red, amber, blue. */
const DOTS = {
  failed: [0xe5, 0x48, 0x4d],
  waiting: [0xff, 0xb2, 0x24],
  running: [0x3b, 0x9e, 0xff],
} as const;
const SIZE = 32;
const RADIUS = 7;

/** The program's icon with a dot in its corner. */
function drawn(iconFile: string, dot: Dot): NativeImage {
  const image = nativeImage.createFromPath(iconFile).resize({ width: SIZE, height: SIZE });
  if (dot === null || image.isEmpty()) return image;
  const { width, height } = image.getSize();
  const pixels = Buffer.from(image.toBitmap());
  const [red, green, blue] = DOTS[dot];
  for (let y = height - 2 * RADIUS; y < height; y += 1) {
    for (let x = width - 2 * RADIUS; x < width; x += 1) {
      const distance = Math.hypot(x + 0.5 - (width - RADIUS), y + 0.5 - (height - RADIUS));
      if (distance > RADIUS) continue;
      // Bitmaps are BGRA.
      pixels.set(distance > RADIUS - 1.5 ? [0, 0, 0, 255] : [blue, green, red, 255], (y * width + x) * 4);
    }
  }
  return nativeImage.createFromBitmap(pixels, { width, height });
}

/** An icon beside the clock, while `end` was not called. Where the system shows none, nothing else depends on it. */
export function createTrayIcon({ iconFile, open, setPaused, quit, report }: TrayOptions): TrayIcon {
  const images = new Map<Dot, NativeImage>();
  const imageOf = (dot: Dot): NativeImage => {
    const known = images.get(dot) ?? drawn(iconFile, dot);
    images.set(dot, known);
    return known;
  };
  let tray: Tray | null = null;
  let told = "";
  try {
    tray = new Tray(imageOf(null));
    tray.on("click", open);
  } catch (error) {
    report(`no icon beside the clock: ${error instanceof Error ? error.message : String(error)}`);
  }
  return {
    show(state) {
      const now = JSON.stringify(state);
      if (tray === null || now === told) return;
      told = now;
      tray.setImage(imageOf(dotOf(state)));
      tray.setToolTip(tooltipOf(state));
      const { isPaused } = state;
      tray.setContextMenu(
        Menu.buildFromTemplate([
          { label: tooltipOf(state).split("\n")[1] ?? "", enabled: false },
          { type: "separator" },
          { label: "Open Hive Console", click: open },
          {
            label: isPaused ? "Resume dispatching" : "Pause dispatching",
            enabled: isPaused !== null,
            click: () => setPaused(isPaused === false),
          },
          { type: "separator" },
          { label: "Quit", click: quit },
        ]),
      );
    },
    end() {
      tray?.destroy();
      tray = null;
    },
  };
}
