import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ArtifactReference } from "../../../src/main/core/fleet/artifact-manifest.ts";
import { type ArtifactTarget, artifactTarget } from "../../../src/main/core/fleet/artifact-target.ts";
import { fetchArtifacts, pushArtifacts } from "../../../src/main/core/fleet/artifacts.ts";
import { OBJECT_STORE_KEYS, type ObjectStore, startObjectStore } from "../../helpers/object-store.ts";

let root: string;
let store: ObjectStore;
let made = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "hive-artifacts-"));
  store = await startObjectStore();
});
afterAll(async () => {
  await store.close();
  await rm(root, { recursive: true, force: true });
});

const fresh = (): string => {
  made += 1;
  return join(root, `folder-${made}`);
};

function target(address: string): ArtifactTarget {
  const found = artifactTarget(address, OBJECT_STORE_KEYS);
  if (found === null) throw new Error(`no target at ${address}`);
  return found;
}

async function folderWith(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = fresh();
  await mkdir(folder);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

async function contentOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file.slice(folder.length + 1), await readFile(file, "latin1")])),
  );
}

async function pushed(to: ArtifactTarget, folder: string, name = `plan/run-${made}`): Promise<ArtifactReference> {
  const reference = await pushArtifacts(to, { folder, name });
  if (reference === null) throw new Error("nothing was pushed");
  return reference;
}

const FILES = {
  "model.bin": Buffer.alloc(300_000, "weights "),
  "reports/a+b &=%41 (ü)'!*.txt": "awkward",
  "reports/empty": "",
  run: "#!/bin/sh\n",
};

describe.each(["a shared folder", "a bucket"])("artifacts through %s", (kind) => {
  const at = (): ArtifactTarget => target(kind === "a bucket" ? store.address : join(root, "share"));

  it("come back as they were, whatever their names and sizes", async () => {
    const folder = await folderWith(FILES);
    await chmod(join(folder, "run"), 0o755);
    const reference = await pushed(at(), folder);
    expect(reference).toMatchObject({ files: 4, bytes: 300_000 + 7 + 10 });
    const back = fresh();
    await fetchArtifacts(at(), reference, { folder: back });
    expect(await contentOf(back)).toEqual(await contentOf(folder));
    expect((await stat(join(back, "run"))).mode & 0o111).not.toBe(0);
    expect((await stat(join(back, "model.bin"))).mode & 0o111).toBe(0);
  });

  it("are none of an empty folder, or of none", async () => {
    expect(await pushArtifacts(at(), { folder: await folderWith({}), name: "plan/empty" })).toBeNull();
    expect(await pushArtifacts(at(), { folder: fresh(), name: "plan/none" })).toBeNull();
  });

  it("that are not what was pushed are refused, and leave nothing behind", async () => {
    const [folder, other] = [await folderWith({ a: "one" }), await folderWith({ a: "two" })];
    const reference = await pushed(at(), folder, `plan/changed-${made}`);
    const sha256 = createHash("sha256").update("one").digest("hex");
    const path = join(other, "a");
    await at().put(`${reference.name}/${sha256}`, {
      path,
      bytes: 3,
      sha256: createHash("sha256").update("two").digest("hex"),
    });
    const back = fresh();
    await expect(fetchArtifacts(at(), reference, { folder: back })).rejects.toThrow(/a is not what was pushed/);
    expect((await readdir(root)).filter((name) => join(root, name).startsWith(back))).toEqual([]);
  });

  it("are told to be gone when they are", async () => {
    const reference = { name: "plan/never", sha256: "0".repeat(64), files: 1, bytes: 1 };
    await expect(fetchArtifacts(at(), reference, { folder: fresh() })).rejects.toMatchObject({ code: "not_found" });
  });

  it("never leave their folder, whatever a list says", async () => {
    const file = { bytes: 0, sha256: createHash("sha256").digest("hex"), executable: false };
    for (const path of ["../out", "/etc/out", "a/../../out", "a//b", "c:\\out", "a\\..\\b", "./a", "a\0b"]) {
      const text = JSON.stringify({ format: "hive-artifacts-1", files: [{ path, ...file }] });
      await at().putText("plan/evil/manifest.json", text);
      const sha256 = createHash("sha256").update(text).digest("hex");
      const fetching = fetchArtifacts(at(), { name: "plan/evil", sha256, files: 1, bytes: 0 }, { folder: fresh() });
      await expect(fetching, path).rejects.toThrow(/outside its folder/);
    }
  });

  it("that are links are refused by name", async () => {
    const folder = await folderWith({ a: "one" });
    await symlink("/etc/passwd", join(folder, "link"));
    await expect(pushArtifacts(at(), { folder, name: "plan/link" })).rejects.toThrow(/"link" cannot be kept/);
  });
});

describe("a bucket in trouble", () => {
  it("is asked again when it is busy or cuts the connection, and no half is ever seen", async () => {
    const folder = await folderWith({ a: Buffer.alloc(200_000, "x") });
    store.trouble.push(503, "cut", 429);
    const reference = await pushed(target(store.address), folder);
    store.trouble.push(500);
    const back = fresh();
    await fetchArtifacts(target(store.address), reference, { folder: back });
    expect(await contentOf(back)).toEqual(await contentOf(folder));
  });

  it("that cuts a file in its middle leaves no folder", async () => {
    const reference = await pushed(target(store.address), await folderWith({ a: Buffer.alloc(200_000, "x") }));
    const back = fresh();
    const cutting: ArtifactTarget = {
      ...target(store.address),
      get(name, signal) {
        if (!name.endsWith("manifest.json")) store.trouble.push("cut");
        return target(store.address).get(name, signal);
      },
    };
    await expect(fetchArtifacts(cutting, reference, { folder: back })).rejects.toThrow(/cannot be reached/);
    await expect(stat(back)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("that refuses is not asked again, and says why", async () => {
    const wrong = artifactTarget(store.address, { ...OBJECT_STORE_KEYS, AWS_SECRET_ACCESS_KEY: "another" });
    const before = store.requests();
    const pushing = wrong?.putText("plan/wrong/manifest.json", "{}");
    await expect(pushing).rejects.toThrow(/refuses plan\/wrong\/manifest\.json: 403 .*SignatureDoesNotMatch/);
    expect(store.requests()).toBe(before + 1);
    expect([...store.objects.keys()].some((name) => name.includes("wrong"))).toBe(false);
  });
});

describe("an address of artifacts", () => {
  it.each([
    ["relative/path", /neither an absolute path/],
    ["ftp://host/x", /ftp:\/\/ is not known/],
    ["s3://bucket/x?endpoint=here", /no http/],
    ["s3://bucket/x?endpiont=http://here", /"endpiont" is not known/],
    ["s3://key:secret@bucket/x", /^(?!.*secret@).*keys do not belong/],
    ["s3:///x", /names no bucket/],
  ])("%s is refused", (address, why) => {
    expect(() => artifactTarget(address, OBJECT_STORE_KEYS)).toThrow(why);
  });

  it("of a bucket needs keys", () => {
    expect(() => artifactTarget(store.address, {})).toThrow(/AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/);
    expect(artifactTarget(" ", {})).toBeNull();
  });
});
