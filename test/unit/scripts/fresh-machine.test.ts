import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeFailure } from "../../../scripts/lib/report.mjs";
import { runLogged } from "../../../scripts/lib/run-command.mjs";
import { chooseSample } from "../../../scripts/lib/sample.mjs";
import { pickPackageNames } from "../../../scripts/lib/system-packages.mjs";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fresh-machine-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the sample plan of a machine without a display", () => {
  it("needs no git where there is none", () => {
    expect(chooseSample(folder, folder)).toEqual({ name: "folder-checkup.yaml", because: "git is not installed" });
  });

  it("needs no history where there is none", async () => {
    await writeFile(join(folder, "package.json"), "{}");
    expect(chooseSample(folder)).toEqual({ name: "folder-checkup.yaml", because: `${folder} has no Git history` });
  });
});

describe.runIf(process.platform === "linux")("a full disk", () => {
  const thrownBy = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );

  it("is named for what it is, without a stack", async () => {
    const error = await thrownBy(writeFile("/dev/full", "x"));
    expect(describeFailure(error)).toMatch(/^ENOSPC: .*A disk is full: make room/);
    expect(describeFailure(error)).not.toContain("\n");
  });

  it("is recognised in what a command says", async () => {
    const options = { what: "Filling", log: join(folder, "log"), timeoutMs: 10_000, todo: "Check the network." };
    const error = await thrownBy(runLogged("sh", ["-c", "echo 'npm error code ENOSPC' >&2; exit 1"], options));
    expect(describeFailure(error)).toContain("Filling failed with exit code 1. A disk is full");
    expect(describeFailure(error)).not.toContain("network");
  });

  it("loses the log of a command, not its result", async () => {
    const options = { what: "Talking", log: "/dev/full", timeoutMs: 10_000 };
    expect(await runLogged("echo", ["hello"], options)).toBe("hello\n");
  });
});

describe("names of Debian packages", () => {
  it("follow the release", () => {
    const policy = "libnss3:\n  Candidate: 2:3.9\nlibasound2:\n  Candidate: (none)\nlibasound2t64:\n  Candidate: 1.2\n";
    expect(pickPackageNames(["libnss3", "libasound2"], policy)).toEqual(["libnss3", "libasound2t64"]);
    expect(pickPackageNames(["libnss3"], "")).toEqual(["libnss3"]);
  });
});
