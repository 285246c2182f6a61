import { Bot, RefreshCw, Search } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { COURSE_RANGE_NAMES } from "../../../shared/model/agent-course";
import type { AgentsPlace } from "../../agents-place";
import { goTo } from "../../location";
import { formatMoment } from "../../time-format";
import { Button } from "../../ui/button";
import { useNow } from "../../ui/clock";
import { DataTable } from "../../ui/data-table/data-table";
import { EmptyState } from "../../ui/empty-state";
import { Failure, MoreFailed } from "../../ui/failure";
import { formatCount } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { Kbd } from "../../ui/kbd";
import { lookOf } from "../../ui/looks";
import { Page, PageBody } from "../../ui/page";
import { Segmented } from "../../ui/segmented";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { StatusGlyph } from "../../ui/status";
import { useReadOnlyReason } from "../shell/app-store";
import { AGENT_COLUMNS, NARROW_COLUMNS } from "./agent-columns";
import { AgentPanel } from "./agent-panel";
import { AGENT_STATES, fittingAgents } from "./agent-words";
import styles from "./agents.module.css";
import { checkAgents, chooseRange, type ListedAgent, loadAgents, startAgents, useAgents } from "./agents-store";

const ROW_PX = 40;
const idOf = ({ id }: ListedAgent): string => id;
const toneOf = ({ state }: ListedAgent): string => lookOf("agent", state).tone;

/** Who can carry out tasks, whether each could now and what is missing, and what its attempts came to. */
export function AgentsView({ place }: { readonly place: AgentsPlace }) {
  const { agentId, state, text, range } = place;
  const { agents, status, error, cursor, isChecking, checkError } = useAgents();
  const readOnly = useReadOnlyReason();
  useEffect(startAgents, []);
  useEffect(() => chooseRange(range), [range]);
  useEffect(() => {
    if (agentId !== null) useAgents.setState({ cursor: agentId });
  }, [agentId]);
  const shown = useMemo(() => fittingAgents(agents, { state, text }), [agents, state, text]);
  const show = (given: Partial<AgentsPlace>, replace = true): void => goTo({ ...place, ...given }, { replace });
  const open = (id: string): void => show({ agentId: id }, agentId !== null);
  const close = (): void => show({ agentId: null });
  const clear = (): void => show({ state: null, text: "" });
  const move = (id: string): void => {
    useAgents.setState({ cursor: id });
    if (agentId !== null) show({ agentId: id });
  };
  const nextRange = COURSE_RANGE_NAMES[(COURSE_RANGE_NAMES.indexOf(range) + 1) % COURSE_RANGE_NAMES.length] ?? "24h";
  const isFiltered = state !== null || text !== "";
  useHotkeys({
    group: "Agents",
    hotkeys: [
      {
        keys: ["Shift+C"],
        label: "Check all agents",
        hint: { keys: ["Shift+C"], label: "Check all" },
        disabled: isChecking,
        run: () => void checkAgents(),
      },
      { keys: ["w"], label: "Another range of time", run: () => show({ range: nextRange }) },
      {
        keys: ["Escape"],
        label: agentId === null ? "Show all agents" : "Close the panel",
        disabled: agentId === null && !isFiltered,
        run: () => (agentId === null ? clear() : close()),
      },
    ],
  });

  const options = [
    { value: null, label: `All ${formatCount(agents.length)}` },
    ...AGENT_STATES.flatMap((name) => {
      const count = agents.filter((agent) => agent.state === name).length;
      if (count === 0 && state !== name) return [];
      const label = (
        <>
          <StatusGlyph kind="agent" state={name} size={12} /> {lookOf("agent", name).label} {formatCount(count)}
        </>
      );
      return [{ value: name, label }];
    }),
  ];
  return (
    <Page
      title="Agents"
      tools={
        <Segmented
          label="Show agents by health"
          options={options}
          value={state}
          onChange={(chosen) => show({ state: chosen })}
        />
      }
      actions={
        <>
          <Segmented
            label="How far back the figures go"
            isFramed
            keys="W"
            options={COURSE_RANGE_NAMES.map((name) => ({ value: name, label: name }))}
            value={range}
            onChange={(chosen) => show({ range: chosen })}
          />
          <FindAgents text={text} onChange={(typed) => show({ text: typed })} />
          <Button
            icon={<RefreshCw size={14} />}
            keys="Shift+C"
            disabledReason={isChecking ? "They are being asked." : null}
            onClick={() => void checkAgents()}
          >
            {isChecking ? "Checking…" : "Check all"}
          </Button>
        </>
      }
    >
      <PageBody
        beside={agentId !== null && <AgentPanel key={agentId} agentId={agentId} readOnly={readOnly} onClose={close} />}
      >
        <CountedSince />
        <div className={styles.list}>
          {status === "loading" && <SkeletonRows height={ROW_PX} />}
          {status === "failed" && (
            <Failure
              title="The agents could not be read"
              error={error}
              meaning="Nothing was changed, and tasks that run go on. Retry reads the list again."
              onRetry={() => void loadAgents()}
            />
          )}
          {status === "ready" && shown.length === 0 && (
            <EmptyState
              icon={<Bot size={20} />}
              title={`No agent ${noneWords(state, text)}`}
              actions={
                <Button keys="Escape" onClick={clear}>
                  Show all {formatCount(agents.length)}
                </Button>
              }
            >
              Agents come back into this list as soon as one does.
            </EmptyState>
          )}
          {shown.length > 0 && (
            <DataTable
              label="Agents"
              columns={agentId === null ? AGENT_COLUMNS : NARROW_COLUMNS}
              rows={shown}
              rowId={idOf}
              rowTone={toneOf}
              rowHeight={ROW_PX}
              cursor={agentId ?? cursor}
              onCursor={move}
              onOpen={open}
            />
          )}
          {checkError !== null && (
            <MoreFailed what="The health of the agents" error={checkError} onRetry={() => void checkAgents()} />
          )}
        </div>
      </PageBody>
    </Page>
  );
}

function noneWords(state: string | null, text: string): string {
  const is = state === null ? [] : [`is ${lookOf("agent", state).label.toLowerCase()}`];
  return [...is, ...(text === "" ? [] : [`is named by “${text}”`])].join(" and ");
}

/** Says so where the figures stand for less than the range: too many attempts ended in it. */
function CountedSince() {
  const now = useNow();
  const courses = useAgents((shown) => shown.courses);
  if (courses === null || courses.countedSince <= courses.since) return null;
  return (
    <p className={styles.note} role="status">
      Attempts are counted since {formatMoment(courses.countedSince, now)}: more than 20,000 have begun since.
    </p>
  );
}

function FindAgents({ text, onChange }: { readonly text: string; readonly onChange: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setTyped(text), [text]);
  useHotkeys({
    group: "Agents",
    hotkeys: [{ keys: ["/"], label: "Find agents", run: () => input.current?.focus() }],
  });
  const type = (next: string): void => {
    setTyped(next);
    onChange(next);
  };
  return (
    <label className={styles.find}>
      <Search size={12} aria-hidden="true" />
      <input
        ref={input}
        type="text"
        value={typed}
        placeholder="Id or capability"
        aria-label="Find agents by id, capability or place"
        spellCheck={false}
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          event.stopPropagation();
          type("");
          event.currentTarget.blur();
        }}
      />
      <Kbd keys="/" />
    </label>
  );
}
