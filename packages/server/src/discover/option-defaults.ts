import type { Node } from "oxc-parser";
import { visitorKeys } from "oxc-parser";
import { nameOfNode } from "./handler-name.ts";
import { positionAt } from "./position.ts";
import { byDefault, literal, type SourceModule, type Value } from "./value.ts";

/**
 * Defaults that a tree declares for its options: `mountPath: { env: "MOUNT_PATH", help: "…", default: "/parse" }` in a table of definitions (as convict
 * and many servers have it), `.option("prefix", { default: "/api", describe: "…" })` of yargs, `.option("--base-path <path>", "…", "/api")` of
 * commander. An option with two defaults in one tree has none. What is given back is marked: set otherwise, the route stands elsewhere.
 */
export function optionDefaults(modules: readonly SourceModule[]): (option: string) => Value | undefined {
  let found: ReadonlyMap<string, readonly Declared[]> | undefined;
  return (option) => {
    found ??= declaredIn(modules);
    const all = found.get(option.replace(/^#/, "")) ?? [];
    const [first] = all;
    // An option's name may be anybody's: only what is a path is taken.
    if (first === undefined || !(first.value === "" || first.value.startsWith("/")) || all.some((one) => one.value !== first.value)) return undefined;
    return byDefault(literal(first.value), `that of the option ${option}, declared at ${first.at}`);
  };
}

interface Declared {
  readonly value: string;
  readonly at: string;
}

function declaredIn(modules: readonly SourceModule[]): ReadonlyMap<string, readonly Declared[]> {
  const found = new Map<string, Declared[]>();
  for (const module of modules) {
    const add = (name: string, value: string, offset: number): void => {
      const { file, line } = positionAt(module, offset);
      found.set(name, [...(found.get(name) ?? []), { value, at: `${file}:${line}` }]);
    };
    const look = (node: Node, depth: number): void => {
      if (depth > depthMax) return;
      if (node.type === "Property" && !node.computed) {
        const value = defaultIn(node.value);
        const name = node.key.type === "Literal" ? String(node.key.value) : nameOfNode(node.key);
        if (value !== undefined && name !== "") add(name, value, node.start);
      }
      if (node.type === "CallExpression" && node.callee.type === "MemberExpression" && nameOfNode(node.callee.property) === "option") {
        const [name, second, third] = node.arguments;
        const given = textOf(name);
        const value = second === undefined ? undefined : (defaultIn(second) ?? (textOf(second) === undefined ? undefined : textOf(third)));
        if (given !== undefined && value !== undefined) add(camel(given), value, node.start);
      }
      for (const key of visitorKeys[node.type] ?? []) {
        const child: unknown = Reflect.get(node, key);
        for (const one of Array.isArray(child) ? child : [child]) if (isNode(one)) look(one, depth + 1);
      }
    };
    look(module.program, 0);
  }
  return found;
}

/** The default of `{ default: "/api", help: "…" }`: an object that also says what the option is. */
function defaultIn(node: Node): string | undefined {
  if (node.type !== "ObjectExpression") return undefined;
  const props = new Map(node.properties.flatMap((one) => (one.type === "Property" && !one.computed ? [[nameOfNode(one.key), one.value] as const] : [])));
  return [...props.keys()].some((name) => describing.has(name)) ? textOf(props.get("default")) : undefined;
}

const describing: ReadonlySet<string> = new Set(["env", "help", "doc", "desc", "describe", "description", "format", "arg", "alias"]);

/** `-p, --base-path <path>` is `basePath`. */
function camel(option: string): string {
  const long = /--([\w-]+)/.exec(option)?.[1] ?? option;
  return long.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function textOf(node: Node | undefined): string | undefined {
  return node?.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
}

/** Tables of options are shallow. */
const depthMax = 60;

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
