import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { RESULT_LIMIT_BYTES } from "../runner/result-file";
import { type Environment, FinalFailure, WorkFailure } from "./agent";

export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Sent as bearer token; null: none. */
  readonly key: string | null;
  readonly signal: AbortSignal;
  /** Default: redirects are followed. */
  readonly redirect?: "manual";
}

/** The address of a request. Throws `WorkFailure`. */
export function httpUrl(text: string, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : null;
  if (url === null) throw new FinalFailure(`"${text}" is no address: write it with http:// or https:// in front.`);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new FinalFailure(`"${text}" cannot be requested: only http: and https: can.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new FinalFailure(`The address at ${url.host} holds a name or password: hand the key over by "key_env".`);
  }
  return url;
}

/** The value of a variable that holds a key; null for none. Throws `WorkFailure` when it is not set. */
export function readKey(keyEnv: string | null, environment: Environment): string | null {
  if (keyEnv === null) return null;
  const key = environment[keyEnv];
  if (key !== undefined && key.trim() !== "") return key.trim();
  throw new FinalFailure(missingKey(keyEnv));
}

export function missingKey(keyEnv: string): string {
  return `The environment variable ${keyEnv}, which is to hold the key, is not set. Set it and start the console anew.`;
}

/**
 * What binds a request to its launch: `traceparent` (W3C trace context; the correlation id is the trace, the run
 * its span) and the correlation id as it is.
 */
export function traceHeaders(runId: string, correlationId: string | null) {
  const correlation = correlationId ?? runId;
  const span = createHash("sha256").update(runId).digest("hex").slice(0, 16);
  return { traceparent: `00-${traceId(correlation)}-${span}-01`, "x-correlation-id": encodeURI(correlation) };
}

function traceId(correlation: string): string {
  const plain = correlation.replaceAll("-", "").toLowerCase();
  if (/^[0-9a-f]{32}$/.test(plain) && !/^0+$/.test(plain)) return plain;
  return createHash("sha256").update(correlation).digest("hex").slice(0, 32);
}

/** Sends a request; its answer's body is still to be read. Throws `WorkFailure`. */
export async function send({ method, url, headers, body, key, signal, redirect }: Outgoing): Promise<Response> {
  try {
    const sent = new Headers({ ...headers });
    if (key !== null) sent.set("authorization", `Bearer ${key}`);
    return await fetch(url, {
      method,
      headers: sent,
      signal,
      redirect: redirect ?? "follow",
      ...(body === null ? {} : { body }),
    });
  } catch (error) {
    throw inWords(error, url, signal);
  }
}

/** Codes of the system and of Node's fetch, as people say them. */
const TROUBLES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "no such host is known",
  EAI_AGAIN: "the name server does not answer",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  ETIMEDOUT: "it does not answer",
  ECONNRESET: "the connection was cut off",
  UND_ERR_SOCKET: "the connection was cut off",
  UND_ERR_CONNECT_TIMEOUT: "it does not answer",
  UND_ERR_HEADERS_TIMEOUT: "no answer came within 5 minutes",
  UND_ERR_BODY_TIMEOUT: "the answer stood still for 5 minutes",
};

/** A network's failure as one line that names the host. An abort by our own hand stays what it is. */
export function inWords(error: unknown, url: URL, signal: AbortSignal): unknown {
  if (error instanceof WorkFailure) return error;
  if (signal.aborted) {
    const limit = signal.reason instanceof Error && signal.reason.name === "TimeoutError";
    return limit ? new WorkFailure(`${url.host} gave no whole answer within the request's time limit.`) : error;
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const message = cause instanceof Error ? cause.message : String(cause);
  const trouble = TROUBLES[code] ?? message;
  return new WorkFailure(`${url.host}: ${trouble}${code === "" ? "" : ` (${code})`}.`);
}

/** An answer's body: as text, or in a file when it is too large for the database. */
export type Body =
  | { readonly kind: "text"; readonly text: string; readonly bytes: number }
  | { readonly kind: "file"; readonly path: string; readonly bytes: number };

/** An answer beyond this is nobody's result. */
const MOST_BYTES = 1024 ** 3;

/** Reads an answer; what is over 2 MB goes to `file`, and memory does not grow with it. Throws `WorkFailure`. */
export async function readBody(response: Response, url: URL, file: string, signal: AbortSignal): Promise<Body> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let spill: Awaited<ReturnType<typeof open>> | null = null;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > MOST_BYTES) throw new WorkFailure(`The answer of ${url.host} is larger than 1 GB.`);
      if (spill === null && bytes > RESULT_LIMIT_BYTES) {
        spill = await open(file, "w");
        for (const earlier of chunks.splice(0)) await spill.write(earlier);
      }
      if (spill === null) chunks.push(chunk);
      else await spill.write(chunk);
    }
  } catch (error) {
    throw inWords(error, url, signal);
  } finally {
    await spill?.close();
  }
  if (spill !== null) return { kind: "file", path: file, bytes };
  return { kind: "text", text: Buffer.concat(chunks).toString("utf8"), bytes };
}

const SNIPPET = 300;

/** The beginning of an answer in one line, for messages. */
export function snippet(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > SNIPPET ? `${line.slice(0, SNIPPET)}…` : line;
}
