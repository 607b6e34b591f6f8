// The arrows of the design, one way. Each rule says how to put a breach right. Wanting an exception is a sign that a noun is missing.
const pure = ["@marcbachmann/cel-js", "graphql", "libphonenumber-js"];

export default {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Two files that import each other are one idea in two places: move what both need into a third, named for what it is.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "engine-is-pure",
      comment: "The engine imports none of our packages and no Node module. Hand the thing in as a port (engine/src/exchange/ports.ts).",
      severity: "error",
      from: { path: "^packages/engine/src", pathNot: ["[.]test[.]ts$", "/testing/"] },
      to: { path: ["^packages/(node|server|console|testkit)/", "^node:"], pathNot: "^packages/engine/" },
    },
    {
      name: "engine-core-modules",
      comment: "No Node core module in the engine: it has no clock, no network, no environment.",
      severity: "error",
      from: { path: "^packages/engine/src", pathNot: ["[.]test[.]ts$", "/testing/"] },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "engine-allow-list",
      comment: `The engine may use ${pure.join(", ")} only. Another pure library needs a line in docs/decisions and in this list.`,
      severity: "error",
      from: { path: "^packages/engine/src", pathNot: ["[.]test[.]ts$", "/testing/"] },
      to: { dependencyTypes: ["npm", "npm-dev", "npm-no-pkg", "npm-optional", "npm-peer"], pathNot: pure.map((name) => `node_modules/${name}/`) },
    },
    {
      name: "node-imports-engine-only",
      comment: "packages/node lives in other people's processes: nothing of ours but the engine, nothing native.",
      severity: "error",
      from: { path: "^packages/node/src", pathNot: "[.]test[.]ts$" },
      to: { path: "^packages/(server|console|testkit)/" },
    },
    {
      name: "server-not-console",
      comment: "The server serves the built console as files; it never imports it.",
      severity: "error",
      from: { path: "^packages/server/src" },
      to: { path: "^packages/console/" },
    },
    {
      name: "testkit-only-for-demo-and-tests",
      comment: "Only the demo, the benches and tests may use the testkit. Move shared code into the engine.",
      severity: "error",
      from: { path: "^packages/server/src", pathNot: ["[.]test[.]ts$", "^packages/server/src/(demo|trial|bench|e2e)/", "/testing/", "[.]bench[.]ts$"] },
      to: { path: "^packages/testkit/" },
    },
    {
      name: "console-types-only",
      comment: "The console imports the API's types, never its code: `import type`.",
      severity: "error",
      from: { path: "^packages/console/src", pathNot: "[.]test[.]tsx?$" },
      to: { path: "^packages/(engine|node|server|testkit)/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "sources-do-not-judge",
      comment: "A source reads and hands over; it knows neither gate, store, alerts nor API.",
      severity: "error",
      from: { path: "^packages/server/src/sources/", pathNot: "[.]test[.]ts$" },
      to: { path: "^packages/server/src/(gate|hub|store|alerts|api|respond|cli)/" },
    },
    {
      name: "gate-has-no-native-code",
      comment: "The gate process loads neither the store nor SQLite: a native crash must not take traffic down.",
      severity: "error",
      from: { path: "^packages/server/src/gate/", pathNot: "[.]test[.]ts$" },
      to: { path: ["node_modules/(chdb|libsql|@clickhouse)/", "^packages/server/src/(store/store-|state/|hub/|api/)"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|dist-test)/" },
    tsPreCompilationDeps: "specify",
    parser: "swc",
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "node", "default"], extensions: [".ts", ".tsx", ".js", ".mjs"] },
  },
};
