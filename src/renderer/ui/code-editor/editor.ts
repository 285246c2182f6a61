import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintKeymap } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export interface EditorOptions {
  readonly parent: HTMLElement;
  readonly text: string;
  /** Names it for screen readers. */
  readonly label: string;
  readonly readOnly: boolean;
  /** The language and what checks the text. The same array from one time to the next. */
  readonly extensions: readonly Extension[];
  /** Whether it takes the focus when it appears. */
  readonly focus?: boolean | undefined;
  readonly onChange: (text: string) => void;
  readonly onSubmit: () => void;
  readonly onLeave: () => void;
}

export interface Editor {
  setText(text: string): void;
  destroy(): void;
}

const THEME = EditorView.theme({
  "&": { flex: "1", minWidth: "0", fontSize: "11px", color: "var(--text-2)", background: "var(--surface-inset)" },
  "&.cm-focused": { outline: "none" },
  // Over the gutter and the text, which have grounds of their own.
  "&.cm-focused::after": {
    content: "''",
    position: "absolute",
    zIndex: "300",
    inset: "0",
    border: "2px solid var(--accent)",
    pointerEvents: "none",
  },
  ".cm-scroller": {
    fontFamily: "var(--font-mono)",
    lineHeight: "18px",
    overflow: "auto",
    scrollbarWidth: "thin",
    scrollbarColor: "var(--border-3) transparent",
  },
  ".cm-content": { caretColor: "var(--text-1)", padding: "6px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text-1)" },
  ".cm-gutters": { background: "var(--surface-inset)", color: "var(--text-3)", border: "none" },
  ".cm-activeLine": { background: "color-mix(in srgb, var(--text-1) 4%, transparent)" },
  ".cm-activeLineGutter": { background: "transparent" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--accent-bg)",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { background: "var(--mark-bg)", outline: "none" },
  ".cm-foldPlaceholder": { background: "transparent", border: "1px solid var(--border-2)", color: "var(--text-3)" },
  ".cm-tooltip": { background: "var(--surface-overlay)", color: "var(--text-1)", border: "1px solid var(--border-2)" },
  ".cm-diagnostic": { padding: "4px 8px", fontFamily: "var(--font-ui)" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--st-failed)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--st-failed)",
    textUnderlineOffset: "3px",
  },
});

const HIGHLIGHT = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--st-running-fg)" },
  { tag: tags.string, color: "var(--st-completed-fg)" },
  { tag: tags.number, color: "var(--st-escalated-fg)" },
  { tag: [tags.bool, tags.null, tags.keyword], color: "var(--st-review-fg)" },
  { tag: [tags.punctuation, tags.separator, tags.brace, tags.squareBracket], color: "var(--text-3)" },
  { tag: tags.comment, color: "var(--text-3)", fontStyle: "italic" },
  { tag: tags.invalid, color: "var(--st-failed-fg)" },
]);

const LOOKS: readonly Extension[] = [
  lineNumbers(),
  foldGutter(),
  bracketMatching(),
  EditorView.lineWrapping,
  syntaxHighlighting(HIGHLIGHT),
  THEME,
];

const handled = (act: () => void) => (): true => {
  act();
  return true;
};

/**
 * An editor in a shadow root: there its rules are an adopted sheet, which the page's policy admits. Keys that are typed
 * in it stay in it: the page takes its host for an element like any other and would act on them.
 */
export function createEditor(options: EditorOptions): Editor {
  const { parent, text, label, readOnly, extensions, focus = false, onChange, onSubmit, onLeave } = options;
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: "open" });
  let told = text;
  // Tab moves the focus on, as everywhere.
  const editable: readonly Extension[] = readOnly
    ? [EditorState.readOnly.of(true), EditorView.contentAttributes.of({ "aria-readonly": "true" })]
    : [
        keymap.of([
          { key: "Mod-Enter", run: handled(onSubmit) },
          { key: "Escape", run: handled(onLeave) },
          ...historyKeymap,
        ]),
        history(),
        indentOnInput(),
        highlightActiveLine(),
        drawSelection(),
      ];
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        editable,
        keymap.of([...foldKeymap, ...lintKeymap, ...defaultKeymap]),
        LOOKS,
        [...extensions],
        EditorView.contentAttributes.of({ "aria-label": label, "aria-multiline": "true", tabindex: "0" }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          told = update.state.doc.toString();
          onChange(told);
        }),
      ],
    }),
  });
  const keep = (event: KeyboardEvent): void => event.stopPropagation();
  if (!readOnly) root.addEventListener("keydown", keep as EventListener);
  if (focus) view.focus();
  return {
    setText(next) {
      if (next === told) return;
      told = next;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
    destroy() {
      root.removeEventListener("keydown", keep as EventListener);
      view.destroy();
    },
  };
}
