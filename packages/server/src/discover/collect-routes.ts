import { readsLikeAuthentication } from "./handler-name.ts";
import { joinPaths, templateOfRegExp, templatesOf } from "./path-template.ts";
import type { Value } from "./value.ts";
import type { Position } from "./position.ts";
import type { Framework, RouterModel, Step } from "./value.ts";

/** A route that source code declares. */
export interface SourceRoute {
  /** Upper case; `ANY` where every method is taken. */
  readonly method: string;
  /** `/users/{id}`; `{name*}` takes what is left of a path. */
  readonly path: string;
  /** As written, prefixes before it. */
  readonly pattern: string;
  readonly framework: Framework;
  readonly handler: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Where the app it belongs to is made. */
  readonly app: string;
  /** Registered in a branch whose condition is known only at run time. */
  readonly conditional: boolean;
  /** Defaults its path rests on, as `default "/api": it is set by the environment variable BASE`: set otherwise, the route stands elsewhere. */
  readonly assumes: readonly string[];
  /** What runs before the handler and is called like a check of who asks: evidence, no proof. */
  readonly auth: { readonly names: readonly string[]; readonly verdict: "unproven" };
}

/** Something that reads like a route and cannot be told from source alone. */
export interface Unresolved extends Position {
  readonly what: string;
  readonly why: string;
  /** Where only what stands before it is not known: the route below that prefix. Never counted as found. */
  readonly below?: Pick<SourceRoute, "method" | "path" | "framework" | "handler" | "conditional" | "auth">;
}

export interface Collected {
  readonly routes: SourceRoute[];
  readonly unresolved: Unresolved[];
  /** The default that the tree declares for an option, marked as one. */
  readonly defaultOf?: (option: string) => Value | undefined;
}

/** Puts prefixes, mounts and guards together, from an app downwards. `unplaced`: why nobody knows where the app itself stands. */
export function collectRoutes(app: RouterModel, into: Collected, unplaced?: string): void {
  walk(app, { app, prefixes: unplaced === undefined ? [nothingBefore] : { why: unplaced, after: [nothingBefore] }, guards: [], conditional: false, path: [] }, into);
}

/** No tree we know has a tenth of it; a cycle of mounts would. */
export const routesMax = 50_000;

interface Prefix {
  readonly text: string;
  readonly template: string;
  /** Defaults it rests on. */
  readonly rests: readonly string[];
}

type Prefixes = readonly Prefix[] | { readonly why: string; readonly after: readonly Prefix[] };

interface Walk {
  readonly app: RouterModel;
  /** One for each path a router is mounted at; `after`: what follows the part that is not known. */
  readonly prefixes: Prefixes;
  readonly guards: readonly { readonly under: string; readonly name: string }[];
  readonly conditional: boolean;
  readonly path: readonly RouterModel[];
}

function walk(router: RouterModel, state: Walk, into: Collected): void {
  if (state.path.includes(router) || state.path.length > 32) return;
  const prefixes = extend(state.prefixes, router.prefix, router.framework, into);
  const guards = [...state.guards];
  // Koa and Hono match middleware by order as Express does; Fastify's hooks hold for the whole instance.
  if (router.framework === "fastify") for (const step of router.steps) if (step.do === "guard") guards.push(...named(step, prefixes, router.framework, into));
  for (const step of router.steps) {
    if (into.routes.length >= routesMax) return;
    if (step.do === "guard") {
      if (router.framework !== "fastify") guards.push(...named(step, prefixes, router.framework, into));
    } else if (step.do === "mount") {
      const inner = extend(prefixes, step.path, router.framework, into);
      walk(
        step.child,
        {
          app: state.app,
          prefixes: inner,
          guards: [...guards, ...step.guards.map((name) => ({ under: "", name }))],
          conditional: state.conditional || step.conditional,
          path: [...state.path, router],
        },
        into,
      );
    } else route(step, router, prefixes, guards, state, into);
  }
}

function route(step: Step & { do: "route" }, router: RouterModel, prefixes: Prefixes, guards: Walk["guards"], state: Walk, into: Collected): void {
  const places = extend(prefixes, step.path, router.framework, into, step.style);
  const { file, line, column } = step.at;
  if ("why" in places) {
    // The route's own path is what is not known: there is nothing to say below it.
    const own = !("why" in prefixes);
    if (own) into.unresolved.push({ file, line, column, what: `${step.methods.join(",")} ${textOf(step.path) ?? "?"}`, why: places.why });
    else
      for (const place of places.after)
        for (const method of step.methods) {
          const path = place.template === "" ? "/" : place.template;
          const names = [...new Set([...guards.map((one) => one.name), ...step.guards].filter(readsLikeAuthentication))];
          into.unresolved.push({
            file,
            line,
            column,
            what: `${method} ?${path}`,
            why: places.why,
            below: {
              method,
              path,
              framework: router.framework,
              handler: step.handler,
              conditional: step.conditional || state.conditional,
              auth: { names, verdict: "unproven" },
            },
          });
        }
    return;
  }
  for (const method of step.methods) {
    if (method === "?") {
      into.unresolved.push({ file, line, column, what: places.map((one) => one.text || "/").join(", "), why: "the method is not static" });
      continue;
    }
    for (const place of places) {
      const before = [...guards.filter((one) => one.under === "" || covers(one.under, place.template)).map((one) => one.name), ...step.guards];
      into.routes.push({
        method,
        path: place.template === "" ? "/" : place.template,
        pattern: place.text === "" ? "/" : place.text,
        framework: router.framework,
        handler: step.handler,
        file,
        line,
        column,
        app: `${state.app.at.file}:${state.app.at.line}`,
        conditional: step.conditional || state.conditional,
        assumes: place.rests,
        auth: { names: [...new Set(before.filter(readsLikeAuthentication))], verdict: "unproven" },
      });
    }
  }
}

function covers(under: string, path: string): boolean {
  const stem = under.replace(/\/?\{[^{}]*\*\}$/, "");
  return stem === "" || stem === "/" || path === stem || path.startsWith(`${stem}/`);
}

function named(step: Step & { do: "guard" }, prefixes: Prefixes, framework: Framework, into: Collected): { under: string; name: string }[] {
  const under = ("why" in prefixes ? prefixes.after : prefixes).flatMap((prefix) =>
    pieces(step.path, into).map((one) => joinPaths(prefix.template, one.why === undefined && one.regexp !== true ? (templatesOf(one.text, framework)[0] ?? "") : "")),
  );
  return under.flatMap((one) => step.names.map((name) => ({ under: one === "/" ? "" : one, name })));
}

/** Each prefix with each path after it. */
function extend(prefixes: Prefixes, path: Value | undefined, framework: Framework, into: Collected, style?: "template"): Prefixes {
  if (path === undefined) return prefixes;
  const parts = pieces(path, into);
  const unclear = parts.find((one) => one.why !== undefined);
  if (unclear?.why !== undefined) return { why: "why" in prefixes ? prefixes.why : unclear.why, after: [nothingBefore] };
  const onto = (before: readonly Prefix[]): readonly Prefix[] =>
    before.flatMap((prefix) =>
      parts.flatMap((part) => {
        const templates = part.regexp === true ? [templateOfRegExp(part.text)] : style === "template" ? [part.text] : templatesOf(part.text, framework);
        const text = part.regexp === true ? `${prefix.text}/${part.text}/` : raw(prefix.text, part.text);
        return templates.map((template) => ({
          text,
          template: joinPaths(prefix.template, template),
          rests: part.rests === undefined ? prefix.rests : [...new Set([...prefix.rests, ...part.rests])],
        }));
      }),
    );
  return "why" in prefixes ? { why: prefixes.why, after: onto(prefixes.after) } : onto(prefixes);
}

const nothingBefore: Prefix = { text: "", template: "", rests: [] };

function raw(prefix: string, text: string): string {
  if (text === "" || text === "/") return prefix;
  return `${prefix.replace(/\/$/, "")}${text.startsWith("/") || text.startsWith("{") ? "" : "/"}${text}`;
}

interface Piece {
  readonly text: string;
  readonly regexp?: boolean;
  readonly why?: string;
  readonly rests?: readonly string[];
}

function pieces(path: Value | undefined, into: Collected): readonly Piece[] {
  if (path === undefined) return [{ text: "" }];
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- most kinds say nothing about routes, and what is not read is unknown
  switch (path.kind) {
    case "literal":
      return typeof path.value === "string"
        ? [{ text: path.value, ...(path.rests === undefined ? {} : { rests: path.rests }) }]
        : path.value === undefined || path.value === null
          ? [{ text: "" }]
          : [{ text: "", why: "the path is no text" }];
    case "regexp":
      return [{ text: path.source, regexp: true }];
    case "array":
      return path.items.flatMap((one) => pieces(one, into));
    case "wrapped":
      return pieces(path.inner, into).flatMap((a) =>
        pieces(path.prefix, into).map((b) =>
          a.why === undefined
            ? { text: raw(a.text, b.text), ...(b.why === undefined ? {} : { why: b.why }), ...((a.rests ?? b.rests) ? { rests: [...(a.rests ?? []), ...(b.rests ?? [])] } : {}) }
            : a,
        ),
      );
    case "unknown": {
      const usual = path.option === undefined ? undefined : into.defaultOf?.(path.option);
      return usual === undefined ? [{ text: "", why: path.why }] : pieces(usual, into);
    }
    default:
      return [{ text: "", why: "the path is not static" }];
  }
}

function textOf(path: Value): string | undefined {
  return path.kind === "literal" && typeof path.value === "string" ? path.value : path.kind === "regexp" ? `/${path.source}/` : undefined;
}
