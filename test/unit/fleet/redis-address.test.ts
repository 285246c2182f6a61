import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRedisAddress, redisAddress } from "../../../src/main/core/fleet/redis-address.ts";

describe("the address of a Redis", () => {
  it.each([
    ["redis://localhost", { host: "localhost", port: 6379 }, "redis://localhost:6379"],
    [
      "redis://:p%40ss@10.0.0.5:7000/2",
      { host: "10.0.0.5", port: 7000, password: "p@ss", db: 2 },
      "redis://10.0.0.5:7000/2",
    ],
    [
      "rediss://ann:secret@redis.example",
      { username: "ann", password: "secret", tls: {} },
      "rediss://redis.example:6379",
    ],
    ["redis://[::1]:6380", { host: "::1", port: 6380 }, "redis://[::1]:6380"],
  ])("%s is read, and shown without its password", (text, options, shown) => {
    const address = readRedisAddress(text, null);
    expect(address.options).toMatchObject(options);
    expect(address.shown).toBe(shown);
    expect(address.isEncrypted).toBe(text.startsWith("rediss"));
  });

  it.each([
    ["localhost:6379", /neither redis:/],
    ["not an address", /no URL/],
    ["http://localhost", /neither redis:/],
    ["redis:///1", /names no host/],
    ["redis://localhost/main", /no number/],
    ["redis://:hidden?word@localhost", /no (URL|number)|has a \?/],
    ["redis://:hid%zzden@localhost", /stands for nothing/],
  ])("%s is refused, and its password not shown", (text, why) => {
    expect(() => readRedisAddress(text, null)).toThrow(why);
    expect(() => readRedisAddress(text, null)).toThrow(/^(?!.*hid).*rediss:\/\/:PASSWORD@HOST/);
  });

  it("takes any password that is written as a URL wants it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }), (password) => {
        const { options } = readRedisAddress(`redis://:${encodeURIComponent(password)}@localhost`, null);
        expect(options.password).toBe(password);
      }),
    );
  });

  it("takes certificates for TLS alone, and says which file it cannot read", () => {
    expect(() => readRedisAddress("redis://localhost", "/ca.pem")).toThrow(/only rediss/);
    expect(() => readRedisAddress("rediss://localhost", "/there/is/none.pem")).toThrow(/none\.pem/);
    expect(() => readRedisAddress("rediss://localhost", import.meta.filename)).toThrow(/holds no certificate/);
  });

  it("is none where none is set", () => {
    expect(redisAddress({})).toBeNull();
    expect(redisAddress({ HIVE_FLEET_REDIS: " " })).toBeNull();
  });
});
