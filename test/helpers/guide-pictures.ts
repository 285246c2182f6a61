import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";

/** Screens that the guide shows, by the name under which the tests look at them, and the file in docs/images. */
const GUIDE_PICTURES: Readonly<Record<string, string>> = {
  "overview-empty": "welcome",
  overview: "overview",
  launch: "launch",
  "plan-graph": "plan",
  "plan-timeline": "timeline",
  "plan-past": "past",
  "task-log": "log",
  events: "events",
  board: "board",
  schedules: "schedules",
  workers: "workers",
  "agents-panel": "agents",
  migration: "migration",
  planning: "requests",
  fleet: "fleet",
  doctor: "doctor",
  "explorer-chart": "explorer",
  "settings-subscriptions": "settings",
  palette: "palette",
};

/** Set by `npm run pictures`: where the folders of the tests are, so that the paths in the pictures look like a person's. */
const place = process.env.HIVE_PICTURES;

/** A folder for what the pictures show; null: no pictures are being taken. */
export function pictureFolder(): string | null {
  if (place === undefined) return null;
  mkdirSync(place, { recursive: true });
  return mkdtempSync(join(place, "shop-"));
}

/** Keeps a picture for the guide, if it shows this screen and pictures are being taken. */
export async function keepForGuide(page: Page, name: string, file: string, root: string): Promise<void> {
  const picture = GUIDE_PICTURES[name];
  if (place === undefined || picture === undefined) return;
  writeFileSync(join(root, "docs/images", `${picture}.webp`), await smaller(page, readFileSync(file)));
}

/** A PNG as WebP, which is a quarter as large; Chromium itself makes it. */
export async function smaller(page: Page, png: Buffer): Promise<Buffer> {
  const made = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = document.createElement("canvas");
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
    return canvas.toDataURL("image/webp", 0.86).split(",")[1] ?? "";
  }, png.toString("base64"));
  return Buffer.from(made, "base64");
}
