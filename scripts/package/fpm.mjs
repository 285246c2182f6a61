#!/usr/bin/env node
// Makes a deb as electron-builder asks fpm to, with dpkg-deb, where fpm cannot be had. Whatever it is asked that it
// does not know, it refuses: a package must not differ silently from what fpm would make.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";

const text = { type: "string" };
const many = { type: "string", multiple: true };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "input-type": { ...text, short: "s" },
    "output-type": { ...text, short: "t" },
    force: { type: "boolean" },
    depends: { ...many, short: "d" },
    "deb-recommends": many,
    "deb-compression": text,
    "deb-priority": text,
    architecture: text,
    "after-install": text,
    "after-remove": text,
    description: text,
    version: text,
    package: text,
    name: text,
    maintainer: text,
    vendor: text,
    url: text,
    category: text,
    license: text,
  },
});
if (values["output-type"] !== "deb" || values["input-type"] !== "dir") {
  throw new Error("Only a deb can be made without fpm.");
}

const work = mkdtempSync(`${values.package}-`);
try {
  const root = join(work, "root");
  for (const pair of positionals) {
    const [from, to] = pair.split("=");
    const target = join(root, to);
    mkdirSync(dirname(target), { recursive: true });
    if (statSync(from).isFile()) {
      cpSync(from, target);
      chmodSync(target, 0o644);
    } else {
      // Of the same disk: links to the same files, of which nothing is changed.
      execFileSync("cp", ["-al", from, target]);
    }
  }
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
  const folder = join(root, "DEBIAN");
  mkdirSync(folder);
  const lines = Object.entries(control).filter(([, value]) => value);
  writeFileSync(join(folder, "control"), `${lines.map(([key, value]) => `${key}: ${value}`).join("\n")}\n`);
  for (const [name, file] of Object.entries({ postinst: values["after-install"], postrm: values["after-remove"] })) {
    cpSync(file, join(folder, name));
    chmodSync(join(folder, name), 0o755);
  }
  const compression = { gz: ["-Zgzip", "-z6"], zst: ["-Zzstd", "-z3"], xz: ["-Zxz", "-z6"] };
  const how = compression[values["deb-compression"]];
  if (how === undefined) throw new Error(`The compression ${values["deb-compression"]} is not known.`);
  execFileSync("dpkg-deb", ["--build", "--root-owner-group", ...how, root, values.package], { stdio: "inherit" });
} finally {
  rmSync(work, { recursive: true, force: true });
}
