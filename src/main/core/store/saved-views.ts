import { HiveError } from "../../../shared/errors";
import { isLogView, type LogViewContent, type SavedView, type ViewContent } from "../../../shared/model/task-lists";
import { viewContent } from "../../../shared/search-contract";
import { integer, json, type Row, text } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";

const COLUMNS = "id, name, content, actor, changed_at";
const LIST = `SELECT ${COLUMNS} FROM console_views ORDER BY created_at, id LIMIT 500`;
const ONE = `SELECT ${COLUMNS} FROM console_views WHERE id = +?`;
const NAMED = `SELECT ${COLUMNS} FROM console_views WHERE name = +?`;
const SAVE = `INSERT INTO console_views (id, name, content, actor, created_at, changed_at)
  VALUES ($id, $name, $content, $actor, $now, $now)
  ON CONFLICT (name) DO UPDATE SET content = excluded.content, actor = excluded.actor, changed_at = excluded.changed_at`;
const RENAME = "UPDATE console_views SET name = $name, actor = $actor, changed_at = $now WHERE id = $id";
const DELETE = "DELETE FROM console_views WHERE id = ?";

/** The views of a database, the oldest first. */
export function listViews(db: ReadableDatabase): SavedView[] {
  return statement(db, LIST).all().map(decode);
}

export interface ViewToSave {
  /** Of a view that is new. */
  readonly id: string;
  readonly name: string;
  readonly content: ViewContent | LogViewContent;
  readonly actor: string;
  readonly now: number;
}

/** A name stands for one thing: throws `not_allowed` when another kind of view has it. */
export function saveView(tx: WritableDatabase, { content, ...view }: ViewToSave): SavedView {
  const holder = statement(tx, NAMED).get(view.name);
  const held = holder === undefined ? null : decode(holder).content;
  if (held !== null && kindOf(held) !== kindOf(content)) {
    throw new HiveError("not_allowed", `"${view.name}" is a view of ${kindOf(held)} already. Choose another name.`, {
      name: view.name,
    });
  }
  statement(tx, SAVE).run({ ...view, content: JSON.stringify(content) });
  return found(statement(tx, NAMED).get(view.name), view.id);
}

const kindOf = (content: ViewContent | LogViewContent): string =>
  isLogView(content) ? (content.log === "events" ? "the events" : "the audit log") : "the tasks";

/** Throws `not_found`; `not_allowed` when another view has the name. */
export function renameView(tx: WritableDatabase, given: Omit<ViewToSave, "content">): SavedView {
  const holder = statement(tx, NAMED).get(given.name);
  if (holder !== undefined && holder.id !== given.id) {
    throw new HiveError(
      "not_allowed",
      `There is a view "${given.name}" already. Choose another name, or delete that one.`,
      {
        name: given.name,
      },
    );
  }
  statement(tx, RENAME).run(given);
  return found(statement(tx, ONE).get(given.id), given.id);
}

/** Deleting what is gone is fine. */
export function deleteView(tx: WritableDatabase, id: string): void {
  statement(tx, DELETE).run(id);
}

function found(row: Row | undefined, viewId: string): SavedView {
  if (row) return decode(row);
  throw new HiveError("not_found", `There is no view ${viewId}. Another console may have deleted it.`, { viewId });
}

function decode(row: Row): SavedView {
  const content = viewContent.safeParse(json(row.content));
  return {
    id: text(row.id),
    name: text(row.name),
    content: content.success ? content.data : null,
    actor: text(row.actor),
    changedAt: integer(row.changed_at),
  };
}
