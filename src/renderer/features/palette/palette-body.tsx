import { Command } from "cmdk";
import { Bot, Clock, CornerDownLeft, History, Search, X } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useMemo, useState } from "react";
import { agentsPlace } from "../../agents-place";
import { messageOf } from "../../api";
import { goTo, planPlace, taskPlace } from "../../location";
import { planningPlace } from "../../planning-place";
import { SECTION_LABELS, SETTINGS_SECTIONS } from "../../settings-place";
import { formatAge, shortId } from "../../ui/format";
import { useHotkeySheet } from "../../ui/hotkeys";
import { Kbd } from "../../ui/kbd";
import { lookOf } from "../../ui/looks";
import { StatusGlyph, WorkerGlyph } from "../../ui/status";
import { newDatabase } from "../databases/database-choice";
import { openAbout } from "../dialogs/dialogs-store";
import { usePlan } from "../plans/plan-store";
import { cycleTheme } from "../settings/settings-store";
import { RAIL_ENTRIES } from "../shell/rail";
import { ActIcon } from "./act-icon";
import styles from "./palette.module.css";
import { actsOfKeys, findActs, type PaletteAct } from "./palette-acts";
import { closePalette, searchOlder, setScoped, setText, usePalette } from "./palette-store";
import { markPieces, matchLabel, readQuery, SEARCHED } from "./query";

const MOST_ACTS = 6;

/** Closes before it acts: what it does may open a dialog, or move the focus. */
function pick(run: () => void): void {
  closePalette();
  // After the focus has gone back to where it was: keys and dialogs of the view go by it.
  setTimeout(run, 0);
}

export function PaletteBody() {
  const { text, isScoped, found, isSearching, error, recents } = usePalette();
  const plan = usePlan((state) => state.plan);
  const sheet = useHotkeySheet();
  const [value, setValue] = useState("");
  const { kind, words } = readQuery(text);
  // What the keys could do when it was opened: they rest while it is.
  const [groups] = useState(sheet);
  const acts = useMemo(() => [...actsOfKeys(groups), ...OTHER_ACTS], [groups]);
  const actsFound = kind === "all" || kind === "acts" ? findActs(acts, words) : [];
  const actsShown = kind === "acts" ? actsFound : actsFound.slice(0, MOST_ACTS);
  const places =
    kind === "all" ? RAIL_ENTRIES.filter(({ label }) => words === "" || matchLabel(`Go to ${label}`, words) > 0) : [];
  const tasks = kind === "all" || kind === "tasks" ? (found?.tasks ?? []) : [];
  const plans = kind === "all" ? (found?.plans ?? []) : [];
  const workers = kind === "all" || kind === "workers" ? (found?.workers ?? []) : [];
  const agents = kind === "all" ? (found?.agents ?? []) : [];
  const isEmpty =
    actsShown.length + places.length + tasks.length + plans.length + workers.length + agents.length === 0 &&
    !(words === "" && recents.length > 0);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Tab" && plan !== null) {
      event.preventDefault();
      setScoped(!isScoped);
    }
    if (event.key === "Backspace" && text === "" && isScoped) setScoped(false);
  };
  return (
    <Command
      className={styles.palette}
      label={SEARCHED}
      shouldFilter={false}
      loop
      vimBindings={false}
      value={value}
      onValueChange={setValue}
      onKeyDown={onKeyDown}
    >
      <div className={styles.field}>
        <Search size={16} aria-hidden="true" />
        <Command.Input
          className={styles.typed}
          autoFocus
          value={text}
          onValueChange={setText}
          placeholder={SEARCHED}
          maxLength={200}
        />
        {plan !== null && isScoped && (
          <button type="button" className={styles.scope} onClick={() => setScoped(false)}>
            in {plan.title}
            <X size={11} aria-label="Search everywhere" />
          </button>
        )}
        <Kbd keys="Escape" />
      </div>
      <Command.List className={styles.list} label="What was found">
        {words === "" && kind === "all" && recents.length > 0 && (
          <Group heading="Recent">
            {recents.map((recent) => (
              <Item
                key={`${recent.kind} ${recent.id}`}
                value={`recent ${recent.id}`}
                icon={<History size={14} />}
                label={recent.title}
                words=""
                detail={recent.kind === "plan" ? "Plan" : "Task"}
                end={<span className="mono">{shortId(recent.id)}</span>}
                onSelect={() =>
                  goTo(recent.kind === "plan" ? planPlace(recent.id) : taskPlace(recent.planId, recent.id))
                }
              />
            ))}
          </Group>
        )}
        {actsShown.length > 0 && (
          <Group heading="Actions">
            {actsShown.map((act) => (
              <Item
                key={act.id}
                value={`act ${act.id}`}
                icon={<ActIcon label={act.label} />}
                label={act.label}
                words={words}
                detail={act.group === "Everywhere" ? "" : act.group}
                end={act.keys === null ? null : <Kbd keys={act.keys} />}
                onSelect={act.run}
              />
            ))}
          </Group>
        )}
        {plans.length > 0 && (
          <Group heading="Plans">
            {plans.map((hit) => (
              <Item
                key={hit.id}
                value={`plan ${hit.id}`}
                icon={<StatusGlyph kind="plan" state={hit.status} named />}
                label={hit.title}
                words={words}
                detail={planDetail(hit.status, hit.createdAt)}
                end={<span className="mono">{shortId(hit.id)}</span>}
                onSelect={() => goTo(planPlace(hit.id))}
              />
            ))}
          </Group>
        )}
        {tasks.length > 0 && (
          <Group heading="Tasks">
            {tasks.map((hit) => (
              <Item
                key={hit.id}
                value={`task ${hit.id}`}
                icon={<StatusGlyph kind="task" state={hit.status} named />}
                label={hit.title}
                words={words}
                detail={[hit.planTitle, lookOf("task", hit.status).label.toLowerCase()].filter(Boolean).join(", ")}
                end={<span className="mono">{hit.subtaskId ?? shortId(hit.id)}</span>}
                onSelect={() => goTo(taskPlace(hit.planId, hit.id))}
              />
            ))}
          </Group>
        )}
        {workers.length > 0 && (
          <Group heading="Workers">
            {workers.map((hit) => (
              <Item
                key={hit.id}
                value={`worker ${hit.id}`}
                icon={<WorkerGlyph state={hit.state} named />}
                label={hit.id}
                words={words}
                detail={hit.currentTaskTitle ?? hit.role}
                end={null}
                onSelect={() => goTo({ view: "workers", workerId: hit.id })}
              />
            ))}
          </Group>
        )}
        {agents.length > 0 && (
          <Group heading="Agents">
            {agents.map((hit) => (
              <Item
                key={hit.id}
                value={`agent ${hit.id}`}
                icon={<Bot size={14} />}
                label={hit.title}
                words={words}
                detail={hit.description}
                end={<span className="mono">{hit.id}</span>}
                onSelect={() => goTo(agentsPlace(hit.id))}
              />
            ))}
          </Group>
        )}
        {places.length > 0 && (
          <Group heading="Go to">
            {places.map(({ label, icon, place }) => (
              <Item
                key={label}
                value={`place ${label}`}
                icon={icon}
                label={label}
                words={words}
                detail=""
                end={null}
                onSelect={() => goTo(place)}
              />
            ))}
          </Group>
        )}
        {found !== null && found.next !== null && (kind === "all" || kind === "tasks") && (
          <Command.Item className={styles.item} value="older" onSelect={() => void searchOlder()}>
            <Clock size={14} aria-hidden="true" />
            <span className={styles.label}>Look at older tasks</span>
          </Command.Item>
        )}
        {isEmpty && !isSearching && (
          <p className={styles.nothing}>{error === null ? emptyWords(kind, words, isScoped) : messageOf(error)}</p>
        )}
      </Command.List>
      <p className="visually-hidden" role="status">
        {isSearching ? "Searching" : ""}
      </p>
      <footer className={styles.keys}>
        <span>
          <Kbd keys="ArrowUp" />
          <Kbd keys="ArrowDown" /> Move
        </span>
        <span>
          <CornerDownLeft size={12} aria-hidden="true" /> Run
        </span>
        {plan !== null && (
          <span>
            <Kbd keys="Tab" /> Change scope
          </span>
        )}
        <span className={styles.signs}>
          <Kbd keys=">" /> actions <Kbd keys="#" /> tasks <Kbd keys="@" /> workers
        </span>
      </footer>
    </Command>
  );
}

/** Acts without a key of their own. */
const OTHER_ACTS: readonly PaletteAct[] = [
  { id: "theme", label: "Change theme", group: "Everywhere", keys: null, run: cycleTheme },
  ...SETTINGS_SECTIONS.map((section) => ({
    id: `settings-${section}`,
    label: `Settings: ${SECTION_LABELS[section]}`,
    group: "Everywhere",
    keys: null,
    run: () => goTo({ view: "settings", section }),
  })),
  {
    id: "requests",
    label: "Requests for plans",
    group: "Everywhere",
    keys: null,
    run: () => goTo(planningPlace()),
  },
  { id: "new-database", label: "New database", group: "Everywhere", keys: null, run: () => void newDatabase() },
  { id: "about", label: "About Hive Console", group: "Everywhere", keys: null, run: openAbout },
];

function planDetail(status: string, createdAt: number | null): string {
  const state = lookOf("plan", status).label.toLowerCase();
  return createdAt === null ? state : `${state}, launched ${formatAge(Date.now() - createdAt)} ago`;
}

function emptyWords(kind: string, words: string, isScoped: boolean): string {
  if (words === "") {
    return kind === "workers" ? "Type a part of a worker's name or role." : "Type a part of a title or id.";
  }
  return `Nothing matches “${words}”${isScoped ? " in this plan. Tab searches everywhere." : "."}`;
}

function Group({ heading, children }: { readonly heading: string; readonly children: ReactNode }) {
  return (
    <Command.Group heading={heading} className={styles.group}>
      {children}
    </Command.Group>
  );
}

interface ItemProps {
  readonly value: string;
  readonly icon: ReactNode;
  readonly label: string;
  /** What of the label is marked. */
  readonly words: string;
  readonly detail: string;
  readonly end: ReactNode;
  readonly onSelect: () => void;
}

function Item({ value, icon, label, words, detail, end, onSelect }: ItemProps) {
  return (
    <Command.Item className={styles.item} value={value} onSelect={() => pick(onSelect)}>
      <span className={styles.icon}>{icon}</span>
      <span className={styles.label}>
        {markPieces(label, words).map((piece, index) =>
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other name
          piece.isMarked ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
        )}
      </span>
      <span className={styles.detail}>{detail}</span>
      <span className={styles.end}>{end}</span>
    </Command.Item>
  );
}
