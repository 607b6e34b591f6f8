// Lets a child process of a test run our TypeScript as it is written, without a build: types are stripped by swc.
// Start the child with `--import <this file>`; the same file is its own loader thread's module.
import { readFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import { register } from "node:module";
import { fileURLToPath } from "node:url";
import { transformSync } from "@swc/core";

const packages = new URL("../../../../", import.meta.url);
const ours = {
  "@postern/engine": new URL("engine/src/index.ts", packages).href,
  "@postern/node": new URL("node/src/index.ts", packages).href,
};

if (isMainThread) register(import.meta.url);

export async function resolve(specifier, context, next) {
  const own = ours[specifier];
  return own === undefined ? next(specifier, context) : { url: own, shortCircuit: true };
}

export async function load(url, context, next) {
  if (!url.startsWith("file:") || !url.endsWith(".ts")) return next(url, context);
  const filename = fileURLToPath(url);
  const { code } = transformSync(readFileSync(filename, "utf8"), {
    filename,
    swcrc: false,
    jsc: { parser: { syntax: "typescript" }, target: "es2022" },
    module: { type: "es6" },
  });
  return { format: "module", source: code, shortCircuit: true };
}
