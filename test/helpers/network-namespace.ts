import { execFileSync } from "node:child_process";

/**
 * Why there are no hosts of their own here; undefined when there are. They need root, and `ip` of iproute2 (Linux).
 */
export const NAMESPACES_MISSING: string | undefined = whyMissing();

if (NAMESPACES_MISSING !== undefined) process.stderr.write(`SKIPPED, tests with hosts: ${NAMESPACES_MISSING}\n`);

function whyMissing(): string | undefined {
  if (process.platform !== "linux") return "network namespaces are Linux's";
  const name = `hive-probe-${process.pid}`;
  try {
    execFileSync("ip", ["netns", "add", name], { stdio: "ignore" });
    execFileSync("ip", ["netns", "del", name], { stdio: "ignore" });
    return undefined;
  } catch {
    return "no network namespace can be made: that needs root, and `ip`";
  }
}

let hosts = 0;

/** A host of its own, as far as the network goes: a namespace with a cable to this one. */
export class NamespaceHost {
  readonly name: string;
  /** Of this machine, on the cable to it. */
  readonly here: string;
  readonly there: string;
  readonly #cable: string;

  constructor() {
    hosts += 1;
    const net = (process.pid + hosts) % 16_384;
    this.name = `hive-${process.pid}-${hosts}`;
    this.#cable = `hv${process.pid % 100_000}x${hosts}`;
    // A net of four addresses for each host, out of 10.213.0.0/16.
    const at = (last: number) => `10.213.${net >> 6}.${((net & 63) << 2) + last}`;
    [this.here, this.there] = [at(1), at(2)];
    const other = `${this.#cable}b`;
    ip("netns", "add", this.name);
    ip("link", "add", this.#cable, "type", "veth", "peer", "name", other, "netns", this.name);
    ip("addr", "add", `${this.here}/30`, "dev", this.#cable);
    ip("link", "set", this.#cable, "up");
    ip("-n", this.name, "addr", "add", `${this.there}/30`, "dev", other);
    ip("-n", this.name, "link", "set", other, "up");
    ip("-n", this.name, "link", "set", "lo", "up");
  }

  /** What stands in front of a command that is to run there. */
  get before(): readonly string[] {
    return ["ip", "netns", "exec", this.name];
  }

  /** Nothing gets through, and nobody is told. */
  cut(): void {
    ip("link", "set", this.#cable, "down");
  }

  mend(): void {
    ip("link", "set", this.#cable, "up");
  }

  remove(): void {
    ip("netns", "del", this.name);
  }
}

function ip(...args: readonly string[]): void {
  execFileSync("ip", args, { stdio: ["ignore", "ignore", "inherit"] });
}
