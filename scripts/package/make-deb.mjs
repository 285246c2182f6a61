import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const text = { type: "string" };

/** What fpm can be asked of a deb beside what it can be asked of all packages. */
export const DEB_OPTIONS = {
  "deb-recommends": { ...text, multiple: true },
  "deb-compression": text,
  "deb-priority": text,
};

const COMPRESSION = { gz: ["-Zgzip", "-z6"], zst: ["-Zzstd", "-z3"], xz: ["-Zxz", "-z6"] };

/** What `dpkg --verify` compares with: a line for each file. */
function sums(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => `${createHash("md5").update(readFileSync(file)).digest("hex")}  ${file.slice(root.length + 1)}\n`)
    .sort()
    .join("");
}

/** @param {{ root: string, values: object }} given `root`: what the package installs; `values`: fpm's options */
export function makeDeb({ root, values }) {
  const how = COMPRESSION[values["deb-compression"]];
  if (how === undefined) throw new Error(`The compression ${values["deb-compression"]} is not known.`);
  const bytes = execFileSync("du", ["-sk", root], { encoding: "utf8" }).split("\t")[0];
  const [synopsis = "", ...rest] = values.description.split("\n").map((line) => line.trim());
  const control = {
    Package: values.name,
    Version: values.version,
    License: values.license,
    Vendor: values.vendor,
    Architecture: values.architecture,
    Maintainer: values.maintainer,
    "Installed-Size": bytes,
    Depends: values.depends?.join(", "),
    Recommends: values["deb-recommends"]?.join(", "),
    Section: values.category,
    Priority: values["deb-priority"],
    Homepage: values.url,
    Description: [synopsis, ...rest.filter(Boolean).map((line) => ` ${line}`)].join("\n"),
  };
  const checksums = sums(root);
  const folder = join(root, "DEBIAN");
  mkdirSync(folder);
  writeFileSync(join(folder, "md5sums"), checksums);
  const lines = Object.entries(control).filter(([, value]) => value);
  writeFileSync(join(folder, "control"), `${lines.map(([key, value]) => `${key}: ${value}`).join("\n")}\n`);
  for (const [name, file] of Object.entries({ postinst: values["after-install"], postrm: values["after-remove"] })) {
    cpSync(file, join(folder, name));
    chmodSync(join(folder, name), 0o755);
  }
  execFileSync("dpkg-deb", ["--build", "--root-owner-group", ...how, root, values.package], { stdio: "inherit" });
}
