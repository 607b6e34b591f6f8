import { defineConfig } from "vitest/config";

// Source runs as it is written: packages resolve to their TypeScript, so a unit test never needs a build.
const source = {
  "@postern/engine": new URL("packages/engine/src/index.ts", import.meta.url).pathname,
  "@postern/node": new URL("packages/node/src/index.ts", import.meta.url).pathname,
  "@postern/testkit": new URL("packages/testkit/src/index.ts", import.meta.url).pathname,
};

export default defineConfig({
  resolve: { alias: source },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: ["**/*.e2e.test.ts", "**/node_modules/**"],
          pool: "forks",
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["packages/*/src/**/*.e2e.test.ts"],
          pool: "forks",
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
