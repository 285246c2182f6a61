import { expect, it } from "vitest";
import { processTypeOf } from "../../../src/main/minidump";

/** A text as Crashpad writes it: its length, itself, a zero, filled up to four bytes. */
function text(value: string): Buffer {
  const bytes = Buffer.alloc(4 + Math.ceil((value.length + 1) / 4) * 4);
  bytes.writeUInt32LE(value.length);
  bytes.write(value, 4);
  return bytes;
}

const report = (...annotations: string[]): Buffer =>
  Buffer.concat([Buffer.from("MDMP"), ...annotations.map(text), Buffer.alloc(16)]);

it.each(["browser", "renderer", "gpu-process"])("reads that a report is of a process of type %s", (type) => {
  expect(processTypeOf(report("platform", "linux", "ptype", type, "osarch", "x64"))).toBe(type);
});

it("reads nothing from a report that does not say, or that ends too early", () => {
  expect(processTypeOf(report("platform", "linux"))).toBeNull();
  expect(processTypeOf(Buffer.concat([text("ptype"), Buffer.from([7, 0])]))).toBeNull();
  expect(processTypeOf(Buffer.alloc(0))).toBeNull();
});
