/** Names of the two IPC channels. Apart from the contract, so that preload does not carry its parsers. */
export const CHANNELS = { call: "hive:call", push: "hive:push" } as const;
