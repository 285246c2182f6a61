import { z } from "zod";
import type { AgentHealth } from "./model/agent";
import type { FleetOverview } from "./model/fleet-view";
import { operation } from "./operation";
import type { SecretState } from "./settings-contract";

const nothing = z.strictObject({});
const secret = z.string().trim().min(1).max(10_000).nullable();

/** The two secrets of a fleet. They go to safe storage, and never come back to the page. */
export interface FleetSecrets {
  readonly url: SecretState & {
    /** Host and port of what holds now; null: none is set, here or in the environment. */
    readonly shown: string | null;
  };
  readonly key: SecretState & {
    /** Says which key holds now, and nothing about it; null: none. */
    readonly keyId: string | null;
  };
}

/** Workers on other hosts, through Redis. docs/fleet.md. */
export const fleetContract = {
  /** Hosts, queues and workers, as the database and those who are heard tell. Of much it may be some seconds old. */
  "fleet.overview": operation<FleetOverview>()(nothing),

  "fleet.secrets": operation<FleetSecrets>()(nothing),
  /** The address of Redis with its password; null takes it away. `invalid_input` keeps what was. */
  "fleet.setUrl": operation<FleetSecrets>()(z.strictObject({ url: secret })),
  /** What is sealed with; null takes it away. */
  "fleet.setKey": operation<FleetSecrets>()(z.strictObject({ key: secret })),
  /** Whether Redis can be used as consoles would now. */
  "fleet.test": operation<AgentHealth>()(nothing),
} as const;
