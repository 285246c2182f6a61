import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ChunkStore,
  createLargePayloads,
  LARGE_BYTES,
  MOST_PAYLOAD_BYTES,
} from "../../../src/main/core/fleet/large-payloads.ts";

function memory() {
  const kept = new Map<string, Buffer>();
  const chunks: ChunkStore = {
    async put(keys, pieces) {
      for (const [index, key] of keys.entries()) kept.set(key, Buffer.from(pieces[index] ?? []));
    },
    get: async (key) => kept.get(key) ?? null,
    renew: async () => undefined,
    async drop(keys) {
      for (const key of keys) kept.delete(key);
    },
  };
  return { kept, chunks, payloads: createLargePayloads(chunks, "hive:large") };
}

const large = `${"€".repeat(LARGE_BYTES / 3)}tail`;

describe("large payloads", () => {
  it("that are short travel as they are", async () => {
    const { kept, payloads } = memory();
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 200 }), async (text) => {
        const sent = await payloads.outgoing(text, "run:order");
        expect(sent).toBe(text);
        expect(await payloads.incoming(sent)).toBe(text);
      }),
    );
    expect(kept.size).toBe(0);
  });

  it("over a megabyte travel by reference, in chunks, and leave nothing behind", async () => {
    const { kept, payloads } = memory();
    const sent = await payloads.outgoing(large, "run:order");
    expect(sent.length).toBeLessThan(300);
    expect([...kept.keys()]).toEqual(["hive:large:run:order:0", "hive:large:run:order:1"]);
    expect(await payloads.incoming(sent)).toBe(large);
    await payloads.drop(sent);
    expect(kept.size).toBe(0);
  });

  it("are counted in bytes, to the byte", async () => {
    const { payloads } = memory();
    const fits = "x".repeat(LARGE_BYTES);
    expect(await payloads.outgoing(fits, "a")).toBe(fits);
    expect(await payloads.outgoing(`${fits}x`, "a")).not.toBe(`${fits}x`);
  });

  it("that look like a reference come back as themselves", async () => {
    const { payloads } = memory();
    const sent = await payloads.outgoing(large, "run:order");
    const nested = await payloads.outgoing(sent, "run:result");
    expect(nested).not.toBe(sent);
    expect(await payloads.incoming(nested)).toBe(sent);
  });

  it("that are gone, or were changed, are told apart", async () => {
    const { kept, payloads } = memory();
    const sent = await payloads.outgoing(large, "run:order");
    const first = kept.get("hive:large:run:order:0") ?? Buffer.alloc(0);
    first.writeUInt8(first.readUInt8(5) ^ 1, 5);
    await expect(payloads.incoming(sent)).rejects.toThrow(/its checksum differs/);
    kept.delete("hive:large:run:order:1");
    await expect(payloads.incoming(sent)).rejects.toMatchObject({ code: "not_found" });
  });

  it("whose reference was tampered with ask for nothing else", async () => {
    const { payloads } = memory();
    const bad = `{"format":"hive-large-1","id":"x","bytes":5,"chunks":99999999,"sha256":"${"0".repeat(64)}"}`;
    for (const sent of [bad, '{"format":"hive-large-1"', '{"format":"hive-large-1","id":"x"}']) {
      await expect(payloads.incoming(sent)).rejects.toMatchObject({ code: "invalid_input" });
    }
  });

  it("that do not fit into Redis leave nothing behind", async () => {
    const { kept, chunks } = memory();
    let room = 1;
    const full: ChunkStore = {
      ...chunks,
      async put(keys, pieces, ttlMs) {
        for (const [index, key] of keys.entries()) {
          if (room === 0) throw new Error("OOM command not allowed when used memory > 'maxmemory'.");
          room -= 1;
          await chunks.put([key], [pieces[index] ?? Buffer.alloc(0)], ttlMs);
        }
      },
    };
    await expect(createLargePayloads(full, "hive:large").outgoing(large, "run:order")).rejects.toThrow(/OOM/);
    expect(kept.size).toBe(0);
  });

  it("beyond what Redis should carry are refused with the way to go", async () => {
    const { payloads } = memory();
    const huge = "x".repeat(MOST_PAYLOAD_BYTES + 1);
    await expect(payloads.outgoing(huge, "a")).rejects.toThrow(/257 MB is too large .* artifact folder/);
  });
});
