import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const text = { type: "string" };

/** What fpm can be asked of an rpm beside what it can be asked of all packages. */
export const RPM_OPTIONS = {
  "rpm-os": text,
  "rpm-compression": text,
  "rpm-digest": text,
  "rpm-summary": text,
  directories: { ...text, multiple: true },
};

/** What electron-builder calls a processor otherwise than rpm. */
const ARCHITECTURE = { amd64: "x86_64" };
const COMPRESSION = { none: "w0.gzdio", gzip: "w6.gzdio", xzmt: "w6T0.xzdio" };
const DIGEST = { sha256: 8, sha512: 10 };
/** rpmbuild would empty the root, strip executables and make packages of their symbols. */
const NOTHING_ELSE = [
  ...["prep", "build", "install", "clean"].map((step) => `%define __spec_${step}_pre true`),
  ...["prep", "build", "install", "clean"].map((step) => `%define __spec_${step}_post true`),
  "%define debug_package %{nil}",
  "%define _build_id_links none",
];

function known(table, name, what) {
  const found = table[name];
  if (found === undefined) throw new Error(`The ${what} ${name} is not known.`);
  return found;
}

/** Where rpm reads macros, a percent sign is written twice. */
const literally = (words) => words.replaceAll("%", "%%");

/** A path as the list of files has it. */
function quoted(path) {
  if (/["\\*?[\]{}%]/.test(path)) throw new Error(`rpmbuild would take ${path} for a pattern.`);
  return `"${path}"`;
}

/** Files below the root; folders only where the package owns them, so that they go with it. */
function listed(root, owned) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .map((entry) => ({ path: join(entry.parentPath, entry.name).slice(root.length), isFolder: entry.isDirectory() }))
    .filter(({ path, isFolder }) => !isFolder || owned.some((folder) => `${path}/`.startsWith(`${folder}/`)))
    .map(({ path, isFolder }) => `${isFolder ? "%dir " : ""}${quoted(path)}`);
}

function specification(root, values) {
  const [first = ""] = values.description.split("\n");
  const fields = {
    Name: values.name,
    Version: values.version,
    Release: "1",
    Summary: values["rpm-summary"] ?? first,
    License: values.license,
    Vendor: values.vendor,
    URL: values.url,
    Packager: values.maintainer,
    Group: values.category,
    // What it needs is said; the libraries that it brings are for nobody else.
    AutoReqProv: "no",
  };
  return [
    ...NOTHING_ELSE,
    `%define _binary_payload ${known(COMPRESSION, values["rpm-compression"], "compression")}`,
    `%define _binary_filedigest_algorithm ${known(DIGEST, values["rpm-digest"], "digest")}`,
    ...Object.entries(fields)
      .filter(([, value]) => value)
      .map(([key, value]) => `${key}: ${literally(value)}`),
    ...(values.depends ?? []).map((one) => `Requires: ${literally(one)}`),
    "%description",
    literally(values.description),
    "%post",
    literally(readFileSync(values["after-install"], "utf8")),
    "%postun",
    literally(readFileSync(values["after-remove"], "utf8")),
    "%files",
    "%defattr(-,root,root,-)",
    ...listed(root, values.directories ?? []),
    "",
  ].join("\n");
}

/**
 * @param {{ root: string, work: string, values: object }} given `root`: what the package installs; `work`: a folder for
 *   what is needed meanwhile; `values`: fpm's options
 */
export function makeRpm({ root, work, values }) {
  if (values.version.includes("-")) throw new Error(`${values.version} is no version for an rpm.`);
  const spec = join(work, "package.spec");
  const top = join(work, "rpmbuild");
  mkdirSync(top);
  writeFileSync(spec, specification(root, values));
  const defines = [`_topdir ${top}`, `_rpmdir ${work}`, "_rpmfilename package.rpm"];
  const architecture = ARCHITECTURE[values.architecture] ?? values.architecture;
  const args = ["-bb", "--quiet", "--noclean", "--target", `${architecture}-${values["rpm-os"]}`];
  execFileSync("rpmbuild", [...args, ...defines.flatMap((one) => ["--define", one]), "--buildroot", root, spec], {
    stdio: "inherit",
  });
  renameSync(join(work, "package.rpm"), values.package);
}
