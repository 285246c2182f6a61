import type { Command, Option } from "commander";

/** What completion and the documentation say of a command. */
export interface CommandNode {
  /** `hive plan list`. */
  readonly path: string;
  readonly name: string;
  /** In a few words. */
  readonly summary: string;
  readonly description: string;
  /** What its help says below the lists: examples, exit codes. */
  readonly notes: string;
  readonly arguments: readonly ArgumentNode[];
  readonly options: readonly OptionNode[];
  readonly commands: readonly CommandNode[];
}

export interface ArgumentNode {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly variadic: boolean;
  readonly choices: readonly string[];
}

export interface OptionNode {
  /** `--db`, and `-d` where there is one. */
  readonly names: readonly string[];
  readonly description: string;
  /** What its value is called; null: it takes none. */
  readonly value: string | null;
  readonly choices: readonly string[];
}

/** The commands of a program as data, hidden ones left out. */
export function commandTree(command: Command, parent = ""): CommandNode {
  const path = parent === "" ? command.name() : `${parent} ${command.name()}`;
  const help = command.createHelp();
  const subcommands = help.visibleCommands(command).filter((one) => one.name() !== "help");
  return {
    path,
    name: command.name(),
    summary: command.summary() || firstSentence(command.description()),
    description: command.description(),
    notes: notesOf(command),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      description: argument.description,
      required: argument.required,
      variadic: argument.variadic,
      choices: argument.argChoices ?? [],
    })),
    options: help.visibleOptions(command).map(optionNode),
    commands: subcommands.map((one) => commandTree(one, path)),
  };
}

/** The library only prints them, after the rest of the help. */
function notesOf(command: Command): string {
  const before = command.configureOutput();
  let printed = "";
  command.configureOutput({
    writeOut: (text) => {
      printed += text;
    },
  });
  command.outputHelp();
  command.configureOutput(before);
  return printed.slice(command.helpInformation().length).trim();
}

/** A command and all below it. */
export function allCommands(node: CommandNode): CommandNode[] {
  return [node, ...node.commands.flatMap(allCommands)];
}

function optionNode(option: Option): OptionNode {
  const value = /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1] ?? null;
  return {
    names: [option.long, option.short].filter((name) => name !== undefined && name !== null),
    description: option.description,
    value,
    choices: option.argChoices ?? [],
  };
}

function firstSentence(text: string): string {
  return (text.split(/(?<=\.) /)[0] ?? "").replace(/\.$/, "");
}
