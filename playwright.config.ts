import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "test/e2e",
  outputDir: "test-results/e2e",
  // As many as there are displays for: each test starts an Electron of its own.
  workers: process.env.HIVE_DISPLAYS?.split(",").length ?? 1,
  retries: 0,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  use: { trace: "off" },
});
