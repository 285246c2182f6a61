/** What stands above it in docs/cli.md is written by hand, what stands below comes from the commands. */
export const MARK = "<!-- Below: node scripts/cli-reference.mjs -->";

/** The commands of `hive completion json` as Markdown. */
export function cliReference(tree) {
  return `${flatten(tree)
    .filter((node) => node.path !== tree.path)
    .map(section)
    .join("\n\n")}\n`;
}

function flatten(node) {
  return [node, ...node.commands.flatMap(flatten)];
}

function section(node) {
  const depth = node.path.split(" ").length;
  const parts = [`${"#".repeat(depth)} ${node.path}`, cell(node.description)];
  if (node.commands.length === 0) parts.push(`\`\`\`\n${usage(node)}\n\`\`\``);
  const rows = [...node.arguments.map(argumentRow), ...node.options.filter(isOwn).map(optionRow)];
  if (rows.length > 0) parts.push(["| | |", "| --- | --- |", ...rows].join("\n"));
  if (node.notes !== "") parts.push(`\`\`\`text\n${node.notes}\n\`\`\``);
  return parts.join("\n\n");
}

const isOwn = ({ names }) => !names.includes("--help");

function usage({ path, arguments: given, options }) {
  const named = given.map(({ name, required, variadic }) => {
    const shown = variadic ? `${name}...` : name;
    return required ? `<${shown}>` : `[${shown}]`;
  });
  return [path, ...(options.some(isOwn) ? ["[options]"] : []), ...named].join(" ");
}

function argumentRow({ name, description, choices }) {
  return `| \`${name}\` | ${cell(description)}${choiceWords(choices)} |`;
}

function optionRow({ names, value, description, choices }) {
  const shown = names.map((name) => `\`${name}\``).join(", ");
  return `| ${shown}${value === null ? "" : ` \`<${value}>\``} | ${cell(description)}${choiceWords(choices)} |`;
}

function choiceWords(choices) {
  return choices.length === 0 ? "" : `: ${choices.map((choice) => `\`${choice}\``).join(", ")}`;
}

/** The default database depends on who asks. */
function cell(text) {
  return text
    .replace(/ \(default: the window's, [^)]*\)/, " (default: the window's)")
    .replaceAll("|", "\\|")
    .replaceAll("<", "&lt;");
}
