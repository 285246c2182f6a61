import { z } from "zod";
import { AT_ONCE, type SettingDefinition, whole } from "./definition";

const RUNNING_TOO = "at once, also for tasks that run";

const WORD = /^[a-z0-9][a-z0-9._:-]*$/i;

export const RUNNER_SETTINGS: readonly SettingDefinition[] = [
  whole(
    {
      name: "runner.slots",
      scope: "database",
      group: "runner",
      label: "Slots",
      says: "How many tasks run at once on this database, whichever console starts them. Running tasks above a lower number run to their ends.",
      default: null,
      defaultWords: "as many as the machine has cores",
      effect: AT_ONCE,
    },
    1,
    1_000,
    "",
  ),
  {
    name: "runner.roles",
    scope: "database",
    group: "runner",
    label: "Roles of the slots",
    says: "What the console's own slots can do besides commands, requests and models: a subtask that asks for one of these capabilities may run here.",
    control: { kind: "words", placeholder: "gpu, signing" },
    schema: z
      .array(z.string().min(1).max(100).regex(WORD, "letters, digits and . _ : - only"))
      .max(50)
      .refine((words) => new Set(words).size === words.length, "a word stands there twice"),
    default: [],
    defaultWords: "none",
    range: "up to 50 words of letters, digits and . _ : -",
    effect: "with the next claim",
  },
  whole(
    {
      name: "runner.graceSeconds",
      scope: "database",
      group: "runner",
      label: "Grace period",
      says: "How long a task that is stopped has after SIGTERM to end by itself, before SIGKILL ends it.",
      default: 5,
      effect: RUNNING_TOO,
    },
    0,
    600,
    "seconds",
  ),
  whole(
    {
      name: "runner.heartbeatSeconds",
      scope: "database",
      group: "runner",
      label: "Heartbeat",
      says: "How often the slots say that they live. Other programs take a worker for dead after 15 seconds of silence, so it is never slower than 5.",
      default: 5,
      effect: "with the next beat",
    },
    1,
    5,
    "seconds",
  ),
  whole(
    {
      name: "runner.silenceSeconds",
      scope: "database",
      group: "runner",
      label: "Patience with other workers",
      says: "How long a worker of another program may be silent before its attempts are given to others.",
      default: 15,
      effect: AT_ONCE,
    },
    15,
    3_600,
    "seconds",
  ),
  whole(
    {
      name: "runner.leaseSeconds",
      scope: "database",
      group: "runner",
      label: "Lease",
      says: "How long a console that starts the tasks, and cannot be seen to live, may be silent before another takes over. One whose process is gone is followed at once.",
      default: 2,
      effect: AT_ONCE,
    },
    2,
    60,
    "seconds",
  ),
  whole(
    {
      name: "runner.metricsPort",
      scope: "database",
      group: "runner",
      label: "Port of the figures",
      says: "Where monitoring systems of this computer find the figures of the database: http://127.0.0.1:PORT/metrics, answered by whichever console starts the tasks. 0 answers nobody.",
      default: 0,
      defaultWords: "0: nobody",
      effect: AT_ONCE,
    },
    0,
    65_535,
    "",
  ),
  whole(
    {
      name: "runner.agentCheckMinutes",
      scope: "database",
      group: "runner",
      label: "Checks of agents",
      says: "How often whoever starts the tasks finds out whether the agents could work, for their history. A language model's server is asked for its models, nothing more. 0 asks only when somebody looks.",
      default: 10,
      effect: AT_ONCE,
    },
    0,
    1_440,
    "minutes",
  ),
];
