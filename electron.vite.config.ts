import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "electron-vite";
import type { Plugin } from "vite";
import { guidePages } from "./scripts/lib/guide-pages.mjs";
import { GUIDE_PAGES } from "./src/renderer/guide-place";

/** Lists the packages of which something is in the bundle: their licences go along with it. */
function listPackages(): Plugin {
  return {
    name: "list-packages",
    generateBundle(_options, bundle) {
      const sources = Object.values(bundle).flatMap((output) =>
        output.type === "chunk" ? output.moduleIds : output.originalFileNames,
      );
      const folders = sources.map(
        (id) => /(?:^|\/)(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/?]+)/.exec(id)?.[1],
      );
      const packages = [...new Set(folders.filter((folder) => folder !== undefined))].sort();
      this.emitFile({ type: "asset", fileName: "bundled-packages.json", source: JSON.stringify(packages) });
    },
  };
}

/** Fonts that every view is set in come with the page: its texts are laid out once, and in no other font first. */
const FIRST_FONTS = /(?:inter|jetbrains-mono)-latin-wght-normal-.*\.woff2$/;

function preloadFonts(): Plugin {
  return {
    name: "preload-fonts",
    transformIndexHtml: {
      order: "post",
      handler: (_html, { bundle = {} }) =>
        Object.keys(bundle)
          .filter((file) => FIRST_FONTS.test(file))
          .map((file) => ({
            tag: "link",
            attrs: { rel: "preload", as: "font", type: "font/woff2", crossorigin: true, href: `./${file}` },
            injectTo: "head",
          })),
    },
  };
}

// Targets suit both runtimes: Electron 45 and the fallback 33.2.1 (Node 20.18, Chromium 130).
// Everything but the native addon and Electron itself is bundled, as CommonJS, so that main is loaded
// synchronously, before Electron's ready event.
const entry = (path: string) => resolve(import.meta.dirname, path);

export default defineConfig({
  main: {
    plugins: [listPackages()],
    build: {
      target: "node20.18",
      sourcemap: true,
      rolldownOptions: {
        input: {
          index: entry("src/main/index.ts"),
          packaged: entry("src/main/packaged.ts"),
          "plan-reader-thread": entry("src/main/plan-reader-thread.ts"),
          explorer: entry("src/main/explorer/index.ts"),
          hive: entry("src/cli/hive.ts"),
        },
        output: { format: "cjs", entryFileNames: "[name].cjs", chunkFileNames: "chunks/[name]-[hash].cjs" },
      },
    },
  },
  preload: {
    plugins: [listPackages()],
    build: {
      target: "node20.18",
      rolldownOptions: {
        input: { index: entry("src/preload/index.ts") },
        output: { format: "cjs", entryFileNames: "[name].cjs" },
      },
    },
  },
  renderer: {
    root: entry("src/renderer"),
    plugins: [react(), guidePages(GUIDE_PAGES), preloadFonts(), listPackages()],
    build: {
      target: "chrome130",
      // Nothing inline: the page's policy admits no data: fonts.
      assetsInlineLimit: 0,
      minify: true,
      rolldownOptions: { input: entry("src/renderer/index.html") },
    },
  },
});
