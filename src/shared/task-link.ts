/** The link that shows a task, wherever it is opened: `hive://task/<id>`. */
export function taskLink(taskId: string): string {
  // What `encodeURIComponent` leaves alone, other programs take for the end of a link.
  const id = encodeURIComponent(taskId).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
  return `hive://task/${id}`;
}
