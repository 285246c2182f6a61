import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const OBJECT_STORE_KEYS = { AWS_ACCESS_KEY_ID: "KEYID", AWS_SECRET_ACCESS_KEY: "secret of the store" };

export interface ObjectStore {
  /** With a bucket `bucket` and the prefix `hive/fleet`. */
  readonly address: string;
  /** By `/bucket/key`. */
  readonly objects: Map<string, Buffer>;
  /** What it answers next: an HTTP status, or the connection cut in the middle of an answer or a request. */
  readonly trouble: Array<number | "cut">;
  readonly requests: () => number;
  close(): Promise<void>;
}

/**
 * A real HTTP server that speaks what S3 says of PUT and GET: it checks signatures (version 4, worked out anew here) and
 * checksums, and shows an object once all of it has come.
 */
export async function startObjectStore(): Promise<ObjectStore> {
  const objects = new Map<string, Buffer>();
  const trouble: ObjectStore["trouble"] = [];
  let requests = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests += 1;
    const next = trouble.shift();
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://store").pathname);
    if (next === "cut" && request.method === "PUT") return void request.destroy();
    if (typeof next === "number") return say(response, next, "Trouble", "as the test wants it");
    const body = await bodyOf(request);
    if (request.headers.authorization !== signatureOf(request))
      return say(response, 403, "SignatureDoesNotMatch", path);
    if (request.method === "PUT") {
      if (request.headers["content-length"] === undefined) return say(response, 411, "MissingContentLength", path);
      const told = request.headers["x-amz-content-sha256"];
      if (told !== createHash("sha256").update(body).digest("hex")) {
        return say(response, 400, "XAmzContentSHA256Mismatch", path);
      }
      objects.set(path, body);
      return void response.writeHead(200).end();
    }
    const object = objects.get(path);
    if (object === undefined) return say(response, 404, "NoSuchKey", path);
    response.writeHead(200, { "content-length": object.length });
    if (next !== "cut") return void response.end(object);
    response.write(object.subarray(0, object.length >> 1), () => response.destroy());
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `s3://bucket/hive/fleet?endpoint=http://127.0.0.1:${port}&region=eu-test-1`,
    objects,
    trouble,
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function say(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

/** What the header must be, by the rules of the signature's version 4. */
function signatureOf({ method, url = "/", headers }: IncomingMessage): string {
  const given = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? "")?.[1] ?? "";
  const date = String(headers["x-amz-date"]);
  const names = given.split(";");
  const { pathname } = new URL(url, "http://store");
  const canonical = [
    ...[method, pathname, ""],
    ...names.map((name) => `${name}:${String(headers[name]).trim()}`),
    ...["", given, String(headers["x-amz-content-sha256"])],
  ].join("\n");
  const scope = `${date.slice(0, 8)}/eu-test-1/s3/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", date, scope, createHash("sha256").update(canonical).digest("hex")].join("\n");
  const key = ["eu-test-1", "s3", "aws4_request"].reduce(
    (last, part) => hmac(last, part),
    hmac(`AWS4${OBJECT_STORE_KEYS.AWS_SECRET_ACCESS_KEY}`, date.slice(0, 8)),
  );
  const credential = `${OBJECT_STORE_KEYS.AWS_ACCESS_KEY_ID}/${scope}`;
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${given}, Signature=${hmac(key, text).toString("hex")}`;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
