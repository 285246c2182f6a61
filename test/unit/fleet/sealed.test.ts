import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSealer, newFleetKey, readFleetKeys } from "../../../src/main/core/fleet/sealed.ts";

const [one, two] = [newFleetKey(), newFleetKey()];
const matter = fc.string({ maxLength: 40 });
const part = fc.string({ maxLength: 10 });
const text = fc.string({ unit: "grapheme", maxLength: 300 });

describe("sealed payloads", () => {
  it("open as what they were, with and without a key", () => {
    fc.assert(
      fc.property(text, matter, part, fc.constantFrom(one, `${one} ${two}`, ""), (given, of, name, key) => {
        const [here, there] = [createSealer(readFleetKeys(key), of), createSealer(readFleetKeys(key), of)];
        expect(there.open(here.seal(given, name), name)).toBe(given);
      }),
    );
  });

  it("hold bytes of any kind", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.constantFrom(one, ""), (bytes, key) => {
        const sealer = createSealer(readFleetKeys(key), "run");
        expect(sealer.openBytes(sealer.sealBytes(bytes, "log"), "log")).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it("show nothing of what they hold, and never look the same twice", () => {
    const sealer = createSealer(readFleetKeys(one), "run");
    const secret = "a secret of some length";
    const sealed = sealer.sealBytes(Buffer.from(secret), "order");
    expect(sealed.includes(secret)).toBe(false);
    expect(sealed).not.toEqual(sealer.sealBytes(Buffer.from(secret), "order"));
    expect(sealed.toString("latin1")).toContain(`hive-sealed-1.${sealer.keyId}\n`);
    expect(sealed.includes(Buffer.from(one, "base64url").subarray(0, 8))).toBe(false);
  });

  it("do not open with one bit changed, cut short, or made longer", () => {
    const sealer = createSealer(readFleetKeys(one), "run");
    const sealed = sealer.sealBytes(Buffer.from("text"), "order");
    fc.assert(
      fc.property(fc.nat(sealed.length * 8 - 1), (bit) => {
        const other = Buffer.from(sealed);
        other.writeUInt8(other.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(() => sealer.openBytes(other, "order")).toThrow(/came through Redis/);
      }),
      { numRuns: 300 },
    );
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => sealer.openBytes(sealed.subarray(0, length), "order")).toThrow(/came through Redis/);
    }
    expect(() => sealer.openBytes(Buffer.concat([sealed, Buffer.of(0)]), "order")).toThrow(/does not open/);
  });

  it("open for their own matter and part alone", () => {
    fc.assert(
      fc.property(matter, matter, part, part, (a, b, c, d) => {
        fc.pre(a !== b || c !== d);
        const keys = readFleetKeys(one);
        const sealed = createSealer(keys, a).seal("text", c);
        expect(() => createSealer(keys, b).open(sealed, d)).toThrow(/does not open/);
      }),
    );
  });

  it("are opened by the old key while a new one seals", () => {
    const before = createSealer(readFleetKeys(one), "run").seal("text", "order");
    expect(createSealer(readFleetKeys(`${two},${one}`), "run").open(before, "order")).toBe("text");
    const after = createSealer(readFleetKeys(`${two},${one}`), "run").seal("text", "order");
    expect(createSealer(readFleetKeys(two), "run").open(after, "order")).toBe("text");
    expect(() => createSealer(readFleetKeys(one), "run").open(after, "order")).toThrow(/sealed with the key/);
  });

  it("are refused where there is no key, and clear ones where there is: nobody is talked out of the key", () => {
    const [keyed, bare] = [createSealer(readFleetKeys(one), "run"), createSealer(null, "run")];
    expect(() => bare.open(keyed.seal("text", "order"), "order")).toThrow(/and there is none here/);
    expect(() => keyed.open(bare.seal("text", "order"), "order")).toThrow(/written in clear/);
    expect(bare.seal("text", "order")).toBe("hive-clear-1\ntext");
  });

  it("of a later version are refused by name", () => {
    const later = Buffer.from("hive-sealed-9.0123456789ab\nwhatever");
    expect(() => createSealer(readFleetKeys(one), "run").openBytes(later, "order")).toThrow(/"hive-sealed-9"/);
  });
});

describe("keys of a fleet", () => {
  it("are read in each way that people write 32 bytes", () => {
    const bytes = Buffer.from(one, "base64url");
    const ways = [one, bytes.toString("base64"), bytes.toString("hex"), ` ${one}\n`];
    expect(new Set(ways.map((way) => readFleetKeys(way)?.first.id)).size).toBe(1);
    expect(readFleetKeys(" \n")).toBeNull();
  });

  it("that are none are refused without being shown", () => {
    const bad = fc.string({ minLength: 1, maxLength: 42 }).filter((word) => /^[^\s,]+$/.test(word));
    fc.assert(
      fc.property(bad, (word) => {
        expect(() => readFleetKeys(`${one},${word}`)).toThrow(/^Key 2 of the fleet is no key/);
      }),
    );
    expect(() => readFleetKeys("correct-horse-battery")).toThrow(/^(?!.*horse)/s);
  });
});
