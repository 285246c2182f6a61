import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { StepError } from "./report.mjs";

/** What each of the three builds writes beside its output: the packages of which something is in it. */
const LIST = "bundled-packages.json";
/** Installed beside what is bundled. */
const INSTALLED = ["better-sqlite3"];
const LICENCE_FILE = /^(un)?licen[cs]e|^copying|^notice/i;

/** Folders of the packages of which code, styles or fonts are in the built program, e.g. `node_modules/react`. */
export function shippedFolders(root) {
  const built = ["main", "preload", "renderer"].flatMap((part) =>
    JSON.parse(readFileSync(join(root, "out", part, LIST), "utf8")),
  );
  return [...new Set([...built, ...INSTALLED.map((name) => `node_modules/${name}`)])].sort();
}

/** A package's name, version, licence and its licence's text; a package that says nothing of its licence is refused. */
export function licenceOf(root, folder) {
  const path = join(root, folder);
  const { name, version, license } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
  const files = readdirSync(path).filter((file) => LICENCE_FILE.test(file));
  const text = files.map((file) => readFileSync(join(path, file), "utf8").trim()).join("\n\n");
  if (text === "" && typeof license !== "string") {
    throw new StepError(`${folder} says nothing of its licence, so it cannot be shipped.`);
  }
  return { name, version, licence: typeof license === "string" ? license : "see its text", text };
}

/** One file with the licences of all that is shipped. `extra`: what did not come as a package of the build. */
export function licenceTexts(licences, extra) {
  const all = [...extra, ...licences];
  const head = `Hive Console is made with the software of others. Its parts and their licences:\n\n${all
    .map(({ name, version, licence }) => `  ${name} ${version} (${licence})`)
    .join("\n")}\n`;
  const texts = all.map(
    ({ name, version, licence, text }) =>
      `${"=".repeat(78)}\n${name} ${version}\n${"=".repeat(78)}\n\n${text === "" ? `Licensed under ${licence}.` : text}\n`,
  );
  return [head, ...texts].join("\n");
}

/**
 * What `npm sbom` lists of the whole checkout, cut down to what is shipped, and with the runtimes, which are no
 * packages of the build.
 * @param {object} bom CycloneDX
 * @param {{ name: string, version: string }} product the program itself
 * @param {{ name: string, version: string }[]} shipped
 * @param {{ name: string, version: string, licence: string, purl: string }[]} runtimes
 */
export function shippedBom(bom, product, shipped, runtimes) {
  const wanted = new Set(shipped.map(({ name, version }) => `${name}@${version}`));
  const components = bom.components.filter(({ group, name, version }) =>
    wanted.has(`${group ? `${group}/` : ""}${name}@${version}`),
  );
  const missing =
    wanted.size - new Set(components.map(({ group, name, version }) => `${group}/${name}@${version}`)).size;
  if (missing > 0) throw new StepError(`npm sbom does not list ${missing} of the packages that are shipped.`);
  const added = runtimes.map(({ name, version, licence, purl }) => ({
    type: "framework",
    "bom-ref": purl,
    name,
    version,
    purl,
    licenses: [{ license: { id: licence } }],
  }));
  const kept = [...components.map((component) => ({ ...component, scope: "required" })), ...added];
  const refs = new Set([bom.metadata.component["bom-ref"], ...kept.map((component) => component["bom-ref"])]);
  const own = bom.metadata.component["bom-ref"];
  const dependencies = bom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn = [] }) => ({
      ref,
      dependsOn: [...dependsOn, ...(ref === own ? added.map((one) => one["bom-ref"]) : [])].filter((to) =>
        refs.has(to),
      ),
    }));
  // npm calls a checkout by its folder.
  const component = {
    ...bom.metadata.component,
    name: product.name,
    purl: `pkg:generic/${product.name}@${product.version}`,
  };
  return { ...bom, metadata: { ...bom.metadata, component }, components: kept, dependencies };
}
