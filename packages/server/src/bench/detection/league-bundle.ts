import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

/**
 * Writes the player ({@link PlayerTask}) with all it imports to one CommonJS file: a startup snapshot can be built from nothing else, and with no modules but
 * Node's own. Works from the compiled files and, in tests, from the sources.
 */
export async function bundlePlayer(file: string): Promise<void> {
  const source = import.meta.url.endsWith(".ts");
  const bundle = await rolldown({
    input: fileURLToPath(new URL(source ? "./league-player.ts" : "./league-player.js", import.meta.url)),
    platform: "node",
    external: [/^node:/],
    // No module of ours does anything when it is only loaded, so those of which nothing is used can go: the testkit's sockets among them.
    treeshake: { moduleSideEffects: false },
    ...(source ? { resolve: { alias: Object.fromEntries(["engine", "testkit"].map((name) => [`@postern/${name}`, sourceOf(name)])) } } : {}),
    plugins: [
      {
        // The league's services keep their accounts in memory; SQLite is native code, which no snapshot holds.
        name: "no-database",
        resolveId: (id) => (id === "libsql" ? none : undefined),
        load: (id) => (id === none ? "export default undefined" : undefined),
      },
    ],
  });
  await bundle.write({ file, format: "cjs", codeSplitting: false });
  await bundle.close();
}

const none = "\0no-database";

function sourceOf(name: string): string {
  return fileURLToPath(new URL(`../../../../${name}/src/index.ts`, import.meta.url));
}
