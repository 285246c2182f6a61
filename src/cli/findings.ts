import type { PlanFinding } from "../shared/model/plan-definition";
import type { Output } from "./output";
import type { PlanFile } from "./plan-file";
import type { Paint } from "./style";
import { displayWidth, plainLine, plainText, truncate } from "./text";

const SOURCE_WIDTH = 160;

/**
 * A finding as compilers print theirs: `file:line:column: message`, then the offending line with a caret below
 * the place. A finding without a place in the text is its first line alone.
 */
export function formatFinding(finding: PlanFinding, path: string, text: string, paint: Paint): string[] {
  const severity = finding.severity === "warning" ? paint("yellow", "warning: ") : "";
  const place = [path, finding.line, finding.line === null ? null : finding.column].filter((part) => part !== null);
  const lines = [`${paint("bold", `${place.join(":")}:`)} ${severity}${plainText(finding.message)}`];

  const source = finding.line === null ? undefined : text.split(/\r\n|\r|\n/)[finding.line - 1];
  if (finding.line === null || source === undefined) return lines;

  const number = String(finding.line).padStart(5);
  lines.push(`${paint("grey", `${number} |`)} ${truncate(plainLine(source), SOURCE_WIDTH)}`.trimEnd());
  if (finding.column !== null && finding.column <= SOURCE_WIDTH) {
    const before = displayWidth(plainLine(source.slice(0, finding.column - 1)));
    lines.push(`${paint("grey", "      |")} ${" ".repeat(before)}${paint("red", "^")}`);
  }
  return lines;
}

export function hasErrors(findings: readonly PlanFinding[]): boolean {
  return findings.some((finding) => finding.severity === "error");
}

/** Prints all of them, in the order of the text. */
export function printFindings(output: Output, findings: readonly PlanFinding[], file: PlanFile): void {
  for (const finding of findings) {
    for (const line of formatFinding(finding, file.path, file.text, output.paint)) output.line(line);
  }
}
