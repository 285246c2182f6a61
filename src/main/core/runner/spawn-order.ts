import type { AttemptFiles } from "./task-files";

/** What is to be started. */
export interface SpawnOrder {
  /** The executable's path and its arguments. */
  readonly argv: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly files: AttemptFiles;
  /** The file that is its standard input. Default: it has none. */
  readonly input?: string;
}

type Environment = Readonly<Record<string, string>>;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Bash gives these a meaning of its own, or does not let them be set, or does not hand them on. */
const OF_BASH =
  /^(BASH.*|COMP_.*|UID|EUID|PPID|GROUPS|SHELLOPTS|CDPATH|GLOBIGNORE|FUNCNAME|DIRSTACK|S?RANDOM|SECONDS|EPOCH.*|LINENO|HISTCMD|PIPESTATUS|OPT(IND|ARG|ERR)|IFS|POSIXLY_CORRECT|COLUMNS|LINES|COPROC|MAPFILE|REPLY|_)$/;

/** What bash changes by itself, and is put right for every task. */
const CHANGED_BY_BASH = ["SHLVL", "OLDPWD"];

/** A longer order than this is not given: `exec` has limits, whose errors are told better by a direct start. */
const LONGEST_ORDER = 48 * 1024;

/** Whether a server with this environment hands it on as it is. */
export function canHandOn(inherited: Environment): boolean {
  return Object.keys(inherited).every((name) => name === "_" || !NAME.test(name) || !OF_BASH.test(name));
}

const BEYOND_ASCII = /[^\t\n\x20-\x7e]/;

/** A word for bash that stands for `text` and is ASCII: a character is then a byte, whatever the locale. */
export function quoted(text: string): string {
  if (!BEYOND_ASCII.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  let word = "$'";
  for (const byte of Buffer.from(text)) {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x27 && byte !== 0x5c;
    word += isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return `${word}'`;
}

/** What turns the server's environment into the task's; null when bash cannot do it. */
function environmentChange(inherited: Environment, env: Environment): string | null {
  const set: string[] = [];
  const unset: string[] = [];
  for (const name in env) {
    const value = env[name];
    if (value === undefined || (value === inherited[name] && !CHANGED_BY_BASH.includes(name))) continue;
    if (!NAME.test(name) || OF_BASH.test(name)) return null;
    set.push(`${name}=${quoted(value)}`);
  }
  for (const name in inherited) if (env[name] === undefined && NAME.test(name)) unset.push(name);
  for (const name of CHANGED_BY_BASH) if (env[name] === undefined) unset.push(name);
  const parts = [unset.length > 0 ? `unset ${unset.join(" ")}` : "", set.length > 0 ? `export ${set.join(" ")}` : ""];
  return parts.filter((part) => part !== "").join("; ");
}

/**
 * What the server is told for one start, as bash, or null when it is to be started without the server. A keeper,
 * leader of a group of its own, first makes the exit file, which must not exist: whoever makes it decides whether the
 * attempt begins. It says so, waits for the command, puts the exit code into that file, and says so again. The traps let
 * the command have its grace period after a SIGTERM to the group; commands do not inherit them, and not what is ignored
 * only once the command has begun.
 */
export function spawnOrder(id: number, order: SpawnOrder, inherited: Environment): string | null {
  const { argv, cwd, files, input = "/dev/null" } = order;
  const change = environmentChange(inherited, order.env);
  const words = [...argv, cwd, files.exit, files.log, input];
  if (change === null || words.some((word) => word.includes("\0")) || change.includes("\0")) return null;
  const exit = quoted(files.exit);
  const text =
    `{ cd -- ${quoted(cwd)} || { echo "r ${id} 0"; exit; }; ` +
    `set -C; echo "k$BASHPID" >${exit} || { echo "x ${id} 0"; exit; }; set +C; ` +
    `trap : TERM INT HUP; trap '' PIPE; echo "s ${id} $BASHPID"; trap - PIPE; ${change}; ` +
    `${argv.map(quoted).join(" ")} >>${quoted(files.log)} 2>&1; s=$?; ` +
    `trap '' PIPE; echo $s >${exit}; echo "e ${id} $s"; } <${quoted(input)} &`;
  return text.length > LONGEST_ORDER ? null : text;
}
