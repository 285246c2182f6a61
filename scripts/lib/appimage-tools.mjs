import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.mjs";

const RUNTIME = join(ROOT, "scripts", "package", "appimage-runtime.sh");
const RUNTIME_BYTES = 4096;
/** electron-builder's name for this machine's kind of processor, in the names of its tools. */
const ARCH = process.arch;

/**
 * The tools that electron-builder makes an AppImage with, laid out as it looks for them, where it cannot fetch its own:
 * mksquashfs of the system, and a runtime that unpacks instead of mounting.
 * @returns {string} the folder, for APPIMAGE_TOOLS_PATH
 */
export function stageAppImageTools(folder) {
  for (const name of ["runtimes", `lib/${ARCH}`]) mkdirSync(join(folder, name), { recursive: true });
  const script = (name, text) => writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  script("mksquashfs", 'exec mksquashfs "$@" -Xcompression-level 1');
  // Asked for, and not called.
  script("desktop-file-validate", 'exec desktop-file-validate "$@"');
  const runtime = readFileSync(RUNTIME, "utf8").replace("offset=OFFSET", `offset=${RUNTIME_BYTES}`);
  writeFileSync(join(folder, "runtimes", `runtime-${ARCH}`), runtime.padEnd(RUNTIME_BYTES, "#"));
  return folder;
}
