/**
 * Names of the IPC channels. `drop` carries the path of a dropped file, which only preload can tell. Apart from the
 * contract, so that preload does not carry its parsers.
 */
export const CHANNELS = { call: "hive:call", push: "hive:push", drop: "hive:drop" } as const;

/** How main tells preload the ground of the window, `dark` or `light`, before the page has chosen its theme. */
export const GROUND_ARGUMENT = "--hive-ground=";
