import { Argument, type Command } from "commander";
import { type ArgumentNode, allCommands, type CommandNode, commandTree, type OptionNode } from "./command-tree";
import { EXIT } from "./exit-codes";
import type { CommandSetting } from "./operation-command";

const NOTES = `
  bash:  hive completion bash > ~/.local/share/bash-completion/completions/hive
  zsh:   hive completion zsh > "\${fpath[1]}/_hive"
  fish:  hive completion fish > ~/.config/fish/completions/hive.fish

json prints the commands, arguments and options for other programs.
`;

const SHELLS = ["bash", "zsh", "fish", "json"] as const;
type Shell = (typeof SHELLS)[number];

const WRITERS: Readonly<Record<Shell, (tree: CommandNode) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
  json: (tree) => `${JSON.stringify(tree, null, 2)}\n`,
};

/** `hive completion`: what shells complete the commands with, made from the commands themselves. */
export function addCompletionCommand(program: Command, { outputs, done }: CommandSetting): void {
  program
    .command("completion")
    .summary("print the completion of a shell")
    .description("Prints the script that completes hive's commands, options and choices in a shell.")
    .addArgument(new Argument("<shell>", "for which shell").choices(SHELLS))
    .addHelpText("after", NOTES)
    .action((shell: Shell) => {
      outputs.out.write(WRITERS[shell](commandTree(program)));
      done(EXIT.ok);
    });
}

/** A value that names a file or a folder: the shell knows how to complete that. */
const isPath = (name: string): boolean => /^(file|plan|folder|target|path|source|database)$/.test(name);

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const flags = ({ options }: CommandNode): string[] =>
  [...options.flatMap(({ names }) => names), "--help"].filter(isFirst);
const isFirst = (value: string, at: number, all: readonly string[]): boolean => all.indexOf(value) === at;

interface Place {
  readonly node: CommandNode;
  readonly option: OptionNode;
}

/** Options that take a value, with where they stand. */
function valued(tree: CommandNode): Place[] {
  return allCommands(tree).flatMap((node) =>
    node.options.filter(({ value }) => value !== null).map((option) => ({ node, option })),
  );
}

/** Patterns of a `case`, one for each name of an option at a command. */
const casesOf = ({ node, option }: Place): string =>
  option.names.map((name) => quoted(`${node.path}:${name}`)).join("|");
const subcommands = (tree: CommandNode): CommandNode[] => allCommands(tree).filter(({ path }) => path !== tree.path);
const descents = (tree: CommandNode): string =>
  subcommands(tree)
    .map(({ path }) => quoted(path))
    .join("|");
const skips = (tree: CommandNode): string => valued(tree).map(casesOf).join("|");

/** What may stand in a command's first places: its subcommands, else its arguments' choices; null: files. */
function wordsAt({ commands, arguments: given }: CommandNode): readonly string[] | null {
  if (commands.length > 0) return commands.map(({ name }) => name);
  const choices = given.flatMap((argument) => argument.choices);
  if (choices.length > 0) return choices;
  return given.some(takesPath) ? null : [];
}

const takesPath = ({ name }: ArgumentNode): boolean => isPath(name);

function bashCompletion(tree: CommandNode): string {
  const values = valued(tree).map((place) => {
    const { value, choices } = place.option;
    if (choices.length > 0)
      return `    ${casesOf(place)}) COMPREPLY=($(compgen -W ${quoted(choices.join(" "))} -- "$cur")); return ;;`;
    if (value !== null && isPath(value)) return `    ${casesOf(place)}) return ;;`;
    return `    ${casesOf(place)}) compopt +o default 2>/dev/null; return ;;`;
  });
  const words = allCommands(tree).map((node) => {
    const found = wordsAt(node);
    if (found === null) return `    ${quoted(node.path)}) return ;;`;
    return `    ${quoted(node.path)}) words=${quoted(found.join(" "))} ;;`;
  });
  const options = allCommands(tree).map(
    (node) => `    ${quoted(node.path)}) words=${quoted(flags(node).join(" "))} ;;`,
  );
  return `# bash completion of hive. Made by: hive completion bash
_hive() {
  local cur prev at word words i
  cur="\${COMP_WORDS[COMP_CWORD]}"
  prev="\${COMP_WORDS[COMP_CWORD-1]}"
  at=hive
  words=
  i=1
  while [ "$i" -lt "$COMP_CWORD" ]; do
    word="\${COMP_WORDS[i]}"
    case "$at $word" in
    ${descents(tree)}) at="$at $word" ;;
    esac
    case "$at:$word" in
    ${skips(tree)}) i=$((i + 1)) ;;
    esac
    i=$((i + 1))
  done
  COMPREPLY=()
  case "$at:$prev" in
${values.join("\n")}
  esac
  if [ "\${cur#-}" != "$cur" ]; then
    case "$at" in
${options.join("\n")}
    esac
  else
    case "$at" in
${words.join("\n")}
    esac
  fi
  compopt +o default 2>/dev/null
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _hive hive
`;
}

function zshCompletion(tree: CommandNode): string {
  const values = valued(tree).map((place) => {
    const { value, choices } = place.option;
    if (choices.length > 0) return `    ${casesOf(place)}) compadd -- ${choices.map(quoted).join(" ")}; return ;;`;
    return `    ${casesOf(place)}) ${value !== null && isPath(value) ? "_files; return" : "return"} ;;`;
  });
  const described = (pairs: ReadonlyArray<readonly [string, string]>): string =>
    pairs.map(([name, about]) => quoted(`${name.replaceAll(":", "\\:")}:${about.replaceAll(":", "\\:")}`)).join(" ");
  const words = allCommands(tree).map((node) => {
    const found = wordsAt(node);
    if (found === null) return `    ${quoted(node.path)}) _files ;;`;
    if (node.commands.length === 0) return `    ${quoted(node.path)}) compadd -- ${found.map(quoted).join(" ")} ;;`;
    return `    ${quoted(node.path)}) found=(${described(node.commands.map(({ name, summary }) => [name, summary]))}); _describe command found ;;`;
  });
  const options = allCommands(tree).map((node) => {
    const pairs = node.options.flatMap(({ names, description }) => names.map((name) => [name, description] as const));
    return `    ${quoted(node.path)}) found=(${described(pairs)}); _describe -o option found ;;`;
  });
  return `#compdef hive
# zsh completion of hive. Made by: hive completion zsh
_hive() {
  local at=hive word
  local -a found
  local -i i=2
  while (( i < CURRENT )); do
    word="\${words[i]}"
    case "$at $word" in
    ${descents(tree)}) at="$at $word" ;;
    esac
    case "$at:$word" in
    ${skips(tree)}) (( i++ )) ;;
    esac
    (( i++ ))
  done
  case "$at:\${words[CURRENT-1]}" in
${values.join("\n")}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    case "$at" in
${options.join("\n")}
    esac
  else
    case "$at" in
${words.join("\n")}
    esac
  fi
}
if [ "$funcstack[1]" = "_hive" ]; then
  _hive "$@"
else
  compdef _hive hive
fi
`;
}

function fishCompletion(tree: CommandNode): string {
  // In fish, only \\ and ' are special between single quotes.
  const text = (raw: string): string => `'${raw.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const at = ({ path }: CommandNode): string => `complete -c hive -n ${text(`__hive_at "${path}"`)}`;
  const lines = allCommands(tree).flatMap((node) => [
    ...node.commands.map(({ name, summary }) => `${at(node)} -a ${text(name)} -d ${text(summary)}`),
    ...(node.commands.length > 0 ? [] : (wordsAt(node) ?? []).map((word) => `${at(node)} -a ${text(word)}`)),
    ...(wordsAt(node) === null ? [`${at(node)} -F`] : []),
    ...node.options.map(({ names, description, value, choices }) => {
      const spelled = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
      const takes =
        value === null
          ? ""
          : choices.length > 0
            ? ` -x -a ${text(choices.join(" "))}`
            : isPath(value)
              ? " -r -F"
              : " -x";
      return `${at(node)} ${spelled.join(" ")}${takes} -d ${text(description)}`;
    }),
  ]);
  const cases = (patterns: readonly string[]): string => patterns.map(text).join(" ");
  return `# fish completion of hive. Made by: hive completion fish
function __hive_at
    set -l at hive
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch "$at $word"
            case ${cases(subcommands(tree).map(({ path }) => path))}
                set at "$at $word"
        end
        switch "$at:$word"
            case ${cases(valued(tree).flatMap(({ node, option }) => option.names.map((name) => `${node.path}:${name}`)))}
                set skip 1
        end
    end
    test "$at" = "$argv[1]"
end
complete -c hive -f
${lines.join("\n")}
`;
}
