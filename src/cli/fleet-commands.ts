import type { Command } from "commander";
import { checkFleet } from "../main/core/fleet/check-fleet";
import type { FleetWatch } from "../main/core/fleet/fleet-watch";
import { newFleetKey } from "../main/core/fleet/sealed";
import { createWatchKeeper } from "../main/core/fleet/watch-keeper";
import { createFleetView } from "../main/core/operations/fleet";
import type { Store } from "../main/core/store/open";
import { HiveError } from "../shared/errors";
import type { FleetOverview, FleetQueue, FleetWorker } from "../shared/model/fleet-view";
import { EXIT, type ExitCode } from "./exit-codes";
import { addFleetWorker } from "./fleet-worker";
import { type CommandSetting, type DatabaseFlags, looking } from "./operation-command";
import type { Output } from "./output";
import { column, formatCount, formatDuration, formatElapsed, plainText, plural } from "./text";

const NOTES = `
Redis, its certificates and the key come from HIVE_FLEET_REDIS, HIVE_FLEET_CA and HIVE_FLEET_KEY. What windows
keep in safe storage, commands cannot read. docs/fleet.md tells how to set a fleet up.

Examples:
  hive fleet key
  hive fleet worker --redis redis://hub:6379 --queue gpu --slots 2
  hive fleet status
  hive fleet queues --json

Exit codes: 0 done; 1 Redis cannot be used, or a worker is refused (status); 2 the command line is wrong;
3 the database cannot be opened.
`;

/** Workers answer a roll call at once; those far away, or busy, a little later. */
const ROLL_MS = 700;
const TEST_MS = 15_000;

/** `hive fleet ...`: workers on other hosts, and what waits for them. */
export function addFleetCommands(program: Command, setting: CommandSetting): void {
  const { outputs, addDatabaseOption, done } = setting;
  const { out, err } = outputs;
  /** What the database knows is still told. */
  const heard = ({ connection }: FleetOverview): ExitCode | undefined => {
    const trouble = connection?.trouble ?? null;
    if (trouble === null) return undefined;
    err.line(`${err.paint("yellow", "hive:")} No worker can be heard, and this is what the database knows. ${trouble}`);
    return EXIT.failed;
  };
  const fleet = program
    .command("fleet")
    .summary("workers on other hosts: run one, and see queues, hosts and slots")
    .description("Works with a fleet: workers on other hosts that take tasks through Redis.")
    .helpCommand(false)
    .addHelpText("after", NOTES);
  const command = (name: string, description: string) =>
    addDatabaseOption(fleet.command(name).description(description)).option("--json", "JSON for scripts");

  addFleetWorker(fleet, setting);

  command("status", "Says whether Redis can be used, and sums up hosts, slots, queues and refused workers.").action(
    async (flags: DatabaseFlags) => {
      const health = await checkFleet(process.env, AbortSignal.timeout(TEST_MS));
      const isUsable = health.status !== "unhealthy";
      const work = async (store: Store): Promise<ExitCode> => {
        const { overview } = await look(createFleetView(store), store.clock);
        if (flags.json) out.line(JSON.stringify(statusRecord(overview, health)));
        else printStatus(out, overview, health);
        return isUsable && overview.refused.length === 0 ? EXIT.ok : EXIT.failed;
      };
      try {
        await looking(setting, flags, work);
      } catch (error) {
        // A connection is tried before there is anything to run.
        if (!(error instanceof HiveError && error.code === "database_missing")) throw error;
        if (flags.json) out.line(JSON.stringify({ status: health.status, message: health.message }));
        else printHealth(out, health);
        done(isUsable ? EXIT.ok : EXIT.failed);
      }
    },
  );

  command("queues", "Lists queues: what waits and for how long, runs, rates, and the time to drain.").action(
    (flags: DatabaseFlags) =>
      looking(setting, flags, async (store) => {
        const { overview } = await look(createFleetView(store), store.clock);
        const { queues } = overview;
        if (flags.json) for (const queue of queues) out.line(JSON.stringify(queueRecord(queue)));
        else if (queues.length > 0) printQueues(out, queues, store.clock.now());
        else out.line(`No task of ${store.file} is for the fleet, and no worker is there.`);
        return heard(overview);
      }),
  );

  command("workers", "Lists the workers that are there, and those that are refused with the reason.").action(
    (flags: DatabaseFlags) =>
      looking(setting, flags, async (store) => {
        const { overview } = await look(createFleetView(store), store.clock);
        if (flags.json) {
          for (const worker of overview.workers) out.line(JSON.stringify(workerRecord(worker)));
          for (const { host, version, reason } of overview.refused) {
            out.line(JSON.stringify({ host, version, state: "refused", reason }));
          }
        } else if (overview.workers.length + overview.refused.length > 0) {
          printWorkers(out, overview, store.clock.now());
        } else out.line("No worker is there. Start one on any host: hive fleet worker --redis URL");
        return heard(overview);
      }),
  );

  fleet
    .command("key")
    .description("Makes a new key for consoles and workers (HIVE_FLEET_KEY), and prints it.")
    .action(() => {
      out.line(newFleetKey());
      done(EXIT.ok);
    });
}

/** Asks all workers to say who they are, and waits for the answers. */
async function look(
  view: ReturnType<typeof createFleetView>,
  clock: Parameters<typeof createWatchKeeper>[1],
): Promise<{ readonly overview: FleetOverview }> {
  const keeper = createWatchKeeper(process.env, clock);
  try {
    const watch: FleetWatch | null = await keeper.watch();
    await watch?.settled(ROLL_MS);
    return { overview: await view.overview(watch) };
  } finally {
    keeper.close();
  }
}

type Health = Awaited<ReturnType<typeof checkFleet>>;

const TONES = { healthy: "green", degraded: "yellow", unhealthy: "red" } as const;
const MARKS = { healthy: "✓", degraded: "!", unhealthy: "✗" } as const;

function printHealth(out: Output, { status, message }: Health): void {
  out.line(`${out.paint(TONES[status], MARKS[status])} ${plainText(message)}`);
}

function printStatus(out: Output, { totals, versions, queues, refused }: FleetOverview, health: Health): void {
  printHealth(out, health);
  const { hosts, workers, slots, busy } = totals;
  const versionWords = versions.map(({ version, workers: count }) => `${version} (${count})`).join(", ");
  out.line(
    `${plural(hosts, "host")}, ${plural(workers, "worker")}, ${plural(slots, "slot")}, ${formatCount(busy)} in use` +
      (versionWords === "" ? "" : `; version ${plainText(versionWords)}`),
  );
  for (const queue of queues) {
    const { name, waiting, running } = queue;
    out.line(`${plainText(name)}: ${formatCount(waiting)} waiting, ${formatCount(running)} running, ${drained(queue)}`);
  }
  printRefused(out, refused);
}

function printRefused(out: Output, refused: FleetOverview["refused"]): void {
  for (const { host, version, reason } of refused) {
    out.line(`${out.paint("red", "refused")} ${plainText(`${host} ${version}: ${reason}`)}`);
  }
}

function drained({ drain, waiting, running }: FleetQueue): string {
  if (drain === "no_slots") return "and no worker takes them";
  if (drain === "nothing_ended") return "drained in: unknown";
  return waiting + running === 0 ? "empty" : `drained in about ${formatDuration(drain.ms)}`;
}

const rate = (perMinute: number | null): string =>
  perMinute === null ? "-" : perMinute.toFixed(perMinute < 10 ? 1 : 0);

function printQueues(out: Output, queues: readonly FleetQueue[], now: number): void {
  const rows = queues.map((queue) => [
    plainText(queue.name),
    formatCount(queue.waiting),
    queue.oldest?.since == null ? "-" : formatElapsed(Math.max(0, now - queue.oldest.since)),
    `${formatCount(queue.running)}/${formatCount(queue.slots)}`,
    formatCount(queue.workers),
    rate(queue.inPerMinute),
    rate(queue.outPerMinute),
    queue.usualMs === null ? "-" : formatDuration(queue.usualMs),
    drainCell(queue),
  ]);
  printTable(out, ["QUEUE", "WAITING", "LAG", "RUNNING", "WORKERS", "IN/MIN", "OUT/MIN", "USUAL", "DRAINED IN"], rows);
}

function drainCell({ drain, waiting, running }: FleetQueue): string {
  if (drain === "no_slots") return "never: no worker";
  if (drain === "nothing_ended") return "-";
  return waiting + running === 0 ? "empty" : `${formatDuration(drain.ms)} (at most ${formatDuration(drain.atMostMs)})`;
}

function printWorkers(out: Output, { workers, refused }: FleetOverview, now: number): void {
  const rows = workers.map(
    ({ host, pid, queue, role, capabilities, slots, busy, elsewhere, state, version, heardAt }) => [
      plainText(pid === null ? host : `${host}:${pid}`),
      state,
      plainText(queue),
      `${busy + elsewhere}/${slots}`,
      plainText(version ?? "-"),
      heardAt === null ? "never" : formatElapsed(Math.max(0, now - heardAt)),
      plainText([role, ...capabilities].join(", ")),
    ],
  );
  if (rows.length > 0)
    printTable(out, ["HOST", "STATE", "QUEUE", "SLOTS", "VERSION", "HEARD", "ROLE, CAPABILITIES"], rows);
  printRefused(out, refused);
}

function printTable(out: Output, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => column(cell, widths[at] ?? 0))
      .join("  ")
      .trimEnd();
  out.line(out.paint("grey", line(head)));
  for (const row of rows) out.line(line(row));
}

function queueRecord(queue: FleetQueue): Readonly<Record<string, unknown>> {
  const { drain } = queue;
  const known = typeof drain === "string" ? null : drain;
  return {
    queue: queue.name,
    waiting: queue.waiting,
    oldest_task_id: queue.oldest?.taskId ?? null,
    oldest_since: queue.oldest?.since == null ? null : new Date(queue.oldest.since).toISOString(),
    running: queue.running,
    slots: queue.slots,
    workers: queue.workers,
    hosts: queue.hosts,
    in_per_minute: queue.inPerMinute,
    out_per_minute: queue.outPerMinute,
    usual_ms: queue.usualMs,
    drain_ms: known?.ms ?? null,
    drain_at_most_ms: known?.atMostMs ?? null,
    drain_unknown: typeof drain === "string" ? drain : null,
    slots_for_15_minutes: queue.slotsForGoal,
  };
}

function workerRecord(worker: FleetWorker): Readonly<Record<string, unknown>> {
  return {
    instance: worker.instance,
    worker_id: worker.workerId,
    host: worker.host,
    pid: worker.pid,
    queue: worker.queue,
    role: worker.role,
    capabilities: worker.capabilities,
    version: worker.version,
    slots: worker.slots,
    busy: worker.busy,
    busy_elsewhere: worker.elsewhere,
    state: worker.state,
    heard_at: worker.heardAt === null ? null : new Date(worker.heardAt).toISOString(),
    started_at: worker.startedAt === null ? null : new Date(worker.startedAt).toISOString(),
  };
}

function statusRecord(overview: FleetOverview, health: Health): Readonly<Record<string, unknown>> {
  return {
    status: health.status,
    message: health.message,
    redis: overview.connection?.shown ?? null,
    key: overview.connection?.keyId ?? null,
    ...overview.totals,
    versions: overview.versions,
    queues: overview.queues.map(queueRecord),
    refused: overview.refused,
  };
}
