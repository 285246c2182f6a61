import { autocompletion, type CompletionContext, closeCompletion } from "@codemirror/autocomplete";
import { keywordCompletionSource, SQLite, schemaCompletionSource } from "@codemirror/lang-sql";
import { LanguageSupport } from "@codemirror/language";
import { type Extension, Prec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import type { Schema } from "../../../shared/model/explorer";

/** What the editor is told from outside. */
export interface SqlFeed {
  readonly schema: () => Schema | null;
  /** Where the cursor is, and what is selected; an empty text for nothing. */
  readonly onSelection: (selected: string) => void;
  readonly explain: () => void;
  readonly format: () => void;
  readonly save: () => void;
}

const LOOKS = EditorView.theme({
  "&": { fontSize: "12px" },
  ".cm-scroller": { lineHeight: "20px" },
  ".cm-tooltip.cm-tooltip-autocomplete": { borderRadius: "6px", overflow: "hidden", boxShadow: "var(--shadow-2)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-mono)", maxHeight: "220px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 10px", lineHeight: "18px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--accent-bg)", color: "var(--text-1)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600", color: "var(--accent-fg)" },
  ".cm-completionDetail": { color: "var(--text-3)", fontStyle: "normal", fontFamily: "var(--font-ui)" },
});

const offerNoMore = (view: EditorView): false => {
  closeCompletion(view);
  return false;
};

/** SQL as SQLite knows it, with completion from the schema as it is when one types. */
export function sqlLanguage(feed: SqlFeed): readonly Extension[] {
  const keywords = keywordCompletionSource(SQLite, true);
  const names = (context: CompletionContext) => {
    const tables = feed.schema()?.tables ?? [];
    const schema = Object.fromEntries(
      tables.map((table) => [table.name, table.columns.map(({ name, type }) => ({ label: name, detail: type }))]),
    );
    return schemaCompletionSource({ dialect: SQLite, schema })(context);
  };
  // Keys that are typed in an editor stay in it: these are its own, too.
  const doing = (act: () => void) => (): true => {
    act();
    return true;
  };
  return [
    new LanguageSupport(SQLite.language, [
      SQLite.language.data.of({ autocomplete: names }),
      SQLite.language.data.of({ autocomplete: keywords }),
    ]),
    autocompletion({ icons: false }),
    keymap.of([
      { key: "Mod-Shift-Enter", run: doing(feed.explain), preventDefault: true },
      { key: "Mod-Shift-f", run: doing(feed.format), preventDefault: true },
      { key: "Mod-s", run: doing(feed.save), preventDefault: true },
    ]),
    // What is offered does not cover what comes of it.
    Prec.highest(keymap.of([{ key: "Mod-Enter", run: offerNoMore }])),
    EditorView.updateListener.of((update) => {
      if (!update.selectionSet && !update.docChanged) return;
      const { from, to } = update.state.selection.main;
      feed.onSelection(update.state.sliceDoc(from, to));
    }),
    LOOKS,
  ];
}
