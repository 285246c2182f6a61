import { createHmac } from "node:crypto";
import type { EventRow } from "../../../shared/model/log-views";
import { WorkFailure } from "../agents/agent";
import { httpUrl, inWords, send, snippet, traceHeaders } from "../agents/request";

/** What came of one try to deliver. */
export type Delivered =
  | { readonly outcome: "delivered"; readonly detail: string | null }
  /** `waitMs`: the receiver asks not to be tried again before. */
  | { readonly outcome: "failed"; readonly detail: string; readonly waitMs: number | null }
  /** Not tried, for a reason that is not the receiver's. */
  | { readonly outcome: "held"; readonly detail: string };

/** One event on its way to one subscriber. */
export interface Parcel {
  readonly subscriptionId: string;
  readonly subscription: string;
  readonly event: EventRow;
  /** 1 for the first. */
  readonly attempt: number;
  readonly timeoutMs: number;
  readonly isTest: boolean;
}

/** An answer is read so far for the log, and no further. */
const MOST_READ = 4_096;
const LONGEST_WAIT_MS = 3_600_000;

/** The event as its receivers get it, in the words of the table it stands in. */
export function parcelText({ subscriptionId, subscription, event, attempt, isTest }: Parcel): string {
  return JSON.stringify({
    event_id: event.id,
    event_type: event.type,
    timestamp: event.at === null ? null : new Date(event.at).toISOString(),
    source_agent: event.source,
    correlation_id: event.correlationId,
    payload: event.payload,
    metadata: event.metadata,
    delivery: { subscription_id: subscriptionId, subscription, attempt, test: isTest },
  });
}

/** `t=SECONDS,v1=HEX`: HMAC-SHA256 with the key over the time, a dot and the body. */
export function signature(key: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac("sha256", key).update(`${seconds}.${body}`).digest("hex")}`;
}

export interface WebhookOptions {
  readonly url: string;
  /** Null: it is not signed. */
  readonly key: string | null;
  /** Milliseconds, wall time. */
  readonly now: number;
  /** Aborted when the process is to end. */
  readonly signal: AbortSignal;
}

/** Posts an event; anything but a 2xx within the time limit is a failure. Rejects only when `signal` is aborted. */
export async function postEvent(parcel: Parcel, { url, key, now, signal }: WebhookOptions): Promise<Delivered> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(parcel.timeoutMs)]);
  const body = parcelText(parcel);
  const seconds = Math.floor(now / 1_000);
  try {
    const address = httpUrl(url);
    const response = await send({
      method: "POST",
      url: address,
      headers: {
        "content-type": "application/json",
        "user-agent": "hive-console",
        "x-hive-event": encodeURI(parcel.event.type),
        "x-hive-event-id": encodeURI(parcel.event.id),
        // The same for each try of one event: who receives it twice can tell.
        "x-hive-delivery": encodeURI(`${parcel.subscriptionId}:${parcel.event.id}`),
        "x-hive-attempt": String(parcel.attempt),
        ...(key === null ? {} : { "x-hive-signature": signature(key, seconds, body) }),
        ...traceHeaders(parcel.event.id, parcel.event.correlationId),
      },
      body,
      key: null,
      signal: limit,
      redirect: "manual",
    });
    const answer = await beginning(response, address, limit);
    const said = `${response.status}${answer === "" ? "" : `: ${snippet(answer)}`}`;
    if (response.ok) return { outcome: "delivered", detail: said };
    const moved =
      response.status >= 300 && response.status < 400 ? " Redirects are not followed: correct the address." : "";
    return { outcome: "failed", detail: `${address.host} answered ${said}.${moved}`, waitMs: waitOf(response) };
  } catch (error) {
    if (signal.aborted) throw error;
    const message = error instanceof Error ? error.message : String(error);
    return { outcome: "failed", detail: message, waitMs: null };
  }
}

async function beginning(response: Response, url: URL, signal: AbortSignal): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length >= MOST_READ) break;
    }
  } catch (error) {
    const worded = inWords(error, url, signal);
    throw worded instanceof WorkFailure ? worded : error;
  }
  return text;
}

function waitOf({ status, headers }: Response): number | null {
  const seconds = Number(headers.get("retry-after") ?? "");
  if ((status !== 429 && status !== 503) || !Number.isFinite(seconds) || seconds <= 0) return null;
  return Math.min(seconds * 1_000, LONGEST_WAIT_MS);
}
