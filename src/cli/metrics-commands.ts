import { type Command, InvalidArgumentError } from "commander";
import { openMetricsServer } from "../main/core/metrics-server";
import { readMetrics } from "../main/core/operations/metrics";
import { HiveError } from "../shared/errors";
import { prometheusText } from "../shared/model/metrics";
import { EXIT, type ExitCode } from "./exit-codes";
import { type CommandSetting, type DatabaseFlags, looking } from "./operation-command";
import { listenForInterrupts } from "./signals";

const NOTES = `
Prints figures of the database in Prometheus' text format; with --serve they are at http://127.0.0.1:PORT/metrics until
^C. What all consoles of the database wrote (latency, rollbacks) is known a minute later; what one process wrote, at once and
to that process alone: the console that starts the tasks answers on the port of the setting runner.metricsPort.
`;

interface MetricsFlags extends DatabaseFlags {
  readonly serve?: number;
}

/** `hive metrics`: figures for monitoring systems. */
export function addMetricsCommand(program: Command, setting: CommandSetting): void {
  const { addDatabaseOption, outputs } = setting;
  addDatabaseOption(
    program
      .command("metrics")
      .summary("print figures for monitoring systems")
      .description("Prints figures of the database for monitoring systems."),
  )
    .option("--serve <port>", "answer requests on this port of this machine alone; 0: any free one", parsePort)
    .addHelpText("after", NOTES)
    .action((flags: MetricsFlags) =>
      looking(setting, flags, async (store) => {
        const read = async () => prometheusText(await readMetrics(store, process.env));
        if (flags.serve !== undefined) return serve(read, flags.serve, (line) => outputs.err.line(line));
        outputs.out.write(await read());
        return undefined;
      }),
    );
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError("Give a port, 0 to 65535.");
  return port;
}

/** Answers until ^C. Only this machine is listened to. */
async function serve(read: () => Promise<string>, port: number, say: (line: string) => void): Promise<ExitCode> {
  const server = await openMetricsServer(read, port).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new HiveError("not_allowed", `Port ${port} cannot be listened to: ${why}. Choose another one.`, { port });
  });
  say(`http://127.0.0.1:${server.port}/metrics`);
  const interrupts = listenForInterrupts();
  await new Promise<void>((resolve) => interrupts.react(() => resolve()));
  interrupts.end();
  await server.close();
  return EXIT.ok;
}
