import { Ellipsis, Pencil, Trash2 } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { formatFilterText, parseFilterText } from "../../../shared/model/task-filter-text";
import { isLogView, type SavedView, type ViewContent } from "../../../shared/model/task-lists";
import { formatPlace, type TasksPlace, tasksPlace } from "../../location";
import { IconButton } from "../../ui/button";
import { cx } from "../../ui/class-names";
import { formatCount } from "../../ui/format";
import { Menu, MenuItem } from "../../ui/menu";
import { NameDialog } from "../dialogs/name-dialog";
import { useReadOnlyReason } from "../shell/app-store";
import { deleteView, loadViews, renameView, saveView, useViews } from "./saved-views";
import styles from "./tasks-view.module.css";
import { countViews, useViewCounts } from "./view-counts";

/** What everybody has, before anybody saved anything. */
const BUILT_IN: ReadonlyArray<readonly [name: string, query: string]> = [
  ["All", ""],
  ["Last 24 hours", "changed:<1d"],
  ["Failing now", "state:failed"],
  ["Wants a person", "state:review_pending,escalated,rework_needed"],
];

const KEPT = "Views are kept in the database: every console of it has them.";

/** A saved view of the board; one that nobody here can read is shown, too. */
interface BoardView extends SavedView {
  readonly content: ViewContent | null;
}

function ofBoard({ content, ...view }: SavedView): BoardView[] {
  return content !== null && isLogView(content) ? [] : [{ ...view, content }];
}

function placeOf({ filter, layout, order }: ViewContent): TasksPlace {
  return tasksPlace(formatFilterText(filter), { layout, order: order ?? null });
}

function Count({ query }: { readonly query: string }) {
  const known = useViewCounts((counts) => counts[query]);
  if (known === undefined) return null;
  return (
    <span className={styles.viewCount} aria-hidden="true">
      {formatCount(known.count)}
      {known.isPartial && "+"}
    </span>
  );
}

/** Views by name: those that everybody has, and those that somebody saved. */
export function ViewsStrip({ place }: { readonly place: TasksPlace }) {
  const all = useViews((state) => state.views);
  const views = useMemo(() => all.flatMap(ofBoard), [all]);
  const [renamed, setRenamed] = useState<SavedView | null>(null);
  const readOnly = useReadOnlyReason();
  useEffect(() => {
    void loadViews();
    const again = (): void => void loadViews();
    window.addEventListener("focus", again);
    return () => window.removeEventListener("focus", again);
  }, []);
  const filters = useMemo(
    () => [
      ...BUILT_IN.map(([, query]) => parseFilterText(query).filter),
      ...views.flatMap(({ content }) => (content === null ? [] : [content.filter])),
    ],
    [views],
  );
  useEffect(() => countViews(filters), [filters]);
  const current = views.find(({ content }) => content !== null && formatFilterText(content.filter) === place.query);
  return (
    <nav className={styles.views} aria-label="Views">
      {BUILT_IN.map(([name, query]) => (
        <a
          key={name}
          href={formatPlace({ ...place, query, taskId: null })}
          className={cx(styles.view, place.query === query && styles.viewOn)}
          aria-current={place.query === query ? "true" : undefined}
        >
          {name}
          <Count query={query} />
        </a>
      ))}
      {views.map((view) => {
        const { content } = view;
        return (
          <a
            key={view.id}
            href={formatPlace(content === null ? place : placeOf(content))}
            className={cx(styles.view, view === current && styles.viewOn)}
            aria-current={view === current ? "true" : undefined}
            title={
              content === null
                ? "A newer console saved this view: this one cannot show it."
                : formatFilterText(content.filter)
            }
          >
            {view.name}
            {content !== null && <Count query={formatFilterText(content.filter)} />}
          </a>
        );
      })}
      {current !== undefined && (
        <Menu
          trigger={
            <IconButton label={`Change view ${current.name}`} size="xs">
              <Ellipsis size={12} />
            </IconButton>
          }
        >
          <MenuItem icon={<Pencil size={12} />} disabledReason={readOnly} onSelect={() => setRenamed(current)}>
            Rename…
          </MenuItem>
          <MenuItem icon={<Trash2 size={12} />} disabledReason={readOnly} onSelect={() => void deleteView(current)}>
            Delete
          </MenuItem>
        </Menu>
      )}
      {renamed !== null && (
        <NameDialog
          title="Rename view"
          description={KEPT}
          confirm="Rename"
          name={renamed.name}
          onClose={() => setRenamed(null)}
          onName={(name) => renameView(renamed, name)}
        />
      )}
    </nav>
  );
}

/** Asks for the name of the view on screen. */
export function SaveViewDialog({ content, onClose }: { readonly content: ViewContent; readonly onClose: () => void }) {
  const views = useViews((state) => state.views);
  return (
    <NameDialog
      title="Save view"
      description={KEPT}
      confirm="Save"
      name=""
      taken={views.map(({ name }) => name)}
      onClose={onClose}
      onName={(name) => saveView(name, content)}
    />
  );
}
