import { ChevronDown, Cpu, Search } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { WorkerRow } from "../../../shared/model/views";
import { goTo, WORKER_GROUPS, type WorkerGroup, type WorkersPlace } from "../../location";
import { Button } from "../../ui/button";
import { DataTable } from "../../ui/data-table/data-table";
import { EmptyState } from "../../ui/empty-state";
import { Failure, MoreFailed } from "../../ui/failure";
import { formatCount } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { Kbd } from "../../ui/kbd";
import { lookOf } from "../../ui/looks";
import { Menu, MenuChoice } from "../../ui/menu";
import { Page, PageBody } from "../../ui/page";
import { Segmented } from "../../ui/segmented";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { WorkerGlyph } from "../../ui/status";
import { WorkersSwitch } from "../fleet/workers-switch";
import { useReadOnlyReason } from "../shell/app-store";
import { PoolPanel } from "./pool-panel";
import { askDrain, askRescue, askRestart, askUnregister } from "./worker-acts";
import { NARROW_COLUMNS, WORKER_COLUMNS } from "./worker-columns";
import { useWorkerDetail } from "./worker-detail-store";
import { groupName, inGroups, MOST_GROUPED } from "./worker-groups";
import { isPoolSlot, orderStates, poolWords } from "./worker-health";
import { WorkerPanel } from "./worker-panel";
import styles from "./workers.module.css";
import { filterWorkers, loadMoreWorkers, loadWorkers, startWorkers, useWorkers } from "./workers-store";

const ROW_PX = 40;
const TYPING_MS = 200;
const idOf = ({ id }: WorkerRow): string => id;
const toneOf = ({ state }: WorkerRow): string => lookOf("worker", state).tone;
const reachEnd = (): void => {
  if (useWorkers.getState().moreError === null) void loadMoreWorkers();
};

/** Who can take tasks, whether their word and their process agree, and the pool of this database. */
export function WorkersView({ place }: { readonly place: WorkersPlace }) {
  const { workerId = null, state = null, text = "", group = null } = place;
  const { workers, status, error, moreError, cursor, counts } = useWorkers();
  const readOnly = useReadOnlyReason();
  useEffect(startWorkers, []);
  useEffect(() => filterWorkers({ state, text, least: group === null ? 0 : MOST_GROUPED }), [state, text, group]);
  const rows = useMemo(() => inGroups(workers, group), [workers, group]);
  const sectionOf = useMemo(() => (group === null ? null : groupName(group)), [group]);
  useEffect(() => {
    if (workerId !== null) useWorkers.setState({ cursor: workerId });
  }, [workerId]);
  const show = (given: Partial<WorkersPlace>, replace = true): void => goTo({ ...place, ...given }, { replace });
  const open = (id: string): void => show({ workerId: id }, workerId !== null);
  const close = (): void => show({ workerId: null });
  const move = (id: string): void => {
    useWorkers.setState({ cursor: id });
    if (workerId !== null) show({ workerId: id });
  };
  // A worker in the panel can be acted on, also when it left the list that is shown.
  const opened = useWorkerDetail((shown) => (shown.detail?.worker.id === workerId ? shown.detail?.worker : undefined));
  const current = opened ?? workers.find(({ id }) => id === (workerId ?? cursor));
  useActKeys({ current, readOnly, isOpen: workerId !== null, isFiltered: state !== null || text !== "", close, show });

  const options = [
    { value: null, label: `All ${counts === null ? "" : formatCount(counts.total)}` },
    ...orderStates(counts?.states ?? {}).map(([name, count]) => ({
      value: name,
      label: (
        <>
          <WorkerGlyph state={name} size={12} /> {lookOf("worker", name).label} {formatCount(count)}
        </>
      ),
    })),
  ];
  return (
    <Page
      title="Workers"
      tools={
        <>
          <WorkersSwitch shown="workers" />
          <Segmented
            label="Show workers by state"
            options={options}
            value={state}
            onChange={(chosen) => show({ state: chosen })}
          />
        </>
      }
      actions={
        <>
          <FindWorkers key={place.view} text={text} onChange={(typed) => show({ text: typed })} />
          <GroupMenu group={group} onChange={(chosen) => show({ group: chosen })} />
        </>
      }
    >
      <PageBody beside={workerId !== null && <WorkerPanel workerId={workerId} readOnly={readOnly} onClose={close} />}>
        <div className={styles.list}>
          {status === "loading" && workers.length === 0 && <SkeletonRows height={ROW_PX} />}
          {status === "failed" && (
            <Failure
              title="The workers could not be read"
              error={error}
              meaning="Nothing was changed, and tasks that run go on. Retry reads the list again."
              onRetry={() => void loadWorkers()}
            />
          )}
          {status === "ready" && workers.length === 0 && (
            <NoWorkers state={state} text={text} onClear={() => show({ state: null, text: "" })} />
          )}
          {workers.length > 0 && (
            <DataTable
              label="Workers"
              columns={workerId === null ? WORKER_COLUMNS : NARROW_COLUMNS}
              rows={rows}
              sectionOf={sectionOf}
              rowId={idOf}
              rowTone={toneOf}
              rowHeight={ROW_PX}
              {...(counts === null || state !== null || text !== "" ? {} : { total: counts.total })}
              cursor={workerId ?? cursor}
              onCursor={move}
              onOpen={open}
              onEndReached={reachEnd}
            />
          )}
          {moreError !== null && (
            <MoreFailed what="More workers" error={moreError} onRetry={() => void loadMoreWorkers()} />
          )}
        </div>
        <PoolPanel readOnly={readOnly} />
      </PageBody>
    </Page>
  );
}

interface GroupMenuProps {
  readonly group: WorkerGroup | null;
  readonly onChange: (group: WorkerGroup | null) => void;
}

function GroupMenu({ group, onChange }: GroupMenuProps) {
  return (
    <Menu
      align="end"
      trigger={
        <Button size="sm">
          Group: {group ?? "none"} <ChevronDown size={12} />
        </Button>
      }
    >
      <MenuChoice isChosen={group === null} onSelect={() => onChange(null)}>
        None
      </MenuChoice>
      {WORKER_GROUPS.map((known) => (
        <MenuChoice key={known} isChosen={group === known} onSelect={() => onChange(known)}>
          By {known}
        </MenuChoice>
      ))}
    </Menu>
  );
}

interface ActKeys {
  readonly current: WorkerRow | undefined;
  readonly readOnly: string | null;
  readonly isOpen: boolean;
  readonly isFiltered: boolean;
  readonly close: () => void;
  readonly show: (given: Partial<WorkersPlace>) => void;
}

function useActKeys({ current, readOnly, isOpen, isFiltered, close, show }: ActKeys): void {
  const isOff = current === undefined || readOnly !== null;
  const withCurrent = (act: (worker: WorkerRow) => void) => (): void => {
    if (current !== undefined) act(current);
  };
  useHotkeys({
    group: "Workers",
    hotkeys: [
      { keys: ["Shift+R"], label: "Rescue its tasks", disabled: isOff, run: withCurrent(askRescue) },
      {
        keys: ["Shift+D"],
        label: current?.drained ? "Give it tasks again" : "Drain it",
        hint: { keys: ["Shift+D"], label: current?.drained ? "Undrain" : "Drain" },
        disabled: isOff,
        run: withCurrent(({ id, drained }) => askDrain([id], !drained, id)),
      },
      {
        keys: ["Shift+T"],
        label: "Restart it",
        disabled: isOff || !isPoolSlot(current),
        run: withCurrent(askRestart),
      },
      {
        keys: ["Shift+X"],
        label: "Unregister it",
        disabled: isOff,
        run: withCurrent((worker) => askUnregister(worker, close)),
      },
      {
        keys: ["Escape"],
        label: isOpen ? "Close the panel" : "Show all workers",
        disabled: !isOpen && !isFiltered,
        run: () => (isOpen ? close() : show({ state: null, text: "" })),
      },
    ],
  });
}

/** What is typed is looked for once the typing rests. */
function FindWorkers({ text, onChange }: { readonly text: string; readonly onChange: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  const input = useRef<HTMLInputElement>(null);
  const change = useRef(onChange);
  useEffect(() => {
    change.current = onChange;
  });
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed === text) return;
    const timer = setTimeout(() => change.current(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, text]);
  useHotkeys({
    group: "Workers",
    hotkeys: [{ keys: ["/"], label: "Find workers", run: () => input.current?.focus() }],
  });
  return (
    <label className={styles.find}>
      <Search size={12} aria-hidden="true" />
      <input
        ref={input}
        type="text"
        value={typed}
        placeholder="Id, role, or capability"
        aria-label="Find workers by id, role or capability"
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          event.stopPropagation();
          setTyped("");
          event.currentTarget.blur();
        }}
      />
      <Kbd keys="/" />
    </label>
  );
}

interface NoWorkersProps {
  readonly state: string | null;
  readonly text: string;
  readonly onClear: () => void;
}

function NoWorkers({ state, text, onClear }: NoWorkersProps) {
  const { counts, pool } = useWorkers();
  if (state === null && text === "") {
    const why = pool === null ? null : poolWords(pool);
    return (
      <EmptyState
        icon={<Cpu size={20} />}
        title="No workers yet"
        actions={<Button onClick={() => goTo({ view: "launch", sample: null })}>Launch a plan</Button>}
      >
        {why === null ? "" : `${why} `}A worker takes tasks that are ready and reports every 5 seconds. This console
        brings its own; others begin with “hive worker start”, or register in this database themselves.
      </EmptyState>
    );
  }
  const what = [
    ...(state === null ? [] : [`is ${lookOf("worker", state).label.toLowerCase()}`]),
    ...(text === "" ? [] : [`is named by “${text}”`]),
  ].join(" and ");
  return (
    <EmptyState
      icon={<Cpu size={20} />}
      title={`No worker ${what} now`}
      actions={
        <Button keys="Escape" onClick={onClear}>
          Show all{counts === null ? "" : ` ${formatCount(counts.total)}`}
        </Button>
      }
    >
      Workers come back into this list as soon as one does.
    </EmptyState>
  );
}
