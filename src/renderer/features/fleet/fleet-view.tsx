import { Network, Settings, TriangleAlert } from "lucide-react";
import { useEffect } from "react";
import type { FleetConnection, FleetOverview, FleetWorker, RefusedWorker } from "../../../shared/model/fleet-view";
import { goTo } from "../../location";
import { Button } from "../../ui/button";
import { DataTable } from "../../ui/data-table/data-table";
import { EmptyState } from "../../ui/empty-state";
import { Failure } from "../../ui/failure";
import { plural } from "../../ui/format";
import { Page, PageBody } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { StatusGlyph } from "../../ui/status";
import styles from "./fleet.module.css";
import { FLEET_COLUMNS } from "./fleet-columns";
import { loadFleet, startFleet, useFleet } from "./fleet-store";
import { FIVE_COMMANDS } from "./fleet-words";
import { QueuesTable } from "./queues-table";
import { WorkersSwitch } from "./workers-switch";

const idOf = ({ instance }: FleetWorker): string => instance;
const openSettings = (): void => goTo({ view: "settings", section: "fleet" });

/** The workers of other hosts: their queues, where they are, and who is given nothing. */
export function FleetView() {
  const { overview, error } = useFleet();
  useEffect(startFleet, []);
  return (
    <Page
      title="Workers"
      tools={<WorkersSwitch shown="fleet" />}
      meta={overview === null ? undefined : totalWords(overview)}
      actions={
        <>
          {overview?.connection && <Connection connection={overview.connection} />}
          <Button size="sm" icon={<Settings size={12} />} onClick={openSettings}>
            Fleet settings
          </Button>
        </>
      }
    >
      <PageBody>
        {overview === null ? (
          error === null ? (
            <SkeletonRows height={28} />
          ) : (
            <Failure
              title="The fleet could not be read"
              error={error}
              meaning="Nothing was changed, and tasks that run go on. Retry reads it again."
              onRetry={() => void loadFleet()}
            />
          )
        ) : (
          <Fleet overview={overview} />
        )}
      </PageBody>
    </Page>
  );
}

function totalWords({ totals, versions }: FleetOverview): string {
  const { hosts, workers, slots, busy } = totals;
  const [first] = versions;
  const version =
    first === undefined
      ? ""
      : versions.length === 1
        ? ` · version ${first.version}`
        : ` · ${plural(versions.length, "version")}`;
  return `${plural(hosts, "host")} · ${plural(workers, "worker")} · ${plural(slots, "slot")}, ${busy} in use${version}`;
}

function Connection({ connection: { shown, trouble, keyId } }: { readonly connection: FleetConnection }) {
  const sealed = keyId === null ? "Nothing is sealed." : `The key ${keyId} seals.`;
  return (
    <span className={styles.connection} title={`${trouble ?? "The connection stands."} ${sealed}`}>
      <StatusGlyph kind="task" state={trouble === null ? "completed" : "failed"} size={12} />
      {shown || "Redis"} <span className={styles.muted}>{trouble === null ? "connected" : "not connected"}</span>
    </span>
  );
}

function Fleet({ overview }: { readonly overview: FleetOverview }) {
  const { connection, queues, workers, refused, totals } = overview;
  const cursor = useFleet((state) => state.cursor);
  const isEmpty = workers.length === 0 && queues.length === 0 && refused.length === 0;
  const trouble = connection?.trouble ?? null;
  const open = (instance: string): void => {
    const workerId = workers.find((worker) => worker.instance === instance)?.workerId ?? null;
    if (workerId !== null) goTo({ view: "workers", workerId });
  };
  return (
    <div className={styles.fleet}>
      {trouble !== null && (
        <p className={styles.trouble} data-tone="failed" role="status">
          <TriangleAlert size={14} aria-hidden="true" />
          <span>
            <b>Nothing gets through.</b> {trouble} Tasks that workers have in hand run on, and are heard of when the
            connection is back.
          </span>
        </p>
      )}
      {isEmpty ? <NoFleet connection={connection} /> : <QueuesTable queues={queues} />}
      {refused.length > 0 && <Refused workers={refused} />}
      {!isEmpty && workers.length === 0 && (
        <p className={styles.none}>
          No worker is there. Start one on any host: <code>{FIVE_COMMANDS[3]}</code>
        </p>
      )}
      {workers.length > 0 && (
        <DataTable
          label="Workers of the fleet"
          columns={FLEET_COLUMNS}
          rows={workers}
          rowId={idOf}
          total={totals.workers}
          cursor={cursor}
          onCursor={(next) => useFleet.setState({ cursor: next })}
          onOpen={open}
        />
      )}
    </div>
  );
}

function Refused({ workers }: { readonly workers: readonly RefusedWorker[] }) {
  return (
    <Panel title="Refused" meta="they are there, and given nothing">
      <ul className={styles.refused}>
        {workers.map(({ instance, host, version, reason }) => (
          <li key={instance} data-tone="failed">
            <TriangleAlert size={12} aria-hidden="true" />
            <span>
              <b>{host}</b> <span className={styles.muted}>{version}</span> {reason}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function NoFleet({ connection }: { readonly connection: FleetConnection | null }) {
  return (
    <EmptyState
      icon={<Network size={20} />}
      title={connection === null ? "No fleet yet" : "Nobody is in the fleet yet"}
      actions={<Button onClick={openSettings}>Set up the connection</Button>}
    >
      <p>
        Workers on other hosts take tasks of this database through Redis, and their logs are live here. Five commands
        bring the first one:
      </p>
      <ol className={styles.commands}>
        {FIVE_COMMANDS.map((command) => (
          <li key={command}>
            <code>{command}</code>
          </li>
        ))}
      </ol>
    </EmptyState>
  );
}
