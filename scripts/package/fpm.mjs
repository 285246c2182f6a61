#!/usr/bin/env node
// Makes a deb or an rpm as electron-builder asks fpm to, with dpkg-deb or rpmbuild, where fpm cannot be had. Whatever it
// is asked that it does not know, it refuses: a package must not differ silently from what fpm would make.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { DEB_OPTIONS, makeDeb } from "./make-deb.mjs";
import { makeRpm, RPM_OPTIONS } from "./make-rpm.mjs";

const MAKERS = {
  deb: { make: makeDeb, options: DEB_OPTIONS },
  rpm: { make: makeRpm, options: RPM_OPTIONS },
};
const text = { type: "string" };
const OPTIONS = {
  "input-type": { ...text, short: "s" },
  "output-type": { ...text, short: "t" },
  force: { type: "boolean" },
  depends: { ...text, short: "d", multiple: true },
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
};

/** The options that are read, those of every kind of package and those of the one that is asked for. */
function readArguments() {
  const args = process.argv.slice(2);
  const type = args[args.indexOf("-t") + 1];
  const maker = MAKERS[type];
  if (maker === undefined) throw new Error("Only a deb or an rpm can be made without fpm.");
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { ...OPTIONS, ...maker.options },
  });
  if (values["input-type"] !== "dir") throw new Error("Only folders can be packed without fpm.");
  return { values, positionals, make: maker.make };
}

/** Puts every `from=to` below the root. */
function layOut(root, pairs) {
  for (const pair of pairs) {
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
}

const { values, positionals, make } = readArguments();
const work = mkdtempSync(`${values.package}-`);
try {
  const root = join(work, "root");
  layOut(root, positionals);
  make({ root, work, values });
} finally {
  rmSync(work, { recursive: true, force: true });
}
