import type { ArrowFunctionExpression, Class, Function as FunctionNode, Program } from "oxc-parser";
import type { Position } from "./position.ts";

/** What is known of a value without running the program. `unknown` is never guessed at: whatever is made of it is unknown, too. */
export type Value =
  /** `option`: the name it was asked for by, where it is a member of something not known. */
  | { readonly kind: "unknown"; readonly why: string; readonly option?: string }
  /** With what it rests on where it is a default: `process.env.BASE || "/api"` is `/api` only as long as nobody sets BASE. */
  | { readonly kind: "literal"; readonly value: string | number | boolean | null | undefined; readonly rests?: readonly string[] }
  | { readonly kind: "regexp"; readonly source: string }
  | ArrayValue
  | ObjectValue
  | FunctionValue
  | ClassValue
  | { readonly kind: "router"; readonly router: RouterModel }
  /** Something of a package that is not in the tree: `express.Router`, `node:path.join`. */
  | { readonly kind: "external"; readonly path: string }
  /** A member that is called later: `router.get`, `list.forEach`. */
  | { readonly kind: "method"; readonly target: Value; readonly name: string }
  /** What `app.route("/x")` returns: calls of methods on it stand at one path. */
  | { readonly kind: "route"; readonly router: RouterModel; readonly paths: readonly Value[]; readonly guards: string[] }
  /** A value of a framework that carries another: a plugin that is not encapsulated, the middleware of a router under a prefix. */
  | { readonly kind: "wrapped"; readonly how: string; readonly inner: Value; readonly prefix?: Value };

export type Unknown = Extract<Value, { kind: "unknown" }>;
export type Literal = Extract<Value, { kind: "literal" }>;

export interface ArrayValue {
  readonly kind: "array";
  readonly items: Value[];
  /** How the items were written, where they were. */
  readonly names?: readonly string[];
}

export interface ObjectValue {
  readonly kind: "object";
  readonly props: Map<string, Value>;
  /** How the values were written. */
  readonly names?: Map<string, string>;
  /** Of `new X()`: where methods are looked up. */
  readonly cls?: ClassValue;
  /** What is not in `props` is unknown rather than undefined. */
  open: boolean;
}

export interface FunctionValue {
  readonly kind: "function";
  readonly node: FunctionNode | ArrowFunctionExpression;
  readonly scope: Names;
  readonly module: SourceModule;
  readonly name: string;
  readonly self?: Value;
  /** `plugin.autoPrefix = "/x"`. */
  readonly props: Map<string, Value>;
}

export interface ClassValue {
  readonly kind: "class";
  readonly node: Class;
  readonly scope: Names;
  readonly module: SourceModule;
  readonly name: string;
  readonly props: Map<string, Value>;
}

/** One file of the tree, parsed. */
export interface SourceModule {
  /** Relative to the tree, with `/`. */
  readonly file: string;
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  /** Named exports; `default` among them. */
  readonly exports: ObjectValue;
  /** CommonJS's `module`: its `exports` is what `require` gives. */
  readonly cjs: ObjectValue;
  state: "new" | "running" | "done";
}

/** Names and what they hold, from the innermost block outwards. */
export interface Names {
  get(name: string): Value | undefined;
  declare(name: string, value: Value): void;
  /** How deep in undecided branches it was made. */
  readonly depth: number;
  /** `depth`: how deep the assignment stands. */
  assign(name: string, value: Value, depth: number): void;
}

export type Framework = "express" | "fastify" | "koa" | "hono" | "nestjs" | "nextjs" | "flask" | "fastapi" | "nethttp" | "chi" | "gin" | "node:http";

/** What one app or router was told to do, in order; prefixes are put together when all files were read. */
export interface RouterModel {
  readonly framework: Framework;
  readonly role: "app" | "router";
  readonly at: Position;
  readonly steps: Step[];
  /** Its own prefix: Koa's option, Hono's base path, Fastify's plugin prefix. */
  prefix: Value | undefined;
  /** Decorations: `fastify.decorate("db", …)`, `app.locals = …`. */
  readonly props: Map<string, Value>;
  /** Fastify: where this instance is encapsulated in. Hono: whose routes a base path writes to. */
  readonly parent: RouterModel | undefined;
  /** Mounted somewhere: then it is no loose end. */
  mounted: boolean;
}

export type Step =
  | {
      readonly do: "route";
      readonly methods: readonly string[];
      readonly path: Value;
      readonly handler: string;
      /** Names of what runs before the handler. */
      readonly guards: readonly string[];
      readonly at: Position;
      readonly conditional: boolean;
      /** Ready-made: already in our form, such as `{id}`. */
      readonly style?: "template";
    }
  | {
      readonly do: "mount";
      readonly path: Value | undefined;
      readonly child: RouterModel;
      readonly guards: readonly string[];
      readonly at: Position;
      readonly conditional: boolean;
    }
  | { readonly do: "guard"; readonly path: Value | undefined; readonly names: readonly string[] };

export const nothing: Value = { kind: "literal", value: undefined };

export function unknown(why: string): Unknown {
  return { kind: "unknown", why };
}

/** Why an argument is unknown where a function is looked at that nobody calls. */
export const callerUnknown = "who calls this is not in the tree";

export function literal(value: string | number | boolean | null | undefined): Literal {
  return { kind: "literal", value };
}

/** A default that stands because what goes before it is not known. Only text, numbers and truth carry the mark. */
export function byDefault<T extends { readonly kind: string }>(value: T | Literal, why: string): T | Literal {
  if (!isLiteral(value) || value.value === undefined || value.value === null) return value;
  return { ...value, rests: [...(value.rests ?? []), `default ${JSON.stringify(value.value)}: ${why}`].slice(0, restsMax) };
}

/** What was made of defaults rests on them, too. */
export function restingOn<T extends { readonly kind: string }>(value: T | Literal, from: readonly { readonly kind: string }[]): T | Literal {
  const rests = from.flatMap((one) => (isLiteral(one) ? (one.rests ?? []) : []));
  return rests.length === 0 || !isLiteral(value) ? value : { ...value, rests: [...new Set([...(value.rests ?? []), ...rests])].slice(0, restsMax) };
}

/**
 * What a call gives of all it may return: one text is that text, a text beside something unknown is a default, two texts are anyone's guess. Other
 * values (routers, functions, objects) go before nothing at all.
 */
export function oneOf<T extends { readonly kind: string }>(found: readonly (T | Literal | Unknown)[]): T | Literal | Unknown | undefined {
  const some = found.filter((one) => !(isLiteral(one) && (one.value === undefined || one.value === null)));
  const made = some.find((one) => one.kind !== "literal" && one.kind !== "unknown");
  if (made !== undefined) return made;
  const literals = some.filter(isLiteral);
  const [first] = literals;
  if (first === undefined) return some[0] ?? found[0];
  if (literals.some((one) => one.value !== first.value)) return unknown("a choice made at run time");
  const unclear = some.filter((one): one is Unknown => one.kind === "unknown");
  const [only] = unclear;
  if (only === undefined) return first;
  return unclear.length > 1 || first.value === "" ? only : byDefault(first, only.why);
}

function isLiteral(value: { readonly kind: string }): value is Literal {
  return value.kind === "literal";
}

/** A path has a few parts; a text put together in a loop would have thousands. */
const restsMax = 8;

export function stringOf(value: Value | undefined): string | undefined {
  return value?.kind === "literal" && typeof value.value === "string" ? value.value : undefined;
}

/** True, false, or undefined where it cannot be told; a default tells nothing of the run. */
export function truthOf(value: Value): boolean | undefined {
  if (value.kind === "literal") return value.rests === undefined ? Boolean(value.value) : undefined;
  return value.kind === "unknown" || value.kind === "external" ? undefined : true;
}

export function objectOf(entries: Iterable<readonly [string, Value]> = []): ObjectValue {
  return { kind: "object", props: new Map(entries), names: new Map(), open: false };
}

/** A property of an object, an array's length or item, a namespace's member; undefined where there is none that is known. */
export function propOf(value: Value | undefined, name: string): Value | undefined {
  return value?.kind === "object" || value?.kind === "function" || value?.kind === "class" ? value.props.get(name) : undefined;
}
