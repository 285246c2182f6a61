import { autocompletion } from "@codemirror/autocomplete";
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import type { Extension, Text } from "@codemirror/state";
import { EditorView, keymap, ViewPlugin } from "@codemirror/view";
import type { PlanFinding } from "../../../shared/model/plan-definition";
import { completePlan, type KnownAgent } from "./plan-completion";

/** What an editor of a plan is told from outside, as long as it is there. */
export interface PlanFeed {
  readonly agents: () => readonly KnownAgent[];
  /** What is wrong with a text; null: nothing is known of this one yet. */
  readonly findings: (text: string) => readonly PlanFinding[] | null;
  /** Calls back when findings may have changed, until the returned function is called. */
  readonly onFindings: (listener: () => void) => () => void;
  /** Calls back with a line to look at, and at once with the one that was asked for before. */
  readonly onLine: (listener: (line: number) => void) => () => void;
  readonly save: () => void;
}

const LOOKS = EditorView.theme({
  ".cm-scroller": { scrollbarWidth: "thin", scrollbarColor: "var(--border-3) transparent" },
  ".cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--st-escalated)",
    textUnderlineOffset: "3px",
  },
  ".cm-diagnostic-warning": { borderLeft: "3px solid var(--st-escalated)" },
  ".cm-gutter-lint": { width: "14px" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "2px 0 0 2px" },
  ".cm-lint-marker": { width: "8px", height: "8px", margin: "3px 1px", borderRadius: "50%", content: "none" },
  ".cm-lint-marker-error": { background: "var(--st-failed)", content: '""' },
  ".cm-lint-marker-warning": { background: "var(--st-escalated)", content: '""' },
  ".cm-tooltip.cm-tooltip-autocomplete": { borderRadius: "6px", overflow: "hidden", boxShadow: "var(--shadow-2)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-mono)", maxHeight: "220px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 10px", lineHeight: "18px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--accent-bg)", color: "var(--text-1)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600", color: "var(--accent-fg)" },
  ".cm-completionDetail": { color: "var(--text-3)", fontStyle: "normal", fontFamily: "var(--font-ui)" },
  ".cm-tooltip.cm-completionInfo": {
    maxWidth: "320px",
    padding: "6px 10px",
    fontFamily: "var(--font-ui)",
    lineHeight: "16px",
  },
});

/** The syntax of a plan file, completion, findings where they are, and Ctrl+S. */
export function planLanguage(fileName: string, feed: PlanFeed): readonly Extension[] {
  const save = (): boolean => {
    feed.save();
    return true;
  };
  return [
    fileName.endsWith(".json") ? json() : yaml(),
    autocompletion({ icons: false, override: [(context) => completePlan(context, feed.agents())] }),
    lintGutter(),
    // What scrolls by itself is reached by keyboard.
    EditorView.contentAttributes.of({ tabindex: "0" }),
    keymap.of([{ key: "Mod-s", run: save, preventDefault: true }]),
    ViewPlugin.define((view) => follow(view, feed)),
    LOOKS,
  ];
}

function follow(view: EditorView, feed: PlanFeed): { destroy(): void } {
  let isGone = false;
  const mark = (): void => {
    const findings = feed.findings(view.state.doc.toString());
    if (findings === null || isGone) return;
    view.dispatch(setDiagnostics(view.state, diagnosticsOf(view.state.doc, findings)));
  };
  const look = (line: number): void => {
    if (isGone) return;
    const { from } = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines));
    view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
  };
  // A view that is being made cannot be changed yet.
  queueMicrotask(mark);
  const ends = [feed.onFindings(() => queueMicrotask(mark)), feed.onLine((line) => queueMicrotask(() => look(line)))];
  return {
    destroy() {
      isGone = true;
      for (const end of ends) end();
    },
  };
}

/** Findings with a place, from there to the end of the word or the line. */
export function diagnosticsOf(doc: Text, findings: readonly PlanFinding[]): Diagnostic[] {
  return findings
    .flatMap(({ line, column, severity, message }): Diagnostic[] => {
      if (line === null || line < 1 || line > doc.lines) return [];
      const { from, to, text } = doc.line(line);
      const start = Math.min(column === null ? text.length - text.trimStart().length : column - 1, text.length);
      const word = /^[\w./-]+/.exec(text.slice(start))?.[0].length ?? 0;
      return [{ from: from + start, to: column !== null && word > 0 ? from + start + word : to, severity, message }];
    })
    .sort((a, b) => a.from - b.from);
}
