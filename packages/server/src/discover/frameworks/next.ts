import type { SourceRoute } from "../collect-routes.ts";
import { nameOfNode, readsLikeAuthentication } from "../handler-name.ts";
import type { Modules } from "../modules.ts";
import { positionAt } from "../position.ts";
import type { SourceModule } from "../value.ts";

/**
 * Route handlers of Next.js by where they stand: `app/…/route.ts` with a function for each method, `pages/api/…` with one for all. Folders in
 * parentheses give no segment. Not read: `basePath` and rewrites of next.config, middleware, server actions.
 */
export function nextRoutes(files: readonly string[], modules: Modules): SourceRoute[] {
  const roots = [...modules.packages].filter(({ manifest }) => dependsOnNext(manifest)).map(({ folder }) => folder);
  return files.flatMap((file) => {
    const root = roots.filter((one) => one === "" || file.startsWith(`${one}/`)).sort((a, b) => b.length - a.length)[0];
    if (root === undefined) return [];
    const inside = root === "" ? file : file.slice(root.length + 1);
    const app = /^(?:src\/)?app\/(.*\/)?route\.[jt]sx?$/.exec(inside);
    const page = /^(?:src\/)?pages\/(api(?:\/.*)?)\.[jt]sx?$/.exec(inside);
    if (app === null && page === null) return [];
    const module = modules.open(file);
    if (module === undefined) return [];
    const segments = (app === null ? (page?.[1] ?? "").replace(/\/index$/, "") : (app[1] ?? "")).split("/").filter((part) => part !== "");
    if (app !== null && segments.some((part) => part.startsWith("_"))) return [];
    const paths = pathsOf(segments.filter((part) => app === null || (!/^\([^.)][^)]*\)$/.test(part) && !part.startsWith("@"))));
    const handlers = app === null ? pageHandlers(module) : routeHandlers(module, modules);
    return handlers.flatMap(({ method, name, offset }) =>
      paths.map((path) => ({
        method,
        path,
        pattern: `/${segments.join("/")}`,
        framework: "nextjs" as const,
        handler: name,
        ...positionAt(module, offset),
        app: root === "" ? "." : root,
        conditional: false,
        assumes: [],
        auth: { names: wrappers(name), verdict: "unproven" as const },
      })),
    );
  });
}

function wrappers(name: string): string[] {
  const call = /^([^(]+)\(/.exec(name)?.[1];
  return call !== undefined && readsLikeAuthentication(call) ? [call] : [];
}

function dependsOnNext(manifest: Record<string, unknown>): boolean {
  return ["dependencies", "devDependencies", "peerDependencies"].some((key) => {
    const list = manifest[key];
    return typeof list === "object" && list !== null && "next" in list;
  });
}

/** `[id]` is `{id}`, `[...rest]` is `{rest*}`, `[[...rest]]` may be absent. */
function pathsOf(segments: readonly string[]): readonly string[] {
  const last = segments.at(-1) ?? "";
  const text = `/${segments.map((part) => part.replace(/^\[\[?\.\.\.([^\]]+)\]\]?$/, "{$1*}").replace(/^\[([^\]]+)\]$/, "{$1}")).join("/")}`;
  return last.startsWith("[[...") ? [`/${segments.slice(0, -1).join("/")}`.replaceAll(/\[([^\].]+)\]/g, "{$1}"), text] : [text];
}

interface Found {
  readonly method: string;
  readonly name: string;
  readonly offset: number;
}

const methods: ReadonlySet<string> = new Set(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]);

/** `export * from "…"` gives a route the handlers of another file; each file is followed once. */
function routeHandlers(module: SourceModule, modules: Modules, followed: ReadonlySet<SourceModule> = new Set([module])): Found[] {
  return module.program.body.flatMap((statement): Found[] => {
    if (statement.type === "ExportAllDeclaration" && statement.exported === null) {
      const target = modules.resolve(statement.source.value, module);
      const other = "file" in target ? modules.open(target.file) : undefined;
      if (other === undefined || followed.has(other)) return [];
      return routeHandlers(other, modules, new Set([...followed, other])).map((found) => ({ ...found, offset: statement.start }));
    }
    if (statement.type !== "ExportNamedDeclaration") return [];
    const { declaration } = statement;
    if (declaration?.type === "FunctionDeclaration" && declaration.id && methods.has(declaration.id.name))
      return [{ method: declaration.id.name, name: declaration.id.name, offset: declaration.id.start }];
    if (declaration?.type === "VariableDeclaration")
      return declaration.declarations.flatMap((one): Found[] => {
        if (one.id.type === "Identifier" && methods.has(one.id.name))
          return [{ method: one.id.name, name: one.init ? nameOfNode(one.init) || one.id.name : one.id.name, offset: one.id.start }];
        if (one.id.type === "ObjectPattern")
          return one.id.properties.flatMap((property) =>
            property.type === "Property" && property.value.type === "Identifier" && methods.has(property.value.name)
              ? [{ method: property.value.name, name: one.init ? nameOfNode(one.init) : property.value.name, offset: property.start }]
              : [],
          );
        return [];
      });
    return statement.specifiers.flatMap((one) =>
      "name" in one.exported && methods.has(one.exported.name)
        ? [{ method: one.exported.name, name: "name" in one.local ? one.local.name : one.exported.name, offset: one.start }]
        : [],
    );
  });
}

function pageHandlers(module: SourceModule): Found[] {
  return module.program.body.flatMap((statement): Found[] => {
    if (statement.type === "ExportDefaultDeclaration")
      return [
        {
          method: "ANY",
          name:
            nameOfNode(statement.declaration) ||
            ("id" in statement.declaration && statement.declaration.id && "name" in statement.declaration.id ? statement.declaration.id.name : "default"),
          offset: statement.start,
        },
      ];
    if (statement.type === "ExpressionStatement" && statement.expression.type === "AssignmentExpression" && nameOfNode(statement.expression.left) === "module.exports")
      return [{ method: "ANY", name: nameOfNode(statement.expression.right) || "default", offset: statement.start }];
    return [];
  });
}
