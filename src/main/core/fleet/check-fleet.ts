import type { Redis } from "ioredis";
import { HiveError } from "../../../shared/errors";
import type { AgentHealth } from "../../../shared/model/agent";
import { type Environment, healthy, unhealthy } from "../agents/agent";
import { artifactTarget } from "./artifact-target";
import { FLEET_VARIABLES, type RedisAddress, redisAddress } from "./redis-address";
import { readFleetKeys } from "./sealed";

/** Streams with groups, `UNLINK`, `LMOVE`: what BullMQ needs. */
const OLDEST = { major: 6, minor: 2 };
const PROBE = "hive-fleet:check";
const MOMENT_MS = 10_000;

/**
 * Whether a fleet would work by what is set: Redis answers, is new enough, may be written to and throws nothing away, and
 * the key and the artifact target can be read. Everything that is wrong but does not stop it makes it `degraded`.
 */
export async function checkFleet(environment: Environment, signal: AbortSignal): Promise<AgentHealth> {
  let address: RedisAddress | null;
  const cautions: string[] = [];
  try {
    address = redisAddress(environment);
    artifactTarget(environment[FLEET_VARIABLES.artifacts] ?? "", environment);
    if (readFleetKeys(environment[FLEET_VARIABLES.key] ?? "") === null) {
      cautions.push("No key is set: what tasks are given and print is readable to whoever reads this Redis.");
    }
  } catch (error) {
    if (!(error instanceof HiveError)) throw error;
    return unhealthy(error.message, {});
  }
  if (address === null) return unhealthy(`No Redis is set. Give its address, or set ${FLEET_VARIABLES.redis}.`, {});
  const { shown, isEncrypted } = address;
  const once = { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0, disconnectTimeout: 200 };
  // Loaded when it is needed: who has no fleet starts without it.
  const { Redis: Client } = await import("ioredis");
  const redis = new Client({ ...address.options, ...once });
  // It tells more than the command that it breaks, which only hears that the connection is closed.
  let heard: Error | null = null;
  redis.on("error", (error) => {
    heard ??= error;
  });
  const end = (): void => redis.disconnect();
  signal.addEventListener("abort", end, { once: true });
  try {
    await redis.connect();
    const facts = await factsOf(redis);
    if (isTooOld(facts.version)) {
      const { major, minor } = OLDEST;
      return unhealthy(`${shown} is Redis ${facts.version}: at least ${major}.${minor} is needed.`, {
        ...facts,
        shown,
      });
    }
    if (!isEncrypted && !isThisComputer(address)) cautions.push("The connection is not encrypted (rediss:// is).");
    if (facts.policy !== null && facts.policy !== "noeviction") {
      cautions.push(
        `It throws keys away when its memory is full (${facts.policy}): set maxmemory-policy to noeviction.`,
      );
    }
    const found = `Redis ${facts.version} at ${shown} answers in ${facts.answersInMs} ms.`;
    if (cautions.length === 0) return healthy(found, { ...facts, shown });
    return { status: "degraded", message: [found, ...cautions].join(" "), details: { ...facts, shown } };
  } catch (error) {
    return unhealthy(inWords(heard ?? error, address, signal), { shown });
  } finally {
    signal.removeEventListener("abort", end);
    redis.disconnect();
  }
}

interface Facts {
  readonly version: string;
  /** Null: it does not say. */
  readonly policy: string | null;
  readonly memoryUsed: string;
  readonly answersInMs: number;
}

async function factsOf(redis: Redis): Promise<Facts> {
  const key = `${PROBE}:${process.pid}`;
  await redis.set(key, "1", "PX", MOMENT_MS);
  const started = performance.now();
  await redis.del(key);
  const answersInMs = Math.ceil(performance.now() - started);
  const info = await redis.info();
  const fact = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
  return {
    version: fact("redis_version") ?? "unknown",
    policy: fact("maxmemory_policy") ?? null,
    memoryUsed: fact("used_memory_human") ?? "unknown",
    answersInMs,
  };
}

function isTooOld(version: string): boolean {
  const [major = Number.NaN, minor = 0] = version.split(".").map(Number);
  return major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor);
}

function isThisComputer({ options }: RedisAddress): boolean {
  return ["localhost", "127.0.0.1", "::1"].includes(options.host ?? "");
}

/** What people can do about it, for what happens most. */
const ADVICE: ReadonlyArray<readonly [RegExp, string]> = [
  [/WRONGPASS|NOAUTH|invalid password/i, "The password (or name) in the address is not the server's, or is missing."],
  [/NOPERM/, "Its user may not do what a fleet needs: allow all commands on the keys hive-fleet:*."],
  [/ECONNREFUSED/, "Nothing listens there: start Redis, or correct host and port."],
  [/ENOTFOUND|EAI_AGAIN/, "There is no such host."],
  [
    /self.signed|unable to (verify|get)|certificate/i,
    "Its certificate is not trusted: name the file of its authority.",
  ],
  [/ECONNRESET|closed|EPIPE/i, "It ended the connection: it may want TLS (rediss://), or be about to stop."],
  [/OOM/, "Its memory is full."],
  [/READONLY/, "It is a replica: give the address of the primary."],
];

function inWords(error: unknown, { shown, isEncrypted }: RedisAddress, signal: AbortSignal): string {
  const reason = error instanceof Error ? error.message : String(error);
  if (signal.aborted || reason.includes("ETIMEDOUT")) {
    // A Redis without TLS waits for more of what it takes for a command.
    const perhaps = isEncrypted ? ", or does it not speak TLS there (redis:// then)" : "";
    return `${shown} does not answer. Is there a firewall between${perhaps}?`;
  }
  const advice = ADVICE.find(([pattern]) => pattern.test(reason))?.[1] ?? "";
  return `${shown} cannot be used: ${reason.replace(/\.$/, "")}. ${advice}`.trimEnd();
}
