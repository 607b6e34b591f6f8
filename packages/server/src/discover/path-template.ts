import type { Framework } from "./value.ts";

/**
 * A framework's path as Postern writes it: `/users/:id` is `/users/{id}`, a tail that takes more than one segment is `{name*}`. An optional part
 * gives two paths, with and without it. At most {@link variantsMax}.
 */
export function templatesOf(pattern: string, framework: Framework): readonly string[] {
  const own = otherForms[framework];
  if (own !== undefined) return [tidy(own(pattern))];
  return [...new Set(expand(pattern, framework).map(tidy))].slice(0, variantsMax);
}

/** Frameworks of other languages write parameters in forms of their own. */
const otherForms: Partial<Record<Framework, (pattern: string) => string>> = {
  // `<int:id>`, `<path:rest>`, `<regex("x"):name>`
  flask: (pattern) =>
    pattern.replaceAll(/<(?:(\w+)(?:\([^<>]*?\))?:)?(\w+)>/g, (_, converter: string | undefined, name: string) => (converter === "path" ? `{${name}*}` : `{${name}}`)),
  // `{id:int}`, `{rest:path}`
  fastapi: (pattern) => pattern.replaceAll(/\{(\w+)(?::(\w+))?\}/g, (_, name: string, converter: string | undefined) => (converter === "path" ? `{${name}*}` : `{${name}}`)),
  // `{id}`, `{rest...}`, `{$}`, a slash at the end takes all below it
  nethttp: (pattern) => (pattern.endsWith("/") ? `${pattern}{path*}` : pattern.replace(/\{\$\}$/, "").replaceAll(/\{(\w+)\.\.\.\}/g, "{$1*}")),
  chi: (pattern) => braced(pattern).replace(/\*$/, "{path*}"),
  gin: (pattern) => pattern.replaceAll(/:(\w+)/g, "{$1}").replace(/\*(\w+)$/, "{$1*}"),
};

/** chi's `{id:[0-9]{4}}` without its expression. */
function braced(pattern: string): string {
  let out = "";
  for (let at = 0; at < pattern.length; at++) {
    const end = pattern[at] === "{" ? closing(pattern, at, "{", "}") : -1;
    if (end < 0) out += pattern[at] ?? "";
    else {
      out += `{${pattern.slice(at + 1, end).split(":")[0] ?? ""}}`;
      at = end;
    }
  }
  return out;
}

/** Eight optional parts would give 256 paths: nobody means that. */
export const variantsMax = 16;

/** Prefix and rest with one slash between; no slash at the end, `/` for nothing. */
export function joinPaths(...parts: readonly string[]): string {
  return tidy(parts.filter((part) => part !== "").join("/"));
}

/**
 * A regular expression as a template where its parts are plain text and groups: `^\/user\/(\d+)$` is `/user/{1}`. From the first part that is not
 * plain on, the tail is `{pattern*}`.
 */
export function templateOfRegExp(source: string): string {
  let at = source.startsWith("^") ? 1 : 0;
  let out = at === 0 ? "/{pattern*}" : "";
  let groups = 0;
  const rest = "{pattern*}";
  if (at === 0) return out;
  while (at < source.length) {
    const character = source[at] ?? "";
    const next = source[at + 1] ?? "";
    if (character === "$" && at === source.length - 1) break;
    if (character === "\\" && next === "/" && source.slice(at + 2).replace(/\$$/, "") === "?") break;
    if (character === "(") {
      const end = closing(source, at, "(", ")");
      const name = /^\(\?<([A-Za-z_]\w*)>/.exec(source.slice(at, at + 80))?.[1];
      const quantified = /[?*+{]/.test(source[end + 1] ?? "");
      if (end < 0 || quantified || (name === undefined && next === "?")) return out + rest;
      groups++;
      out += `{${name ?? groups}}`;
      at = end + 1;
    } else if (character === "[" || (character === "\\" && /[dwsS]/.test(next)) || character === ".") {
      const end = character === "[" ? source.indexOf("]", at) : character === "." ? at : at + 1;
      if (character === "." || source[end + 1] !== "+") return out + rest;
      groups++;
      out += `{${groups}}`;
      at = end + 2;
    } else if (character === "\\" && /[/.\-_]/.test(next) && !/[?*+{]/.test(source[at + 2] ?? "")) {
      out += next;
      at += 2;
    } else if (/[A-Za-z0-9_\-/]/.test(character) && !/[?*+{]/.test(next)) {
      out += character;
      at++;
    } else return out + rest;
  }
  return tidy(out);
}

function expand(pattern: string, framework: Framework): string[] {
  let outs = [""];
  const add = (text: string): void => {
    outs = outs.map((out) => out + text);
  };
  const braces = framework === "express" || framework === "koa";
  for (let at = 0; at < pattern.length;) {
    const character = pattern[at] ?? "";
    if (character === "\\") {
      add(pattern[at + 1] ?? "");
      at += 2;
    } else if (character === ":" && framework === "fastify" && pattern[at + 1] === ":") {
      add(":");
      at += 2;
    } else if (character === ":" && /[A-Za-z0-9_$"]/.test(pattern[at + 1] ?? "")) {
      const quoted = pattern[at + 1] === '"' ? pattern.indexOf('"', at + 2) : -1;
      const name = quoted > 0 ? pattern.slice(at + 2, quoted) : (/^[\w$]+/.exec(pattern.slice(at + 1))?.[0] ?? "");
      at = quoted > 0 ? quoted + 1 : at + 1 + name.length;
      if (pattern[at] === "(") at = closing(pattern, at, "(", ")") + 1 || pattern.length;
      if (pattern[at] === "{" && framework === "hono") at = closing(pattern, at, "{", "}") + 1 || pattern.length;
      const modifier = pattern[at] ?? "";
      if (modifier === "?" || modifier === "*" || modifier === "+") at++;
      const without = modifier === "?" || (modifier === "*" && framework !== "fastify") ? outs.map((out) => out.replace(/\/$/, "")) : [];
      add(`{${name}${modifier === "*" || modifier === "+" ? "*" : ""}}`);
      outs = [...without, ...outs].slice(0, variantsMax);
    } else if (character === "*") {
      const name = framework === "express" || framework === "koa" ? (/^\w+/.exec(pattern.slice(at + 1))?.[0] ?? "") : "";
      add(`{${name === "" ? "path" : name}*}`);
      at += 1 + name.length;
    } else if (character === "{" && braces) {
      const end = closing(pattern, at, "{", "}");
      if (end < 0) return outs.map((out) => `${out}${pattern.slice(at)}`);
      const inner = expand(pattern.slice(at + 1, end), framework);
      outs = [...outs, ...outs.flatMap((out) => inner.map((part) => out + part))].slice(0, variantsMax);
      at = end + 1;
    } else if (character === "(" && (braces || framework === "nestjs")) {
      const end = closing(pattern, at, "(", ")");
      add("{part}");
      at = (end < 0 ? pattern.length : end) + 1;
      if (/[?*+]/.test(pattern[at] ?? "")) at++;
    } else if (character === "?" && framework !== "fastify") {
      // The character before may be absent: `/colou?r`; a slash makes no other path.
      if (pattern[at - 1] !== "/") outs = [...outs.map((out) => out.slice(0, -1)), ...outs].slice(0, variantsMax);
      at++;
    } else {
      add(character);
      at++;
    }
  }
  return outs;
}

/** Where the bracket that opens at `at` is closed; -1 where it is not. */
function closing(text: string, at: number, open: string, close: string): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === open) depth++;
    else if (text[i] === close && --depth === 0) return i;
  }
  return -1;
}

function tidy(path: string): string {
  return `/${path
    .split("/")
    .filter((part) => part !== "")
    .join("/")}`;
}
