import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import { HiveError } from "../../../shared/errors";

/** Keys of a fleet: consoles and workers that hold the same read each other, and nobody else reads them. */
export interface FleetKeys {
  /** Seals. */
  readonly first: FleetKey;
  /** All that open, the first among them: a key is replaced by giving the new one in front of the old. */
  readonly all: readonly FleetKey[];
}

export interface FleetKey {
  /** Says which key it is and nothing about it; stands in Redis in clear. */
  readonly id: string;
  readonly bytes: Buffer;
}

const KEY_BYTES = 32;
const ID_DIGITS = 12;

/** A new key as people pass it on: 43 letters, digits, `-` and `_`. */
export function newFleetKey(random: (bytes: number) => Buffer = randomBytes): string {
  return random(KEY_BYTES).toString("base64url");
}

/**
 * Reads what `HIVE_FLEET_KEY` or safe storage holds: one or more keys, separated by commas or white space, each 32 bytes
 * in base64, base64url or hexadecimal digits. Null for an empty text.
 * @throws HiveError `invalid_input`, which never shows what was given
 */
export function readFleetKeys(text: string): FleetKeys | null {
  const all = text
    .split(/[\s,]+/)
    .filter((word) => word !== "")
    .map((word, index) => keyOf(word, index + 1));
  const [first] = all;
  return first === undefined ? null : { first, all };
}

function keyOf(word: string, place: number): FleetKey {
  const isHex = /^[0-9a-f]{64}$/i.test(word);
  const isBase64 = /^[\w+/-]{43}=?$/.test(word);
  if (!isHex && !isBase64) {
    throw new HiveError(
      "invalid_input",
      `Key ${place} of the fleet is no key: it needs 32 bytes as 43 characters of base64 or 64 hexadecimal digits. Make one with: hive fleet key`,
      { place },
    );
  }
  const bytes = Buffer.from(word, isHex ? "hex" : "base64");
  const id = createHash("sha256").update("hive fleet key id\0").update(bytes).digest("hex").slice(0, ID_DIGITS);
  return { id, bytes };
}

/** Versions of what is written; an unknown one is refused by name. */
const SEALED = "hive-sealed-1";
const CLEAR = "hive-clear-1";
const CLEAR_HEAD = `${CLEAR}\n`;
const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals and opens what belongs to one matter, as one attempt: what was sealed for another does not open. */
export interface Sealer {
  /** Null: nothing is sealed, everything is written in clear. */
  readonly keyId: string | null;
  /** `part` says what of the matter it is, e.g. `order`: a part does not open as another. */
  seal(text: string, part: string): string;
  /** Throws HiveError `not_allowed` when the key is another or missing, `invalid_input` when it was changed. */
  open(sealed: string, part: string): string;
  sealBytes(bytes: Uint8Array, part: string): Buffer;
  openBytes(sealed: Uint8Array, part: string): Buffer;
}

/**
 * AES-256-GCM under a key of the matter's own (HKDF of the fleet's key), so that one key of a fleet lasts for any number
 * of attempts, with the version, the key's id and the part authenticated.
 * @param keys null: nothing is sealed, and what is sealed is refused
 * @param matter the id of an attempt, or of what else it belongs to
 */
export function createSealer(keys: FleetKeys | null, matter: string): Sealer {
  const derived = new Map<string, Buffer>();
  const derive = (key: FleetKey): Buffer => {
    const known = derived.get(key.id);
    if (known !== undefined) return known;
    const made = Buffer.from(hkdfSync("sha256", key.bytes, SEALED, matter, KEY_BYTES));
    derived.set(key.id, made);
    return made;
  };

  const sealBytes = (bytes: Uint8Array, part: string): Buffer => {
    if (keys === null) return Buffer.concat([headerOf(CLEAR), bytes]);
    const header = headerOf(`${SEALED}.${keys.first.id}`);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, derive(keys.first), nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.concat([header, Buffer.from(part)]));
    return Buffer.concat([header, nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  };

  const openBytes = (sealed: Uint8Array, part: string): Buffer => {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    const { name, keyId, header } = readHeader(bytes);
    if (name === CLEAR) {
      if (keys !== null)
        throw refused("was written in clear, and this side holds a key: give the other side the key too");
      return bytes.subarray(header.length);
    }
    if (name !== SEALED) throw refused(`is of the version ${JSON.stringify(name)}, which is not known here`);
    const key = keys?.all.find(({ id }) => id === keyId);
    if (key === undefined) {
      const own = keys === null ? "there is none here" : `here is ${keys.all.map(({ id }) => id).join(", ")}`;
      throw refused(`was sealed with the key ${keyId}, and ${own}: give both sides the same HIVE_FLEET_KEY`, keyId);
    }
    return decrypted(bytes.subarray(header.length), { key: derive(key), header, part });
  };

  return {
    keyId: keys?.first.id ?? null,
    sealBytes,
    openBytes,
    seal(text, part) {
      // Clear text stays readable in Redis; sealed bytes need an alphabet.
      return keys === null ? CLEAR_HEAD + text : sealBytes(Buffer.from(text), part).toString("base64url");
    },
    open(sealed, part) {
      const isClear = sealed.startsWith(CLEAR_HEAD);
      if (isClear && keys === null) return sealed.slice(CLEAR_HEAD.length);
      return openBytes(Buffer.from(sealed, isClear ? "utf8" : "base64url"), part).toString();
    },
  };
}

function headerOf(text: string): Buffer {
  return Buffer.from(`${text}\n`);
}

const MOST_HEADER_BYTES = 64;

function readHeader(bytes: Buffer): { readonly name: string; readonly keyId: string; readonly header: Buffer } {
  const end = bytes.subarray(0, MOST_HEADER_BYTES).indexOf("\n");
  if (end < 0) throw changed();
  const header = bytes.subarray(0, end + 1);
  const [name = "", keyId = ""] = header.toString("latin1", 0, end).split(".");
  return { name, keyId, header };
}

function decrypted(
  bytes: Buffer,
  { key, header, part }: { readonly key: Buffer; readonly header: Buffer; readonly part: string },
): Buffer {
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw changed();
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.concat([header, Buffer.from(part)]));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw changed();
  }
}

function refused(why: string, keyId: string | null = null): HiveError {
  return new HiveError("not_allowed", `What came through Redis ${why}.`, { keyId });
}

function changed(): HiveError {
  return new HiveError(
    "invalid_input",
    "What came through Redis does not open: it was cut short or changed on its way, or belongs elsewhere.",
  );
}
