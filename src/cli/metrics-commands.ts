import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Command, InvalidArgumentError } from "commander";
import { readMetrics } from "../main/core/operations/metrics";
import { HiveError } from "../shared/errors";
import { prometheusText } from "../shared/model/metrics";
import { EXIT, type ExitCode } from "./exit-codes";
import { type CommandSetting, type DatabaseFlags, looking } from "./operation-command";
import { listenForInterrupts } from "./signals";

const NOTES = `
Prints figures of the database in Prometheus' text format; with --serve they are at http://127.0.0.1:PORT/metrics until
^C. What a process wrote itself (latency, rollbacks) is only known to that process.
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
  const server = createServer((request, response) => {
    const isMetrics =
      request.url?.split("?")[0] === "/metrics" && (request.method === "GET" || request.method === "HEAD");
    if (!isMetrics) {
      response.writeHead(404, { "content-type": "text/plain" }).end("GET /metrics\n");
      return;
    }
    read().then(
      (text) => response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(text),
      (error: unknown) =>
        response
          .writeHead(500, { "content-type": "text/plain" })
          .end(`${error instanceof Error ? error.message : String(error)}\n`),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new HiveError("not_allowed", `Port ${port} cannot be listened to: ${why}. Choose another one.`, { port });
  });
  const { port: actual } = server.address() as AddressInfo;
  say(`http://127.0.0.1:${actual}/metrics`);
  const interrupts = listenForInterrupts();
  await new Promise<void>((resolve) => interrupts.react(() => resolve()));
  interrupts.end();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return EXIT.ok;
}
