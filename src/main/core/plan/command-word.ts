/** The program that a command begins with. */
export interface CommandWord {
  readonly word: string;
  /** A `cd` comes before it: a relative path does not begin in the working folder any more. */
  readonly moved: boolean;
}

/** A word that a shell takes as it stands. */
const PLAIN = /^[\w@%+:,./-]+$/;
const ASSIGNMENT = /^[A-Za-z_]\w*=[\w@%+=:,./-]*$/;
/** Only prepare what follows. */
const PREPARING = new Set(["cd", "set", "export", "umask", "ulimit", "unset", "readonly", "shopt", ":", "true"]);
/** Run the word after them. */
const LEADING = new Set(["exec", "command"]);
/** Part of the shell, or of its grammar: which program runs is not told by the first word. */
const BUILT_IN = new Set(
  (
    "if then elif else fi for while until do done case esac select function in time ! { } ( ) [[ [ test echo printf read exit " +
    "return eval . source wait kill pwd type hash alias unalias break continue local let getopts jobs bg fg trap shift " +
    "false times builtin declare typeset mapfile pushd popd dirs enable help history logout suspend"
  ).split(" "),
);

/**
 * The first program of a command, where that can be told without running a shell: null for what begins with part of
 * the shell's grammar, a variable, a substitution or a quote. Null is no finding: it only means that nobody knows.
 */
export function commandWord(run: string | readonly string[] | null): CommandWord | null {
  if (run === null) return null;
  if (typeof run !== "string") {
    const word = run[0] ?? "";
    return word === "" || word.includes("${{") ? null : { word, moved: false };
  }
  let moved = false;
  for (const command of run.split(/\n|;|&&/)) {
    const words = command.trim().split(/\s+/);
    if (words[0] === "" || words[0]?.startsWith("#")) continue;
    while (words[0] !== undefined && (ASSIGNMENT.test(words[0]) || LEADING.has(words[0]))) words.shift();
    const [word, ...rest] = words;
    if (word === undefined) continue;
    if (!PLAIN.test(word) || BUILT_IN.has(word)) return null;
    if (!PREPARING.has(word)) return { word, moved };
    // Quotes may hold what only looks like the end of a command.
    if (rest.some((argument) => /["'`\\$|&<>(){}]/.test(argument))) return null;
    moved ||= word === "cd";
  }
  return null;
}
