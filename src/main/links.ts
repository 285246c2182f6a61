/** What a link of ours, `hive://task/<id>`, leads to. It can show something, and do nothing. */
export interface TaskLink {
  readonly taskId: string;
}

export const LINK_SCHEME = "hive:";

/** Ids are short; whatever is longer is none. */
const LONGEST_ID = 200;
const SHAPE = /^hive:\/\/task\/([\w.~%:@+-]+)\/?$/i;

/**
 * Reads a link: anybody may have written it. Null: it is none of those that are known, with nothing before, behind or
 * between.
 */
export function parseLink(text: string): TaskLink | null {
  const encoded = SHAPE.exec(text)?.[1];
  if (encoded === undefined) return null;
  try {
    const taskId = decodeURIComponent(encoded);
    const isId = taskId.length <= LONGEST_ID && !/\p{Cc}/u.test(taskId);
    return isId ? { taskId } : null;
  } catch {
    return null;
  }
}

/** Where in the page a link leads, whatever stands in it. */
export function linkPlace({ taskId }: TaskLink): string {
  return `#/tasks/${encodeURIComponent(taskId)}`;
}
