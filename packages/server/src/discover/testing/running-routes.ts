/** `GET /users/:id` of each route that a framework's own router holds. HEAD beside GET is the frameworks' doing and left out. */
export type RunningRoutes = readonly string[];

/** Express 5: `app.router.stack`; a mounted router's layer keeps the path it was mounted at. */
export function expressRoutes(app: unknown): RunningRoutes {
  // An app mounted on an app is hidden in a function: our fixtures name theirs in a setting, and the app itself knows where it was mounted.
  const parts = listOf(field(field(app, "settings"), "parts"));
  return [
    ...walkExpress(field(field(app, "router"), "stack"), ""),
    ...parts.flatMap((part) => walkExpress(field(field(part, "router"), "stack"), String(field(part, "mountpath")))),
  ];
}

function walkExpress(stack: unknown, prefix: string): string[] {
  return listOf(stack).flatMap((layer) => {
    const route = field(layer, "route");
    if (route !== undefined) {
      const methods = Object.keys(field(route, "methods") ?? {}).map((one) => one.toUpperCase());
      const any = methods.includes("_ALL") || methods.length > 20;
      return listOf(field(route, "path")).flatMap((path) =>
        (any ? ["ANY"] : methods).map((method) => `${method} ${path instanceof RegExp ? `${prefix}/${path.source}/` : `${prefix}${textOf(path)}`}`),
      );
    }
    const handle = field(layer, "handle");
    const inner = field(handle, "stack") ?? field(field(handle, "router"), "stack");
    if (inner === undefined) return [];
    return listOf(field(layer, "rawPath")).flatMap((path) => walkExpress(inner, prefix + (path === "/" ? "" : textOf(path))));
  });
}

/** `@koa/router`: the stack of each router an app uses, prefixes put in by the router itself. */
export function koaRoutes(app: unknown): RunningRoutes {
  return listOf(field(app, "middleware")).flatMap((one) =>
    listOf(field(field(one, "router"), "stack") ?? []).flatMap((layer) => {
      const methods = listOf(field(layer, "methods")).map(String);
      const kept = methods.length > 20 ? ["ANY"] : methods.filter((method) => method !== "HEAD" || !methods.includes("GET"));
      return kept.map((method) => `${method} ${String(field(layer, "path"))}`);
    }),
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

function field(value: unknown, name: string): unknown {
  return (typeof value === "object" || typeof value === "function") && value !== null && name in value ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
