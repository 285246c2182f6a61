import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Reply = (request: Received, response: ServerResponse) => void;

export interface TestServer {
  readonly origin: string;
  readonly requests: Received[];
  /** What is answered from now on. */
  reply(reply: Reply): void;
  close(): Promise<void>;
}

/** A real HTTP server on a free port of this machine. */
export async function startServer(first: Reply): Promise<TestServer> {
  const requests: Received[] = [];
  let reply = first;
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      const received = { method: incoming.method ?? "", url: incoming.url ?? "", headers: incoming.headers, body };
      requests.push(received);
      reply(received, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    requests,
    reply(next) {
      reply = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const json =
  (value: unknown, status = 200): Reply =>
  (_, response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(value));
  };

/** Takes the request and never answers. */
export const silence: Reply = () => undefined;
