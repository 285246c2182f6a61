import { resolve } from "node:path";
import { defineConfig } from "vite";

// The package's public export: one CommonJS file, which both `import` and `require` load, so that there is one
// HiveError class whoever asks. Its types are made by `tsc -p tsconfig.sdk.json`.
export default defineConfig({
  logLevel: "warn",
  build: {
    ssr: resolve(import.meta.dirname, "src/main/core/index.ts"),
    outDir: resolve(import.meta.dirname, "out/sdk"),
    emptyOutDir: true,
    target: "node20.18",
    sourcemap: true,
    rolldownOptions: {
      external: ["better-sqlite3"],
      output: { format: "cjs", entryFileNames: "index.cjs", codeSplitting: false },
    },
  },
  ssr: { noExternal: true, external: ["better-sqlite3"] },
});
