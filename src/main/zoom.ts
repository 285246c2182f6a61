import type { BrowserWindow } from "electron";
import type { OperationInput } from "../shared/contract";
import { ZOOM_FACTORS } from "../shared/model/settings/appearance";
import type { Preferences } from "./preferences";
import { TITLE_BAR_HEIGHT } from "./window";

type ZoomChange = OperationInput<"app.zoom">["change"];

/** The next size from one that need not be among the steps. */
function zoomAfter(factor: number, change: ZoomChange): number {
  if (change === "reset") return 1;
  const next =
    change === "in"
      ? ZOOM_FACTORS.find((step) => step > factor + 0.001)
      : ZOOM_FACTORS.findLast((step) => step < factor - 0.001);
  return next ?? factor;
}

/** How large the page is drawn; kept from one start to the next. Answers the size after the change. */
export type Zoom = (change: ZoomChange | { readonly to: number }) => number;

export function createZoom(window: BrowserWindow, preferences: Preferences): Zoom {
  const { webContents } = window;

  function apply(): void {
    // The page goes on for a moment when its window is gone.
    if (window.isDestroyed()) return;
    const factor = preferences.values.zoom;
    webContents.setZoomFactor(factor);
    // The system's window buttons stand in the page's top bar: they grow with it.
    if (process.platform !== "darwin") window.setTitleBarOverlay({ height: Math.round(TITLE_BAR_HEIGHT * factor) });
  }

  const zoom: Zoom = (change) => {
    preferences.update({ zoom: typeof change === "object" ? change.to : zoomAfter(preferences.values.zoom, change) });
    apply();
    return preferences.values.zoom;
  };
  webContents.on("dom-ready", apply);
  // Ctrl and the wheel, where the page has no use of its own for them.
  webContents.on("zoom-changed", (_event, direction) => zoom(direction));
  return zoom;
}
