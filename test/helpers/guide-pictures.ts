import { copyFileSync, mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";

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
  "explorer-row": "explorer",
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
export function keepForGuide(name: string, file: string, root: string): void {
  const picture = GUIDE_PICTURES[name];
  if (place !== undefined && picture !== undefined) copyFileSync(file, join(root, "docs/images", `${picture}.png`));
}
