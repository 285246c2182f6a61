import type { ReactNode } from "react";
import type { WorkerRow } from "../../../shared/model/views";
import type { DataColumn } from "../../ui/data-table/data-table";
import {
  CurrentTask,
  Heartbeat,
  LastError,
  ProcessCell,
  Rate,
  Success,
  WorkerName,
  WorkerStateCell,
} from "./worker-cells";

const row =
  (render: (worker: WorkerRow) => ReactNode): DataColumn<WorkerRow>["cell"] =>
  ({ row: { original } }) =>
    render(original);

export const WORKER_COLUMNS: ReadonlyArray<DataColumn<WorkerRow>> = [
  {
    id: "worker",
    header: "Worker",
    meta: { width: "minmax(150px, 1.5fr)" },
    cell: row((worker) => <WorkerName worker={worker} />),
  },
  { id: "state", header: "State", meta: { width: "66px" }, cell: row((worker) => <WorkerStateCell worker={worker} />) },
  {
    id: "role",
    header: "Role",
    meta: { width: "minmax(76px, 0.5fr)" },
    cell: row((worker) => <span title={worker.role}>{worker.role}</span>),
  },
  {
    id: "heartbeat",
    header: "Heartbeat",
    meta: { width: "112px" },
    cell: row((worker) => <Heartbeat worker={worker} />),
  },
  {
    id: "process",
    header: "Process",
    meta: { width: "116px" },
    cell: row((worker) => <ProcessCell worker={worker} />),
  },
  {
    id: "task",
    header: "Current task",
    meta: { width: "minmax(110px, 1.3fr)" },
    cell: row((worker) => <CurrentTask worker={worker} />),
  },
  { id: "rate", header: "Tasks / h", meta: { width: "116px" }, cell: row((worker) => <Rate workerId={worker.id} />) },
  {
    id: "ok",
    header: "OK",
    meta: { width: "64px", align: "end" },
    cell: row((worker) => <Success workerId={worker.id} />),
  },
  {
    id: "error",
    header: "Last error",
    meta: { width: "minmax(90px, 1fr)" },
    cell: row((worker) => <LastError workerId={worker.id} />),
  },
];

/** Beside the panel there is less room: what the panel tells is left to it. */
export const NARROW_COLUMNS = WORKER_COLUMNS.filter(({ id }) => id !== "error" && id !== "rate");
