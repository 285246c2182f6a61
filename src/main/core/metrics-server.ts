import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Figures for whoever asks on this machine. */
export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Answers `GET /metrics` on the loopback address. Port 0: any free one. Rejects with what the system says. */
export async function openMetricsServer(read: () => Promise<string>, port: number): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const isAsked = request.url?.split("?")[0] === "/metrics" && ["GET", "HEAD"].includes(request.method ?? "");
    // A page in a browser reaches this machine by a name of its own: it is told nothing.
    const isLocal = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? "");
    if (!isAsked || !isLocal) {
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
  });
  server.removeAllListeners("error");
  server.on("error", () => undefined);
  return { port: portOf(server), close: () => closed(server) };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
