import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { type Certificates, makeCertificates } from "./certificates.ts";

const run = promisify(execFile);

function hasCommand(name: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, name)));
}

/**
 * Why tests that need a Redis cannot run here; undefined when they can. `describe.skipIf(REDIS_MISSING)` in Vitest,
 * `test.skip(REDIS_MISSING !== undefined, REDIS_MISSING)` in Playwright.
 */
export const REDIS_MISSING: string | undefined = hasCommand("redis-server")
  ? undefined
  : (process.env.HIVE_TEST_NO_REDIS ??
    "there is no redis-server in PATH: `npm test` installs it as root on Debian, else install the package redis-server");

if (REDIS_MISSING !== undefined) process.stderr.write(`SKIPPED, tests of the fleet: ${REDIS_MISSING}\n`);

export interface RedisOptions {
  /** What outlives the server: nothing (default), or all that was answered. */
  readonly persistence?: "none" | "always";
  /** As Redis writes it, e.g. `8mb`. Writes beyond it are refused, nothing is thrown away. */
  readonly maxMemory?: string;
  readonly password?: string;
  /** TLS on the port, with certificates made for this server; see {@link RedisServer.certificates}. */
  readonly tls?: boolean;
  /** Where it listens besides 127.0.0.1; also in the certificate. */
  readonly addresses?: readonly string[];
  /** A command in front of the server's, e.g. `["ip", "netns", "exec", "hub"]`. */
  readonly before?: readonly string[];
  /** More of its configuration, e.g. `["--hz", "100"]`. */
  readonly more?: readonly string[];
}

const START_MS = 30_000;
const PORTS_FROM = 20_000;
const PORTS = 12_000;
const TRIES = 20;

/** A Redis of this test's own: a real process in a folder of its own, ended with the test's process at the latest. */
export class RedisServer {
  readonly certificates: Certificates | undefined;
  readonly #folder: string;
  readonly #options: RedisOptions;
  #port = 0;
  #child: ChildProcess | undefined;
  readonly #atExit = () => this.#child?.kill("SIGKILL");

  private constructor(options: RedisOptions) {
    this.#options = options;
    this.#folder = mkdtempSync(join(tmpdir(), "hive-redis-"));
    const names = ["127.0.0.1", ...(options.addresses ?? [])].map((address) => `IP:${address}`);
    this.certificates = options.tls ? makeCertificates(this.#folder, [...names, "DNS:localhost"]) : undefined;
    process.on("exit", this.#atExit);
  }

  /** Starts one that answers when this resolves; `remove()` it afterwards. */
  static async start(options: RedisOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(options);
    for (let tries = 1; ; tries++) {
      // Below the ports that outgoing connections get, so that it is still free for a restart.
      server.#port = PORTS_FROM + Math.floor(Math.random() * PORTS);
      try {
        await server.start();
        return server;
      } catch (error) {
        if (tries < TRIES && String(error).includes("Address already in use")) continue;
        await server.remove();
        throw error;
      }
    }
  }

  get port(): number {
    return this.#port;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error("This Redis does not run");
    return pid;
  }

  /** Always there, also with TLS and behind a cut link. */
  get socket(): string {
    return join(this.#folder, "redis.sock");
  }

  /** Password included. */
  get url(): string {
    return this.urlAt("127.0.0.1");
  }

  urlAt(address: string): string {
    const { password, tls } = this.#options;
    const login = password === undefined ? "" : `:${encodeURIComponent(password)}@`;
    return `${tls ? "rediss" : "redis"}://${login}${address}:${this.#port}`;
  }

  /** Starts it again on the same port, with what it had kept. */
  async start(): Promise<void> {
    if (this.#child) throw new Error("This Redis runs already");
    const [command = "", ...args] = this.#command();
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], cwd: this.#folder });
    this.#child = child;
    let output = "";
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`redis-server did not start: ${why}\n${output}`));
      const timer = setTimeout(() => fail(`no answer within ${START_MS} ms`), START_MS);
      const read = (chunk: Buffer) => {
        output = `${output}${chunk}`.slice(-20_000);
        if (!output.includes("Ready to accept connections")) return;
        clearTimeout(timer);
        resolve();
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      child.on("error", (error) => fail(error.message));
      child.on("close", (code, signal) => {
        clearTimeout(timer);
        if (this.#child === child) this.#child = undefined;
        fail(`ended with ${signal ?? code}`);
      });
    });
  }

  /** Asks it to end as on a shutdown of its machine. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** As when its machine loses power. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** It neither answers nor closes connections until `thaw`. */
  freeze(): void {
    process.kill(this.pid, "SIGSTOP");
  }

  thaw(): void {
    process.kill(this.pid, "SIGCONT");
  }

  /** One command through `redis-cli`, over the socket: `cli("CONFIG", "SET", "maxmemory", "1mb")`. */
  async cli(...args: string[]): Promise<string> {
    const { password } = this.#options;
    const login = password === undefined ? [] : ["--no-auth-warning", "-a", password];
    const { stdout } = await run("redis-cli", ["-s", this.socket, ...login, ...args], { maxBuffer: 64 << 20 });
    return stdout.trimEnd();
  }

  /** Everything that it holds, names and values as they stand: to see that a secret is not in it. */
  async everything(): Promise<Buffer> {
    await this.cli("SAVE");
    return readFileSync(join(this.#folder, "dump.rdb"));
  }

  /** Ends it and forgets what it kept. */
  async remove(): Promise<void> {
    await this.kill();
    process.off("exit", this.#atExit);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = undefined;
    const gone = once(child, "close");
    child.kill("SIGCONT");
    child.kill(signal);
    await gone;
  }

  #command(): string[] {
    const { persistence = "none", maxMemory, password, addresses = [], before = [], more = [] } = this.#options;
    const port = String(this.#port);
    const kept = persistence === "always";
    const listens = this.certificates
      ? [
          ...["--port", "0", "--tls-port", port, "--tls-auth-clients", "no"],
          ...["--tls-cert-file", this.certificates.certificate, "--tls-key-file", this.certificates.key],
          ...["--tls-ca-cert-file", this.certificates.ca],
        ]
      : ["--port", port];
    return [
      // The server dies with this process, even when that is killed.
      ...(hasCommand("setpriv") ? ["setpriv", "--pdeathsig", "KILL"] : []),
      ...before,
      ...["redis-server", ...listens, "--bind", "127.0.0.1", ...addresses],
      ...[
        "--unixsocket",
        this.socket,
        "--dir",
        this.#folder,
        "--daemonize",
        "no",
        "--save",
        "",
        "--rdbcompression",
        "no",
      ],
      ...["--appendonly", kept ? "yes" : "no", "--appendfsync", "always", "--maxmemory-policy", "noeviction"],
      ...(maxMemory === undefined ? [] : ["--maxmemory", maxMemory]),
      ...(password === undefined ? [] : ["--requirepass", password]),
      ...more,
    ];
  }
}
