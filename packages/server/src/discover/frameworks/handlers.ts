import type { Value } from "../value.ts";

/** A function handed to a router, with what it is called where it is handed over. */
export interface Handler {
  readonly name: string;
  readonly value: Value;
}

/** Arguments as a flat list of handlers: frameworks take lists in lists. */
export function handlersOf(values: readonly Value[], names: readonly string[] = [], depth = 0): readonly Handler[] {
  return values.flatMap((value, i) => {
    if (value.kind === "array" && depth < 8) return handlersOf(value.items, value.names ?? [], depth + 1);
    const written = names[i] ?? "";
    const own = value.kind === "function" && value.name !== "" ? value.name : "";
    return [{ name: written === "" ? own || "(inline)" : written === "(inline)" && own !== "" ? own : written, value }];
  });
}

/** The last that is no handler of errors is the handler, those before it guard it. */
export function handlerAndGuards(handlers: readonly Handler[]): { readonly handler: string; readonly guards: readonly string[] } {
  const normal = handlers.filter((one) => !(one.value.kind === "function" && one.value.node.params.length === 4) && !/error/i.test(one.name));
  const list = normal.length > 0 ? normal : handlers;
  return { handler: list.at(-1)?.name ?? "(none)", guards: list.slice(0, -1).map((one) => one.name) };
}

/** Whether a value may be a path: text, a regular expression, a list of them. */
export function mayBePath(value: Value | undefined): boolean {
  if (value?.kind === "array") return value.items.length > 0 && value.items.every(mayBePath);
  return value?.kind === "regexp" || (value?.kind === "literal" && typeof value.value === "string");
}

export const verbs: ReadonlySet<string> = new Set([
  "get",
  "post",
  "put",
  "patch",
  "delete",
  "head",
  "options",
  "trace",
  "connect",
  "copy",
  "lock",
  "mkcol",
  "move",
  "propfind",
  "proppatch",
  "purge",
  "report",
  "search",
  "unlock",
  "subscribe",
  "unsubscribe",
  "link",
  "unlink",
  "bind",
  "rebind",
  "unbind",
  "acl",
  "checkout",
  "merge",
  "m-search",
  "mkactivity",
  "mkcalendar",
  "notify",
  "query",
  "source",
]);
