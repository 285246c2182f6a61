import { mkdtemp, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { unzip } from "../../../scripts/lib/unzip.mjs";

interface Entry {
  readonly name: string;
  readonly content: string;
  readonly mode: number;
  readonly stored?: boolean;
}

const REGULAR = 0o100000;
const LINK = 0o120000;

function local(name: Buffer, entry: Entry, packed: Buffer, crc: number): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(entry.stored ? 0 : 8, 8);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(packed.length, 18);
  header.writeUInt32LE(Buffer.byteLength(entry.content), 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name, packed]);
}

function central(name: Buffer, entry: Entry, packed: Buffer, crc: number, offset: number): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(entry.stored ? 0 : 8, 10);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(packed.length, 20);
  header.writeUInt32LE(Buffer.byteLength(entry.content), 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt32LE((entry.mode << 16) >>> 0, 38);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, name]);
}

function zip(entries: readonly Entry[], comment = ""): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const content = Buffer.from(entry.content);
    const packed = entry.stored ? content : deflateRawSync(content);
    const name = Buffer.from(entry.name);
    const part = local(name, entry, packed, crc32(content));
    directory.push(central(name, entry, packed, crc32(content), offset));
    locals.push(part);
    offset += part.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...locals, listing, end, Buffer.from(comment)]);
}

describe("unzip", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "unzip-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function unpack(bytes: Buffer, place?: (name: string) => string | undefined): Promise<string> {
    const file = join(folder, "a.zip");
    const target = join(folder, "out");
    await writeFile(file, bytes);
    await unzip(file, target, place);
    return target;
  }

  it("keeps contents, folders, permission bits and symbolic links", async () => {
    const long = "long text ".repeat(500_000);
    const target = await unpack(
      zip(
        [
          { name: "bin/", content: "", mode: 0o40755, stored: true },
          { name: "bin/tool", content: "#!/bin/sh\n", mode: REGULAR | 0o755 },
          { name: "empty", content: "", mode: REGULAR | 0o644, stored: true },
          { name: "long.txt", content: long, mode: REGULAR | 0o640 },
          { name: "tool", content: "bin/tool", mode: LINK | 0o777, stored: true },
        ],
        "a comment",
      ),
    );
    expect(await readFile(join(target, "bin/tool"), "utf8")).toBe("#!/bin/sh\n");
    expect((await stat(join(target, "bin/tool"))).mode & 0o777).toBe(0o755);
    expect(await readFile(join(target, "long.txt"), "utf8")).toBe(long);
    expect((await stat(join(target, "empty"))).size).toBe(0);
    expect(await readlink(join(target, "tool"))).toBe("bin/tool");
  });

  it("writes entries where it is told to, and skips the others", async () => {
    const bytes = zip([
      { name: "App/app", content: "program", mode: REGULAR | 0o755 },
      { name: "App/secret", content: "no", mode: REGULAR | 0o644 },
    ]);
    const target = await unpack(bytes, (name) => (name === "App/app" ? "renamed" : undefined));
    expect(await readFile(join(target, "renamed"), "utf8")).toBe("program");
    await expect(stat(join(target, "App/secret"))).rejects.toThrow("ENOENT");
  });

  it.each([
    ["a name", { name: "../outside", content: "x", mode: REGULAR | 0o644 }, "outside"],
    ["a link", { name: "link", content: "../../etc", mode: LINK | 0o777, stored: true }, "links outside"],
  ])("refuses %s that leads out of the target", async (_what, entry, message) => {
    await expect(unpack(zip([entry]))).rejects.toThrow(message);
  });

  it("notices a damaged byte, a cut-off file and a file of another kind", async () => {
    const bytes = zip([{ name: "a.txt", content: "content", mode: REGULAR | 0o644, stored: true }]);
    const damaged = Buffer.from(bytes);
    damaged.write("C", damaged.indexOf("content"));
    await expect(unpack(damaged)).rejects.toThrow("a.txt is damaged");
    await expect(unpack(bytes.subarray(0, bytes.length - 30))).rejects.toThrow("Not a zip file, or cut off");
    await expect(unpack(Buffer.from("hello"))).rejects.toThrow("Not a zip file, or cut off");
  });
});
