import type { Modules } from "../modules.ts";
import { propOf, stringOf, type ObjectValue, type Value } from "../value.ts";

/**
 * The plugins `@fastify/autoload` would load from a folder, each with its prefix: folders below give theirs (`_id` with `routeParams` is `:id`), an
 * `autoPrefix` of the plugin is added, a `prefixOverride` stands instead. A folder with an index file loads that and the folders below it.
 */
export function autoloaded(dir: string, options: ObjectValue, modules: Modules, valueOf: (file: string) => Value): readonly { readonly plugin: Value; readonly prefix: string }[] {
  const files = modules.below(dir);
  const shortest = files.map((file) => file.split("/"));
  const base = modules
    .folderOf(dir)
    .split("/")
    .filter((part) => part !== "").length;
  const withFolders = propOf(options, "dirNameRoutePrefix");
  const asPrefix = !(withFolders?.kind === "literal" && withFolders.value === false);
  const parameters = propOf(options, "routeParams");
  const withParameters = parameters?.kind === "literal" && parameters.value === true;
  const indexed = new Set(shortest.filter((parts) => (parts.at(-1) ?? "").startsWith("index.")).map((parts) => parts.slice(0, -1).join("/")));
  return files.flatMap((file) => {
    const parts = file.split("/");
    const folder = parts.slice(0, -1).join("/");
    const name = parts.at(-1) ?? "";
    if ((name.startsWith("_") || name.includes("autohooks")) && !name.startsWith("index.")) return [];
    if (indexed.has(folder) && !name.startsWith("index.")) return [];
    const exported = valueOf(file);
    const plugin = exported.kind === "object" ? exported.props.get("default") : exported;
    if (plugin === undefined) return [];
    const skipped = propOf(exported, "autoload") ?? propOf(plugin, "autoload");
    if (skipped?.kind === "literal" && skipped.value === false) return [];
    const own = stringOf(propOf(exported, "autoPrefix") ?? propOf(plugin, "autoPrefix"));
    const instead = stringOf(propOf(exported, "prefixOverride") ?? propOf(plugin, "prefixOverride"));
    const folders = asPrefix ? parts.slice(base, -1).map((part) => (withParameters ? part.replace(/^__?/, (mark) => (mark === "_" ? ":" : "")) : part)) : [];
    const prefix = instead ?? `${folders.map((part) => `/${part}`).join("")}${own === undefined ? "" : own.startsWith("/") ? own : `/${own}`}`;
    return [{ plugin, prefix }];
  });
}
