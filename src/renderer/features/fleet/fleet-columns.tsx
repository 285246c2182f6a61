import type { ReactNode } from "react";
import type { FleetWorker } from "../../../shared/model/fleet-view";
import type { DataColumn } from "../../ui/data-table/data-table";
import { formatCount } from "../../ui/format";
import { RelativeTime } from "../../ui/relative-time";
import { WorkerGlyph } from "../../ui/status";
import styles from "./fleet.module.css";
import { workerStateOf } from "./fleet-words";

const row =
  (render: (worker: FleetWorker) => ReactNode): DataColumn<FleetWorker>["cell"] =>
  ({ row: { original } }) =>
    render(original);

export const FLEET_COLUMNS: ReadonlyArray<DataColumn<FleetWorker>> = [
  {
    id: "host",
    header: "Host",
    meta: { width: "minmax(110px, 1.2fr)" },
    cell: row(({ host, pid }) => (
      <span title={pid === null ? host : `${host}, process ${pid}`}>
        {host} {pid !== null && <span className={styles.muted}>{pid}</span>}
      </span>
    )),
  },
  { id: "state", header: "State", meta: { width: "92px" }, cell: row((worker) => <State worker={worker} />) },
  { id: "queue", header: "Queue", meta: { width: "minmax(76px, 0.7fr)" }, cell: row(({ queue }) => queue) },
  {
    id: "role",
    header: "Role and capabilities",
    meta: { width: "minmax(110px, 1.2fr)" },
    cell: row(({ role, capabilities }) => {
      const all = [role, ...capabilities].join(", ");
      return <span title={all}>{all}</span>;
    }),
  },
  { id: "slots", header: "Slots in use", meta: { width: "140px" }, cell: row((worker) => <Slots worker={worker} />) },
  { id: "version", header: "Version", meta: { width: "76px" }, cell: row(({ version }) => version ?? "–") },
  {
    id: "heard",
    header: "Heard",
    meta: { width: "64px", align: "end" },
    cell: row(({ heardAt }) => <RelativeTime at={heardAt} />),
  },
  {
    id: "started",
    header: "Up",
    meta: { width: "64px", align: "end" },
    cell: row(({ startedAt }) => <RelativeTime at={startedAt} />),
  },
];

function State({ worker }: { readonly worker: FleetWorker }) {
  const { look, word } = workerStateOf(worker);
  return (
    <span className={styles.state}>
      <WorkerGlyph state={look} size={12} /> {word}
    </span>
  );
}

function Slots({ worker: { slots, busy, elsewhere } }: { readonly worker: FleetWorker }) {
  const inUse = Math.min(slots, busy + elsewhere);
  const others = elsewhere > 0 ? `, ${formatCount(elsewhere)} for other databases` : "";
  return (
    <span className={styles.slots} title={`${formatCount(busy)} for this database${others}`}>
      <span className={styles.meter} data-tone="running" aria-hidden="true">
        <i style={{ transform: `scaleX(${slots === 0 ? 0 : inUse / slots})` }} />
      </span>
      <span>
        {formatCount(inUse)} <span className={styles.muted}>/ {formatCount(slots)}</span>
      </span>
    </span>
  );
}
