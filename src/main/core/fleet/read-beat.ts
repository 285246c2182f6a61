import { anyBeatSchema, type Beat, beatSchema, FLEET_PROTOCOL } from "./protocol";

/** What a beat is to this side. */
export type HeardBeat =
  | { readonly kind: "member"; readonly beat: Beat }
  | {
      readonly kind: "refused";
      readonly instance: string;
      readonly host: string;
      readonly version: string;
      /** What is wrong and what to do, in a sentence. */
      readonly reason: string;
    };

/**
 * Reads what a worker says of itself; null: it is no beat at all.
 * @param keyIds of the keys that open here, the one that seals first; none: nothing is sealed
 */
export function readBeat(text: string, keyIds: readonly string[]): HeardBeat | null {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return null;
  }
  const any = anyBeatSchema.safeParse(raw);
  if (!any.success) return null;
  const { instance, host, version, protocol } = any.data;
  const refused = (reason: string): HeardBeat => ({ kind: "refused", instance, host, version, reason });
  if (protocol !== FLEET_PROTOCOL) {
    return refused(
      `The worker (hive ${version}) speaks version ${protocol} of the fleet's protocol, and this console version ${FLEET_PROTOCOL}: install the same release on both sides.`,
    );
  }
  const parsed = beatSchema.safeParse(raw);
  if (!parsed.success) return refused(`What it says of itself cannot be read: ${parsed.error.message}`);
  const { keyId, opens } = parsed.data;
  const [first = null] = keyIds;
  const theyRead = first === null ? opens.length === 0 : opens.includes(first);
  const weRead = keyId === null ? keyIds.length === 0 : keyIds.includes(keyId);
  if (theyRead && weRead) return { kind: "member", beat: parsed.data };
  return refused(
    `The worker has ${keyName(keyId)}, and this console ${keyName(first)}: give both the same HIVE_FLEET_KEY.`,
  );
}

function keyName(keyId: string | null): string {
  return keyId === null ? "no key" : `the key ${keyId}`;
}
