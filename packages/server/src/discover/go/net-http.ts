import { newRouter } from "../router-model.ts";
import { pathOf, textOfThing, type Thing } from "../static/thing.ts";
import { literal, restingOn, unknown, type RouterModel } from "../value.ts";
import type { GoSite } from "./go-machine.ts";

/**
 * Go's `http.ServeMux`, patterns of Go 1.22 included: `GET /items/{id}`, `{rest...}`, `{$}`, hosts left out. A pattern that ends in a slash takes all
 * below it. What a handler itself makes of the rest of a path or of the method is not read.
 */
export function createMux(path: string, site: GoSite): RouterModel | undefined {
  return path === "net/http.NewServeMux" || path === "net/http.ServeMux{}" ? newRouter("nethttp", "app", site.at) : undefined;
}

export function callMux(router: RouterModel, name: string, args: readonly Thing[], site: GoSite): Thing {
  if (name !== "Handle" && name !== "HandleFunc") return unknown(`\`${name}\` of a mux`);
  const { at, conditional } = site;
  const [pattern, handler] = args;
  const inner = handler?.kind === "router" || (handler?.kind === "made" && handler.what === "stripped") ? handler : undefined;
  if (inner?.router !== undefined && inner.router !== router) {
    inner.router.mounted = true;
    router.steps.push({ do: "mount", path: inner.kind === "made" ? pathOf(inner.path) : undefined, child: inner.router, guards: [], at, conditional });
    return literal(null);
  }
  const text = textOfThing(pattern);
  const parts = text === undefined ? null : /^(?:([A-Z]+)[ \t]+)?([^/]*)(\/.*)$/.exec(text);
  const path =
    text === undefined || pattern === undefined ? pathOf(pattern) : parts === null ? unknown("the pattern is not one of a mux") : restingOn(literal(parts[3]), [pattern]);
  const named = site.written[1] ?? "";
  router.steps.push({ do: "route", methods: [parts?.[1] ?? "ANY"], path, handler: named === "" ? "(inline)" : named, guards: [], at, conditional });
  return literal(null);
}
