/**
 * What kind of process a report of Crashpad is of, as it is annotated: `browser` (main), `renderer`, `gpu-process`, ...; null:
 * it does not say. Names and values are texts with their length before them, each filled up to four bytes.
 */
export function processTypeOf(report: Buffer): string | null {
  const name = report.indexOf("ptype\0\0\0");
  if (name === -1) return null;
  const length = name + 8;
  if (length + 4 > report.length) return null;
  const text = length + 4;
  return report.toString("utf8", text, text + report.readUInt32LE(length)) || null;
}
