import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import { HiveError } from "../../../shared/errors";
import type { ArtifactTarget } from "./artifact-target";

export interface S3Place {
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
  readonly region: string;
  /** Without a slash at its end. */
  readonly endpoint: string;
}

export interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What one request can carry. */
const MOST_FILE_BYTES = 5_000_000_000;
const TRIES = 4;
const FIRST_DELAY_MS = 200;
const SHOWN_ANSWER = 300;

interface Sent {
  readonly bytes: number;
  readonly sha256: string;
  /** Made anew for each try. */
  body(): ReadableStream<Uint8Array> | Buffer;
}

/**
 * A bucket, by path-style addresses, which every store understands. A file is one request whose signature holds its
 * checksum: the store refuses what does not arrive whole, and shows nothing until it has.
 */
export function createS3Target(place: S3Place, keys: S3Keys): ArtifactTarget {
  const client = new AwsClient({ ...keys, service: "s3", region: place.region, retries: 0 });
  const says = `the bucket ${place.bucket} at ${place.endpoint}`;

  const address = (name: string): string => {
    const path = [place.bucket, ...(place.prefix === "" ? [] : place.prefix.split("/")), ...name.split("/")];
    return `${place.endpoint}/${path.map(encoded).join("/")}`;
  };

  const once = async (
    method: "GET" | "PUT",
    name: string,
    sent: Sent | null,
    signal?: AbortSignal,
  ): Promise<Response> => {
    const headers: Record<string, string> = { "x-amz-content-sha256": sent?.sha256 ?? NOTHING };
    if (sent !== null) headers["content-length"] = String(sent.bytes);
    const body = sent === null ? {} : { body: sent.body(), duplex: "half" as const };
    return fetch(await client.sign(address(name), { method, headers, ...body }), { ...(signal ? { signal } : {}) });
  };

  /** Busy stores and cut connections pass; what a store refuses does not. */
  const request = async (method: "GET" | "PUT", name: string, sent: Sent | null, signal?: AbortSignal) => {
    for (let tries = 1; ; tries += 1) {
      const isLast = tries === TRIES;
      try {
        const response = await once(method, name, sent, signal);
        if (isLast || !isPassing(response.status)) return response;
        await response.body?.cancel();
      } catch (error) {
        if (isLast || signal?.aborted) throw unreachable(says, error);
      }
      await delay(FIRST_DELAY_MS * 2 ** (tries - 1), undefined, { ...(signal ? { signal } : {}) });
    }
  };

  const send = async (name: string, sent: Sent, signal?: AbortSignal): Promise<void> => {
    const response = await request("PUT", name, sent, signal);
    if (!response.ok) throw await refused(says, name, response);
    await response.body?.cancel();
  };

  return {
    says,
    async put(name, { path, bytes, sha256 }, signal) {
      if (bytes > MOST_FILE_BYTES) throw tooLarge(path, bytes);
      const body = () => (bytes === 0 ? Buffer.alloc(0) : webStream(path));
      await send(name, { bytes, sha256, body }, signal);
    },
    async putText(name, text, signal) {
      const bytes = Buffer.from(text);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      await send(name, { bytes: bytes.length, sha256, body: () => bytes }, signal);
    },
    async get(name, signal) {
      const response = await request("GET", name, null, signal);
      if (response.status === 404) {
        await response.body?.cancel();
        return null;
      }
      if (!response.ok) throw await refused(says, name, response);
      return response.body === null ? Readable.from([]) : chunksOf(response.body, says);
    },
  };
}

/** The checksum of no bytes. */
const NOTHING = createHash("sha256").digest("hex");

/** As signatures want it: RFC 3986, which encodes more than `encodeURIComponent`. */
function encoded(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

function webStream(path: string): ReadableStream<Uint8Array> {
  return ReadableStream.from<Uint8Array>(createReadStream(path));
}

async function* chunksOf(body: ReadableStream<Uint8Array>, says: string): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    throw unreachable(says, error);
  }
}

function isPassing(status: number): boolean {
  return status === 429 || status >= 500;
}

async function refused(says: string, name: string, response: Response): Promise<HiveError> {
  const answer = (await response.text().catch(() => "")).replaceAll(/\s+/g, " ").slice(0, SHOWN_ANSWER);
  return new HiveError("not_allowed", `${capital(says)} refuses ${name}: ${response.status} ${answer}`.trimEnd(), {
    status: response.status,
  });
}

function unreachable(says: string, error: unknown): HiveError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new HiveError("file_unreadable", `${capital(says)} cannot be reached: ${reason}.`);
}

function tooLarge(path: string, bytes: number): HiveError {
  return new HiveError(
    "invalid_input",
    `${path} has ${Math.ceil(bytes / 1e9)} GB: a bucket takes files up to ${MOST_FILE_BYTES / 1e9} GB. Split it, or use a shared folder.`,
    { path, bytes },
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
