import { describe, expect, it } from "vitest";
import { inheritedEnvironment, parameterVariable, taskEnvironment } from "../../../src/main/core/runner/environment";

const request = {
  taskId: "t",
  runId: "r",
  planId: "p",
  correlationId: null,
  runNumber: 2,
  env: {},
  parameters: {},
  inputs: '{"a":1}',
  inputsFile: "/i",
  resultFile: "/r",
  planFolder: "/p",
};

describe("the environment of a task", () => {
  it("is the console's without what is the console's own", () => {
    const inherited = inheritedEnvironment({
      PATH: "/bin",
      HOME: "/home/o",
      npm_config_registry: "https://registry",
      NODE_OPTIONS: "--max-old-space-size=4096",
      ELECTRON_RUN_AS_NODE: "1",
      HIVE_SQLITE_BINDING: "/x.node",
      HIVE_RUN_ID: "of the task that started this console",
      npm_package_name: "hive-console",
      npm_lifecycle_event: "hive",
      INIT_CWD: "/work",
      UNSET: undefined,
    });
    expect(inherited).toEqual({
      PATH: "/bin",
      HOME: "/home/o",
      npm_config_registry: "https://registry",
      NODE_OPTIONS: "--max-old-space-size=4096",
    });
    expect(inheritedEnvironment({ NODE_OPTIONS: "-r /x/playwright/loader.js" })).toEqual({});
  });

  it("has nothing of the AppImage that the console runs from, which is gone before the task may be", () => {
    const image = "/tmp/.mount_hive";
    const inherited = inheritedEnvironment({
      APPDIR: image,
      APPIMAGE: "/home/o/hive-console.AppImage",
      PATH: `${image}:${image}/usr/sbin:/usr/bin:/tmp/.mount_hive2`,
      LD_LIBRARY_PATH: `${image}/usr/lib`,
      XDG_DATA_DIRS: `${image}/usr/share/:/usr/share/`,
      HOME: image,
    });
    expect(inherited).toEqual({ PATH: "/usr/bin:/tmp/.mount_hive2", XDG_DATA_DIRS: "/usr/share/", HOME: image });
    expect(inheritedEnvironment({ PATH: "/bin", LD_LIBRARY_PATH: "/opt/lib" })).toEqual({
      PATH: "/bin",
      LD_LIBRARY_PATH: "/opt/lib",
    });
  });

  it("says who the attempt is; a plan cannot forge that, but may set everything else", () => {
    const env = taskEnvironment(
      { PATH: "/bin", LANG: "C" },
      { ...request, env: { LANG: "de", HIVE_RUN_ID: "forged" } },
    );
    expect(env).toEqual({
      PATH: "/bin",
      LANG: "de",
      HIVE_TASK_ID: "t",
      HIVE_RUN_ID: "r",
      HIVE_PLAN_ID: "p",
      HIVE_CORRELATION_ID: "",
      TRACEPARENT: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
      HIVE_ATTEMPT: "2",
      HIVE_INPUTS: '{"a":1}',
      HIVE_INPUTS_FILE: "/i",
      HIVE_RESULT_FILE: "/r",
      HIVE_PLAN_DIR: "/p",
    });
  });

  it("holds inputs up to 64 KB; larger ones are in the file alone", () => {
    const inputs = (bytes: number) => `"${"x".repeat(bytes - 2)}"`;
    expect(taskEnvironment({}, { ...request, inputs: inputs(65_536) }).HIVE_INPUTS).toHaveLength(65_536);
    const env = taskEnvironment({}, { ...request, env: { HIVE_INPUTS: "stale" }, inputs: inputs(65_537) });
    expect(env).not.toHaveProperty("HIVE_INPUTS");
    expect(env.HIVE_INPUTS_FILE).toBe("/i");
  });

  it("names parameters as variables may be named", () => {
    expect(parameterVariable("target-folder.x")).toBe("HIVE_PARAM_TARGET_FOLDER_X");
    const env = taskEnvironment({}, { ...request, parameters: { depth: 3, deep: true, name: "a b" } });
    expect(env).toMatchObject({ HIVE_PARAM_DEPTH: "3", HIVE_PARAM_DEEP: "true", HIVE_PARAM_NAME: "a b" });
  });
});
