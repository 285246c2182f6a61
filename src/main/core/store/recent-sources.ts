import { integerOrNull, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";

/** A plan file with its latest launch. */
export interface RecentSource {
  /** The file's name. */
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  readonly planId: string;
  readonly title: string;
  readonly status: string;
  readonly at: number | null;
}

/** Plans looked at: those of other programs among them have no source. */
export const LATEST_SOURCES = `SELECT e.id, e.status, p.title, p.source_name, p.folder, p.launched_at
  FROM (SELECT id, status, generated_at FROM execution_plans ORDER BY coalesce(generated_at, '') DESC, id DESC LIMIT ?) e
    CROSS JOIN console_plans p ON p.plan_id = e.id
  ORDER BY coalesce(e.generated_at, '') DESC, e.id DESC`;

/** Files of the latest `looked` plans, each once, the latest first. */
export function listRecentSources(db: ReadableDatabase, looked: number): RecentSource[] {
  const found = new Map<string, RecentSource>();
  for (const row of statement(db, LATEST_SOURCES).all(looked)) {
    const name = textOrNull(row.source_name);
    const folder = textOrNull(row.folder);
    if (name === null || folder === null || found.has(`${folder}\0${name}`)) continue;
    found.set(`${folder}\0${name}`, {
      name,
      folder,
      planId: text(row.id),
      title: textOrNull(row.title) ?? name,
      status: textOrNull(row.status) ?? "draft",
      at: integerOrNull(row.launched_at),
    });
  }
  return [...found.values()];
}
