import { z } from "zod";
import { DEFAULT_QUEUE, QUEUE_PATTERN } from "../fleet";
import { choice, type SettingDefinition } from "./definition";

const FOR_NEW_PLANS = "for plans that are launched from then on";

export const FLEET_SETTINGS: readonly SettingDefinition[] = [
  choice(
    {
      name: "fleet.executor",
      scope: "database",
      group: "fleet",
      label: "Tasks run",
      says: "Where commands and programs of plans run that do not say so themselves: on the host of the console that starts them, or by workers of the fleet.",
      default: "local",
      effect: FOR_NEW_PLANS,
    },
    { local: "Here", fleet: "In the fleet" },
  ),
  {
    name: "fleet.queue",
    scope: "database",
    group: "fleet",
    label: "Queue",
    says: "The fleet's queue for tasks that name none. Workers take from the queue that they were started with.",
    control: { kind: "text", placeholder: DEFAULT_QUEUE },
    schema: z
      .string()
      .regex(new RegExp(QUEUE_PATTERN), "up to 63 letters, digits and . _ -, beginning with a letter or digit"),
    default: DEFAULT_QUEUE,
    defaultWords: DEFAULT_QUEUE,
    range: "up to 63 letters, digits and . _ -",
    effect: FOR_NEW_PLANS,
  },
  {
    name: "fleet.caFile",
    scope: "machine",
    group: "fleet",
    label: "Certificates",
    says: "A file in PEM with the authority that signed the certificate of Redis, where the system does not trust it anyway. For rediss:// alone. Wins over HIVE_FLEET_CA, in windows.",
    control: { kind: "text", placeholder: "/etc/hive/ca.pem" },
    schema: z
      .string()
      .trim()
      .min(1)
      .max(4_096)
      .regex(/^(\/|[A-Za-z]:[\\/])/, "write the whole path"),
    default: null,
    defaultWords: "HIVE_FLEET_CA, else what the system trusts",
    range: "the whole path of a file",
    effect: "at once: the connection is made anew",
  },
  {
    name: "fleet.artifacts",
    scope: "machine",
    group: "fleet",
    label: "Artifacts",
    says: "Where files of tasks go between hosts: a folder that all of them share, or a bucket as s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION with the keys of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Wins over HIVE_FLEET_ARTIFACTS, in windows.",
    control: { kind: "text", placeholder: "/mnt/shared/hive" },
    schema: z
      .string()
      .trim()
      .min(1)
      .max(4_096)
      .regex(/^(\/|[A-Za-z]:[\\/]|file:\/\/\/|s3:\/\/[^/@]+(\/|$|\?))/, "write a whole path, or s3://BUCKET/PREFIX"),
    default: null,
    defaultWords: "HIVE_FLEET_ARTIFACTS, else none",
    range: "a whole path, or s3://BUCKET/PREFIX with a query",
    effect: "for attempts that begin from then on",
  },
];
