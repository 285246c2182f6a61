import { setTimeout as delay } from "node:timers/promises";
import { BrowserWindow, type Rectangle, screen, type TitleBarOverlayOptions } from "electron";
import { CHANNELS, GROUND_ARGUMENT } from "../shared/channels";
import type { PushMessages, PushName } from "../shared/contract";
import type { Preferences } from "./preferences";

const DEFAULT_SIZE = { width: 1440, height: 900 } as const;
const MIN_SIZE = { width: 1024, height: 700 } as const;

/** Height of the top bar (`--h-topbar`); the system's window buttons are laid over it. */
export const TITLE_BAR_HEIGHT = 40;

/** How long a page may be busy before it counts as hung. */
const PAGE_PATIENCE_MS = 3_000;

/** The dark theme's `--surface-app`, until the page has said which theme it is in. */
const FIRST_BACKGROUND = "#0c0d10";

/** `--text-3` of either theme, for the system's window buttons. */
const SYMBOLS = { onDark: "#9197a3", onLight: "#606672" } as const;

export interface WindowOptions {
  readonly preloadFile: string;
  /** A PNG, for the task bar and the window list. */
  readonly iconFile: string;
  readonly preferences: Preferences;
}

/** The window, in place and in its colours, shown at its first paint. The caller loads the page. */
export function createWindow({ preloadFile, iconFile, preferences }: WindowOptions): BrowserWindow {
  const { bounds, maximized, zoom, background = FIRST_BACKGROUND } = preferences.values;
  const window = new BrowserWindow({
    ...DEFAULT_SIZE,
    ...(bounds !== undefined && isReachable(bounds) ? bounds : {}),
    minWidth: MIN_SIZE.width,
    minHeight: MIN_SIZE.height,
    show: false,
    title: "Hive Console",
    icon: iconFile,
    backgroundColor: background,
    titleBarStyle: "hidden",
    ...(process.platform === "darwin"
      ? { trafficLightPosition: { x: 14, y: 13 } }
      : { titleBarOverlay: overlay(background, zoom) }),
    webPreferences: {
      preload: preloadFile,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webviewTag: false,
      spellcheck: false,
      zoomFactor: zoom,
      additionalArguments: [`${GROUND_ARGUMENT}${isDark(background) ? "dark" : "light"}`],
    },
  });
  window.once("ready-to-show", () => {
    if (maximized) window.maximize();
    window.show();
  });
  rememberPlace(window, preferences);
  followTheme(window, preferences);
  return window;
}

function rememberPlace(window: BrowserWindow, preferences: Preferences): void {
  window.on("close", () => {
    preferences.update({ bounds: window.getNormalBounds(), maximized: window.isMaximized() });
  });
}

/** The page tells its ground by `<meta name="theme-color">`; the title bar and the next start take it over. */
function followTheme(window: BrowserWindow, preferences: Preferences): void {
  window.webContents.on("did-change-theme-color", (_event, color) => {
    if (window.isDestroyed() || color === null || !/^#[0-9a-f]{6}$/i.test(color)) return;
    window.setBackgroundColor(color);
    if (process.platform !== "darwin") window.setTitleBarOverlay(overlay(color, preferences.values.zoom));
    if (color !== preferences.values.background) preferences.update({ background: color });
  });
}

function overlay(background: string, zoom: number): TitleBarOverlayOptions {
  return {
    color: background,
    symbolColor: isDark(background) ? SYMBOLS.onDark : SYMBOLS.onLight,
    height: Math.round(TITLE_BAR_HEIGHT * zoom),
  };
}

function isDark(color: string): boolean {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return red * 0.299 + green * 0.587 + blue * 0.114 < 128;
}

/** Whether enough of the title bar lies on a screen of today to grab it. */
function isReachable(bounds: Rectangle): boolean {
  return screen.getAllDisplays().some(({ workArea }) => {
    const overlapX = Math.min(bounds.x + bounds.width, workArea.x + workArea.width) - Math.max(bounds.x, workArea.x);
    return (
      overlapX >= 100 &&
      bounds.y >= workArea.y - TITLE_BAR_HEIGHT / 2 &&
      bounds.y < workArea.y + workArea.height - TITLE_BAR_HEIGHT
    );
  });
}

/** Whether anybody can see what the window shows. */
export function isSeen(window: BrowserWindow): boolean {
  return !window.isDestroyed() && window.isVisible() && !window.isMinimized();
}

export type Send = <Name extends PushName>(name: Name, message: PushMessages[Name]) => void;

/** Sends to the window's page as long as there is one. */
export function senderTo(window: BrowserWindow): Send {
  return (name, message) => {
    if (!window.isDestroyed() && !window.webContents.isDestroyed()) {
      window.webContents.send(CHANNELS.push, name, message);
    }
  };
}

/** Whether the page is there and runs scripts: not loading, crashed or caught in a loop. */
export async function isResponsive({ webContents }: BrowserWindow): Promise<boolean> {
  if (webContents.isCrashed() || webContents.isLoadingMainFrame()) return false;
  const patience = new AbortController();
  const silence = delay(PAGE_PATIENCE_MS, false, { signal: patience.signal }).catch(() => false);
  const sign = webContents.executeJavaScript("true").then(Boolean, () => false);
  const answer = await Promise.race([sign, silence]);
  patience.abort();
  return answer;
}
