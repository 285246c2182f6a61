import type { Frame } from "./paint";
import type { Scene } from "./scene";
import type { Viewport } from "./viewport";

/** The last whole picture, to be shown moved or larger while a new one would take too long. */
export interface Still {
  keep(canvas: HTMLCanvasElement, frame: Frame): void;
  /** False when there is none of this scene. */
  paint(context: CanvasRenderingContext2D, frame: Frame): boolean;
}

export function createStill(): Still {
  const copy = document.createElement("canvas");
  const copyContext = copy.getContext("2d", { alpha: false });
  let kept: { readonly scene: Scene; readonly view: Viewport } | null = null;
  return {
    keep(canvas, { scene, view }) {
      copy.width = canvas.width;
      copy.height = canvas.height;
      copyContext?.drawImage(canvas, 0, 0);
      kept = { scene, view };
    },
    paint(context, { scene, view, palette, pixelRatio }) {
      if (kept === null || kept.scene !== scene) return false;
      const scale = view.zoom / kept.view.zoom;
      const left = (kept.view.x - view.x) * view.zoom * pixelRatio;
      const top = (kept.view.y - view.y) * view.zoom * pixelRatio;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.fillStyle = palette.ground;
      context.fillRect(0, 0, context.canvas.width, context.canvas.height);
      context.drawImage(copy, left, top, copy.width * scale, copy.height * scale);
      return true;
    },
  };
}
