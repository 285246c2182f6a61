import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { build } from "vite";

const require = createRequire(import.meta.url);

/**
 * Bundles a TypeScript program for a Node process of its own, so that a test can kill it.
 * @param folder where the bundle goes
 * @returns the path of the bundle
 */
export async function bundleForNode(entry: string, folder: string): Promise<string> {
  const sqlite = require.resolve("better-sqlite3");
  const playwright = require.resolve("@playwright/test").replace(/\.js$/, ".mjs");
  // Loaded by few programs, and larger than the rest of them together.
  const [bullmq, ioredis] = [require.resolve("bullmq"), require.resolve("ioredis")];
  await build({
    configFile: false,
    logLevel: "error",
    resolve: { alias: { "better-sqlite3": sqlite, "@playwright/test": playwright, bullmq, ioredis } },
    ssr: { noExternal: true },
    build: {
      ssr: entry,
      outDir: folder,
      emptyOutDir: false,
      target: "node20",
      rolldownOptions: {
        external: [sqlite, playwright, bullmq, ioredis],
        output: { format: "es", entryFileNames: "[name].mjs" },
      },
    },
  });
  return join(folder, `${basename(entry, ".ts")}.mjs`);
}
