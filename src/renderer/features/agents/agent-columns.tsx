import type { ReactNode } from "react";
import type { DataColumn } from "../../ui/data-table/data-table";
import { AgentName, Attempts, DefinedIn, Health, Kind, Latency, Says, Success } from "./agent-cells";
import type { ListedAgent } from "./agents-store";

const row =
  (render: (agent: ListedAgent) => ReactNode): DataColumn<ListedAgent>["cell"] =>
  ({ row: { original } }) =>
    render(original);

export const AGENT_COLUMNS: ReadonlyArray<DataColumn<ListedAgent>> = [
  {
    id: "agent",
    header: "Agent",
    meta: { width: "minmax(140px, 1.1fr)" },
    cell: row((agent) => <AgentName agent={agent} />),
  },
  { id: "health", header: "Health", meta: { width: "84px" }, cell: row((agent) => <Health agent={agent} />) },
  {
    id: "says",
    header: "What was found",
    meta: { width: "minmax(120px, 2fr)" },
    cell: row((agent) => <Says agent={agent} />),
  },
  {
    id: "kind",
    header: "By, and for",
    meta: { width: "minmax(104px, 0.7fr)" },
    cell: row((agent) => <Kind agent={agent} />),
  },
  {
    id: "defined",
    header: "Defined in",
    meta: { width: "104px" },
    cell: row((agent) => <DefinedIn agent={agent} />),
  },
  {
    id: "attempts",
    header: "Attempts",
    meta: { width: "124px" },
    cell: row((agent) => <Attempts agent={agent} />),
  },
  {
    id: "latency",
    header: "P50, P95",
    meta: { width: "74px", align: "end" },
    cell: row((agent) => <Latency agent={agent} />),
  },
  {
    id: "success",
    header: "OK",
    meta: { width: "56px", align: "end" },
    cell: row((agent) => <Success agent={agent} />),
  },
];

/** Beside the panel there is less room: what the panel tells is left to it. */
export const NARROW_COLUMNS = AGENT_COLUMNS.filter(({ id }) => id !== "defined" && id !== "kind");
