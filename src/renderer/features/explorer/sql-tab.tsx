import { Bookmark, ListTree, Play, Square, WrapText } from "lucide-react";
import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { formatSql } from "../../../shared/model/sql-format";
import { parameterNames } from "../../../shared/model/sql-text";
import { Button } from "../../ui/button";
import { CodeEditor } from "../../ui/code-editor/code-editor";
import { useHotkeys } from "../../ui/hotkeys";
import { useReadOnlyReason } from "../shell/app-store";
import { saveQuery, useQueries } from "./queries-store";
import { parametersOf, runQuery, setParameter, stopQuery, useParameters, useRuns } from "./run-store";
import { loadSchema, useSchema } from "./schema-store";
import { sqlLanguage } from "./sql-language";
import { SqlResults } from "./sql-results";
import styles from "./sql-tab.module.css";
import { changeQuery, type QueryTab, titleOf } from "./tabs-store";
import { WriteDialog } from "./write-dialog";
import { askToWrite, previewWrite, stopWork, useWriting } from "./write-store";

interface SqlTabProps {
  readonly tab: QueryTab;
  readonly gridRef: RefObject<HTMLTableElement | null>;
}

/** An editor of SQL, and what came of it. */
export function SqlTab({ tab, gridRef }: SqlTabProps) {
  const { id, text } = tab;
  const run = useRuns((runs) => runs[id]);
  const isOn = useWriting((state) => state.mode.isOn);
  const work = useWriting((state) => state.work);
  const readOnly = useReadOnlyReason();
  const selected = useRef("");
  const area = useRef<HTMLDivElement>(null);
  const [isNaming, setNaming] = useState(false);
  const isTrying = work?.kind === "trying";
  const isRunning = run?.state === "running" || isTrying;
  const chosen = (): string => (selected.current.trim() === "" ? text : selected.current);

  async function start(): Promise<void> {
    const sql = chosen();
    if (sql.trim() === "") return;
    const ended = await runQuery(id, sql);
    const refused = ended?.results.some(({ failure }) => failure?.isRefused === true) ?? false;
    if (refused && useWriting.getState().mode.isOn) await previewWrite(sql, parametersOf(id, sql));
  }
  const explain = (): void => void runQuery(id, chosen(), { isPlan: true });
  const format = (): void => changeQuery(id, { text: formatSql(text) });
  const save = (): void => setNaming(true);
  const acts = useRef({ explain, format, save });
  useEffect(() => {
    acts.current = { explain, format, save };
  });
  const extensions = useMemo(
    () =>
      sqlLanguage({
        schema: () => useSchema.getState().schema,
        onSelection: (words) => {
          selected.current = words;
        },
        explain: () => acts.current.explain(),
        format: () => acts.current.format(),
        save: () => acts.current.save(),
      }),
    [],
  );
  const stop = (): void => void (isTrying ? stopWork() : stopQuery(id));
  useHotkeys({
    group: "Explorer",
    hotkeys: [
      {
        keys: ["Mod+Enter"],
        label: "Run",
        hint: true,
        whileTyping: true,
        run: () => void start(),
      },
      { keys: ["Mod+Shift+Enter"], label: "Explain", whileTyping: true, run: explain },
      { keys: ["Mod+Shift+F"], label: "Format the SQL", whileTyping: true, run: format },
      {
        keys: ["Shift+X"],
        label: isTrying ? "Stop trying the change" : "Stop the query",
        hint: isRunning,
        disabled: !isRunning,
        run: stop,
      },
      {
        keys: ["e"],
        label: "Edit the SQL",
        hint: { keys: ["e"], label: "Edit" },
        run: () => focusEditor(area.current),
      },
      { keys: ["Mod+s"], label: "Save the query", whileTyping: true, run: save },
    ],
  });
  const names = parameterNames(text);
  const wayToWrite = isOn
    ? {
        label: "Show what would change",
        isOn,
        run: () => void previewWrite(run?.sql ?? text, parametersOf(id, run?.sql ?? text)),
      }
    : readOnly === null
      ? { label: "Turn on the write mode…", isOn, run: askToWrite }
      : null;
  return (
    <div className={styles.sql} ref={area}>
      <div className={styles.editor}>
        <CodeEditor
          key={id}
          value={text}
          label="SQL"
          readOnly={false}
          extensions={extensions}
          onChange={(next) => changeQuery(id, { text: next })}
          onSubmit={() => void start()}
          onLeave={() => (gridRef.current === null ? blurAll() : gridRef.current.focus())}
        />
      </div>
      <div className={styles.runBar}>
        <span className={styles.go}>
          {/* Both keep their room: nothing beside them moves when one takes the other's place. */}
          <span data-shown={isRunning}>
            <Button variant="default" icon={<Square size={12} />} keys="Shift+X" onClick={stop}>
              Stop
            </Button>
          </span>
          <span data-shown={!isRunning}>
            <Button
              variant={isOn ? "danger-quiet" : "default"}
              icon={<Play size={12} />}
              keys="Mod+Enter"
              disabledReason={text.trim() === "" ? "There is nothing to run yet." : null}
              onClick={() => void start()}
            >
              Run
            </Button>
          </span>
        </span>
        <Button icon={<ListTree size={12} />} onClick={explain}>
          Explain
        </Button>
        <Button
          icon={<WrapText size={12} />}
          disabledReason={text.trim() === "" ? "There is nothing to format yet." : null}
          onClick={format}
        >
          Format
        </Button>
        {names.length > 0 && <Parameters tabId={id} names={names} onSubmit={() => void start()} />}
        <span className={styles.push} role="status">
          {isTrying && <span className={styles.trying}>Trying what it would change; nothing is written yet…</span>}
        </span>
        {isNaming ? (
          <NameField
            proposed={tab.name ?? titleOf(tab)}
            onClose={() => setNaming(false)}
            own={tab.name}
            onSave={async (name) => {
              if (!(await saveQuery(name, text))) return;
              changeQuery(id, { name, saved: text });
              setNaming(false);
            }}
          />
        ) : (
          <Button variant="ghost" icon={<Bookmark size={12} />} keys="Mod+S" onClick={save}>
            Save query
          </Button>
        )}
      </div>
      <SqlResults tabId={id} gridRef={gridRef} wayToWrite={wayToWrite} />
      <WriteDialog onWritten={() => void loadSchema()} />
    </div>
  );
}

function blurAll(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

/** The editor lives in a shadow root. */
function focusEditor(area: HTMLElement | null): void {
  for (const host of area?.querySelectorAll("div") ?? []) {
    const content = host.shadowRoot?.querySelector(".cm-content");
    if (content instanceof HTMLElement) content.focus();
  }
}

interface ParametersProps {
  readonly tabId: string;
  readonly names: readonly string[];
  readonly onSubmit: () => void;
}

function Parameters({ tabId, names, onSubmit }: ParametersProps) {
  const given = useParameters((all) => all[tabId]);
  return (
    <fieldset className={styles.parameters} aria-label="Parameters">
      {names.map((name) => (
        <label key={name}>
          <code>{name}</code>
          <input
            type="text"
            value={given?.[name.slice(1)] ?? ""}
            placeholder="NULL"
            spellCheck={false}
            onChange={(event) => setParameter(tabId, name.slice(1), event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) onSubmit();
            }}
          />
        </label>
      ))}
    </fieldset>
  );
}

interface NameFieldProps {
  readonly proposed: string;
  /** What the text is saved as already; null: it is not. */
  readonly own: string | null;
  readonly onSave: (name: string) => Promise<void>;
  readonly onClose: () => void;
}

function NameField({ proposed, own, onSave, onClose }: NameFieldProps) {
  const [name, setName] = useState(proposed);
  const field = useRef<HTMLInputElement>(null);
  const isTaken = useQueries(({ saved }) => saved.some((query) => query.name === name.trim() && query.name !== own));
  useEffect(() => field.current?.select(), []);
  return (
    <form
      className={styles.naming}
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "") void onSave(name.trim());
      }}
    >
      <input
        ref={field}
        value={name}
        maxLength={200}
        aria-label="Name of the query"
        title={isTaken ? `There is a query ${name.trim()} already: it is replaced.` : undefined}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          onClose();
        }}
      />
      <Button type="submit" size="sm" variant={isTaken ? "danger-quiet" : "default"}>
        {isTaken ? "Replace" : "Save"}
      </Button>
    </form>
  );
}
