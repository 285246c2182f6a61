import { Bookmark, ChevronDown, Pencil, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { type FilteredLog, formatLogFilter, type LogTerm, parseLogFilter } from "../../../shared/model/log-filter-text";
import { isLogView, type SavedView } from "../../../shared/model/task-lists";
import { Button } from "../../ui/button";
import { Menu, MenuChoice, MenuHeading, MenuItem, MenuLine } from "../../ui/menu";
import { deleteView, loadViews, renameView, saveView, useViews } from "../board/saved-views";
import { NameDialog } from "../dialogs/name-dialog";
import { useReadOnlyReason } from "../shell/app-store";
import { rowsOfLog } from "./log-place";

/** What everybody has, before anybody saved anything. */
const BUILT_IN: Readonly<Record<FilteredLog, ReadonlyArray<readonly [name: string, query: string]>>> = {
  events: [
    ["Failures", "*.failed *.error"],
    ["Reviews", "review.*"],
    ["Plans", "plan.*"],
    ["Workers", "agent.*"],
    ["Without heartbeats", "-agent.heartbeat"],
  ],
  audit: [
    ["Launches and ends of plans", "plans.*"],
    ["What was done to tasks", "tasks.*"],
    ["What was done to workers", "workers.*"],
    ["Settings", "settings.*"],
  ],
};

const KEPT = "Views are kept in the database: every console of it has them.";

interface LogViewsProps {
  readonly log: FilteredLog;
  readonly terms: readonly LogTerm[];
  readonly onFilter: (query: string) => void;
}

/** A filter as it is written, whoever typed it. */
const tidy = (log: FilteredLog, query: string): string => formatLogFilter(parseLogFilter(log, query, Date.now()).terms);

/** Filters by name: those that everybody has, and those that somebody saved; and the one on screen can be saved. */
export function LogViews({ log, terms, onFilter }: LogViewsProps) {
  const all = useViews((state) => state.views);
  const readOnly = useReadOnlyReason();
  const [dialog, setDialog] = useState<"save" | SavedView | null>(null);
  useEffect(() => {
    void loadViews();
    const again = (): void => void loadViews();
    window.addEventListener("focus", again);
    return () => window.removeEventListener("focus", again);
  }, []);
  const query = formatLogFilter(terms);
  const views = all.flatMap((view) => {
    const { content } = view;
    return content !== null && isLogView(content) && content.log === log
      ? [{ view, query: tidy(log, content.query) }]
      : [];
  });
  const current = views.find((one) => one.query === query);
  const builtIn = BUILT_IN[log].find(([, known]) => tidy(log, known) === query);
  const close = (): void => setDialog(null);
  return (
    <>
      <Menu
        align="end"
        focusAfter={rowsOfLog}
        trigger={
          <Button size="sm">
            {current?.view.name ?? builtIn?.[0] ?? "Views"} <ChevronDown size={12} />
          </Button>
        }
      >
        <MenuChoice isChosen={terms.length === 0} onSelect={() => onFilter("")}>
          All
        </MenuChoice>
        {BUILT_IN[log].map(([name, known]) => (
          <MenuChoice key={name} isChosen={builtIn?.[0] === name} hint={known} onSelect={() => onFilter(known)}>
            {name}
          </MenuChoice>
        ))}
        {views.length > 0 && <MenuHeading>Saved</MenuHeading>}
        {views.map(({ view, query: kept }) => (
          <MenuChoice
            key={view.id}
            isChosen={current?.view === view}
            hint={kept.length > 40 ? `${kept.slice(0, 40)}…` : kept}
            onSelect={() => onFilter(kept)}
          >
            {view.name}
          </MenuChoice>
        ))}
        {current !== undefined && (
          <>
            <MenuLine />
            <MenuItem icon={<Pencil size={12} />} disabledReason={readOnly} onSelect={() => setDialog(current.view)}>
              Rename {current.view.name}…
            </MenuItem>
            <MenuItem
              icon={<Trash2 size={12} />}
              disabledReason={readOnly}
              onSelect={() => void deleteView(current.view)}
            >
              Delete {current.view.name}
            </MenuItem>
          </>
        )}
      </Menu>
      <Button
        size="sm"
        icon={<Bookmark size={12} />}
        disabledReason={readOnly ?? (terms.length === 0 ? "There is no filter to save" : null)}
        onClick={() => setDialog("save")}
      >
        Save
      </Button>
      {dialog === "save" && (
        <NameDialog
          title="Save view"
          description={KEPT}
          confirm="Save"
          name=""
          taken={views.map(({ view }) => view.name)}
          onClose={close}
          onName={(name) => saveView(name, { log, query })}
        />
      )}
      {dialog !== null && dialog !== "save" && (
        <NameDialog
          title="Rename view"
          description={KEPT}
          confirm="Rename"
          name={dialog.name}
          onClose={close}
          onName={(name) => renameView(dialog, name)}
        />
      )}
    </>
  );
}
