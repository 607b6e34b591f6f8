import type { Collected } from "../collect-routes.ts";
import type { LanguageRoutes } from "../python/python-routes.ts";
import type { SourceTree } from "../source-tree.ts";

export function goRoutes(_tree: SourceTree, _files: readonly string[], _found: Collected, _onFile: (file: string) => void): LanguageRoutes {
  return { routers: [], problems: [], cutShort: new Set() };
}
