import type { BrowserWindow } from "electron";
import type { OperationInput } from "../shared/contract";
import type { Preferences } from "./preferences";
import { TITLE_BAR_HEIGHT } from "./window";

/** Sizes to choose from, as factors; 1 is the one that everything was drawn for. */
export const ZOOM_STEPS = [0.67, 0.75, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2] as const;

export type ZoomChange = OperationInput<"app.zoom">["change"];

/** The next size from one that need not be among the steps. */
export function zoomAfter(factor: number, change: ZoomChange): number {
  if (change === "reset") return 1;
  const next =
    change === "in"
      ? ZOOM_STEPS.find((step) => step > factor + 0.001)
      : ZOOM_STEPS.findLast((step) => step < factor - 0.001);
  return next ?? factor;
}

/** How large the page is drawn; kept from one start to the next. Answers the size after the change. */
export type Zoom = (change: ZoomChange) => number;

export function createZoom(window: BrowserWindow, preferences: Preferences): Zoom {
  const { webContents } = window;

  function apply(): void {
    const factor = preferences.values.zoom;
    webContents.setZoomFactor(factor);
    // The system's window buttons stand in the page's top bar: they grow with it.
    if (process.platform !== "darwin") window.setTitleBarOverlay({ height: Math.round(TITLE_BAR_HEIGHT * factor) });
  }

  const zoom: Zoom = (change) => {
    preferences.update({ zoom: zoomAfter(preferences.values.zoom, change) });
    apply();
    return preferences.values.zoom;
  };
  webContents.on("dom-ready", apply);
  // Ctrl and the wheel, where the page has no use of its own for them.
  webContents.on("zoom-changed", (_event, direction) => zoom(direction));
  return zoom;
}
