import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { parseSync } from "oxc-parser";
import { readText, type SourceTree } from "./source-tree.ts";
import { literal, objectOf, unknown, type Value } from "./value.ts";
import { positionAt, type Position } from "./position.ts";
import type { SourceModule } from "./value.ts";

/** A file that does not parse. */
export interface ParseProblem extends Position {
  readonly message: string;
}

/**
 * The files of a tree as modules: parsed on first use, found by relative paths, by `paths` and `baseUrl` of tsconfig.json, by `imports` of
 * package.json, and by the names of packages within the tree. Nothing outside the tree is opened.
 */
export class Modules {
  readonly problems: ParseProblem[] = [];
  /** Files that are made by a build, told by their endless lines. */
  minified = 0;
  /** Which files a file reads, in order. */
  readonly imports = new Map<string, Set<string>>();
  readonly #tree: SourceTree;
  readonly #byFile = new Map<string, SourceModule | undefined>();
  readonly #files: ReadonlySet<string>;
  readonly #documents: ReadonlySet<string>;
  readonly #packages = new Map<string, { readonly folder: string; readonly manifest: Record<string, unknown> }>();
  readonly #aliases: { readonly folder: string; readonly from: string; readonly to: readonly string[] }[] = [];

  constructor(tree: SourceTree) {
    this.#tree = tree;
    this.#files = new Set(tree.sources);
    this.#documents = new Set(tree.documents);
    for (const file of tree.documents) {
      const name = file.slice(file.lastIndexOf("/") + 1);
      const folder = file.slice(0, Math.max(0, file.lastIndexOf("/")));
      if (name === "package.json") {
        const manifest = jsonOf(readText(join(tree.root, file)));
        if (manifest === undefined) continue;
        this.#packages.set(folder, { folder, manifest });
        // The package `module-alias` reads its names here.
        const named = manifest["_moduleAliases"];
        if (typeof named === "object" && named !== null)
          for (const [from, to] of Object.entries(named))
            if (typeof to === "string") this.#aliases.push({ folder, from, to: [to] }, { folder, from: `${from}/*`, to: [`${to}/*`] });
      } else if (/^[tj]sconfig.*\.json$/.test(name)) this.#readPaths(folder, jsonOf(withoutComments(readText(join(tree.root, file)) ?? "")));
    }
  }

  get packages(): Iterable<{ readonly folder: string; readonly manifest: Record<string, unknown> }> {
    return this.#packages.values();
  }

  /** A module by its file; undefined where it is not in the tree or does not parse. */
  open(file: string): SourceModule | undefined {
    if (this.#byFile.has(file)) return this.#byFile.get(file);
    const module = this.#parse(file);
    this.#byFile.set(file, module);
    return module;
  }

  /** Every file, those that nothing reads first, then what they read: the order in which a program starts. */
  fromEntries(files: readonly string[]): readonly string[] {
    const read = new Set([...this.imports.values()].flatMap((one) => [...one]));
    const order = new Set(files.filter((file) => !read.has(file)));
    for (const file of order) for (const next of this.imports.get(file) ?? []) order.add(next);
    return [...order, ...files.filter((file) => !order.has(file))];
  }

  /** What a specifier names from a file: a module, a JSON value, or something outside the tree. */
  resolve(specifier: string, from: SourceModule): { readonly file: string } | { readonly external: string } | { readonly value: Value } {
    const found = this.#find(specifier, from);
    if ("file" in found) this.imports.set(from.file, (this.imports.get(from.file) ?? new Set()).add(found.file));
    return found;
  }

  #find(specifier: string, from: SourceModule): { readonly file: string } | { readonly external: string } | { readonly value: Value } {
    const here = dirname(from.file) === "." ? "" : dirname(from.file);
    if (specifier.startsWith(".")) return this.#at(normal(`${here}/${specifier}`)) ?? { value: unknown(`${specifier} is not in the tree`) };
    if (specifier.startsWith("/")) return this.#at(relative(this.#tree.root, specifier).split(sep).join("/")) ?? { value: unknown("a file outside the tree") };
    for (const alias of this.#aliases) {
      if (alias.folder !== "" && !`${here}/`.startsWith(`${alias.folder}/`)) continue;
      const star = alias.from.indexOf("*");
      const matches = star < 0 ? specifier === alias.from : specifier.startsWith(alias.from.slice(0, star)) && specifier.endsWith(alias.from.slice(star + 1));
      if (!matches) continue;
      const middle = star < 0 ? "" : specifier.slice(star, specifier.length - (alias.from.length - star - 1));
      for (const to of alias.to) {
        const found = this.#at(normal(`${alias.folder}/${to.replace("*", () => middle)}`));
        if (found !== undefined) return found;
      }
    }
    for (const { folder, manifest } of this.#packages.values()) {
      if (specifier.startsWith("#") && (folder === "" || `${here}/`.startsWith(`${folder}/`))) {
        const found = this.#byImports(folder, manifest["imports"], specifier);
        if (found !== undefined) return found;
      }
      const name = manifest["name"];
      if (typeof name !== "string" || name === "" || (specifier !== name && !specifier.startsWith(`${name}/`))) continue;
      const found = this.#inPackage(folder, manifest, specifier.slice(name.length + 1));
      if (found !== undefined) return found;
    }
    return { external: specifier.replace(/^node:/, "") };
  }

  /** Where a program of this file is started: the folder of its package.json, else the tree. */
  startedIn(file: string): string {
    const folders = [...this.#packages.keys()].filter((one) => one === "" || file.startsWith(`${one}/`)).sort((a, b) => b.length - a.length);
    return join(this.#tree.root, folders[0] ?? "");
  }

  /** A folder relative to the tree. */
  folderOf(folder: string): string {
    return relative(this.#tree.root, folder).split(sep).join("/");
  }

  /** Source files below a folder of the tree, for loaders that list folders. */
  below(folder: string): readonly string[] {
    const inside = relative(this.#tree.root, folder).split(sep).join("/");
    return this.#tree.sources.filter((file) => inside === "" || file.startsWith(`${inside}/`));
  }

  /** Names in a folder of the tree; undefined outside it. */
  list(folder: string): readonly string[] | undefined {
    const inside = relative(this.#tree.root, folder);
    if (inside.startsWith("..") || !existsSync(folder) || !statSync(folder).isDirectory()) return undefined;
    return readdirSync(folder).sort().slice(0, 2_000);
  }

  #at(file: string): { readonly file: string } | { readonly value: Value } | undefined {
    for (const candidate of candidatesOf(file)) {
      if (this.#files.has(candidate)) return { file: candidate };
      if (candidate.endsWith(".json") && this.#documents.has(candidate)) return { value: valueOf(jsonOf(readText(join(this.#tree.root, candidate)))) };
    }
    const inner = this.#packages.get(file);
    const main = inner?.manifest["main"];
    return typeof main === "string" && main !== "" && main !== "." ? this.#at(normal(`${file}/${main}`)) : undefined;
  }

  #inPackage(folder: string, manifest: Record<string, unknown>, rest: string): { readonly file: string } | { readonly value: Value } | undefined {
    const named = rest === "" ? [manifest["source"], manifest["module"], manifest["main"], "src/index", "index"] : [rest, `src/${rest}`];
    for (const one of named) {
      if (typeof one !== "string") continue;
      const found = this.#at(normal(`${folder}/${one}`)) ?? this.#at(normal(`${folder}/${one.replace(/^(?:\.\/)?(?:dist|build|lib)\//, "src/")}`));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #byImports(folder: string, imports: unknown, specifier: string): { readonly file: string } | { readonly value: Value } | undefined {
    if (typeof imports !== "object" || imports === null) return undefined;
    for (const [from, to] of Object.entries(imports)) {
      const target = typeof to === "string" ? to : typeof to === "object" && to !== null && "default" in to && typeof to.default === "string" ? to.default : undefined;
      const star = from.indexOf("*");
      if (target === undefined || (star < 0 ? from !== specifier : !specifier.startsWith(from.slice(0, star)))) continue;
      const found = this.#at(normal(`${folder}/${target.replace("*", () => specifier.slice(star))}`));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #readPaths(folder: string, config: Record<string, unknown> | undefined): void {
    const options = config?.["compilerOptions"];
    if (typeof options !== "object" || options === null) return;
    const base = "baseUrl" in options && typeof options.baseUrl === "string" ? options.baseUrl : ".";
    if ("paths" in options && typeof options.paths === "object" && options.paths !== null)
      for (const [from, to] of Object.entries(options.paths))
        if (Array.isArray(to)) this.#aliases.push({ folder, from, to: to.filter((one) => typeof one === "string").map((one) => `${base}/${one}`) });
    if ("baseUrl" in options) this.#aliases.push({ folder, from: "*", to: [`${base}/*`] });
  }

  #parse(file: string): SourceModule | undefined {
    const path = join(this.#tree.root, file);
    const text = readText(path);
    if (text === undefined || !this.#files.has(file)) return undefined;
    if (text.length > minifiedBytesMin && text.length / (text.split("\n").length + 1) > minifiedLine) {
      this.minified++;
      return undefined;
    }
    const extension = file.slice(file.lastIndexOf(".") + 1);
    const lang = extension === "ts" || extension === "mts" || extension === "cts" ? "ts" : extension === "tsx" ? "tsx" : "jsx";
    const parsed = parseSync(file, text, {
      lang,
      sourceType: extension === "cjs" || extension === "cts" ? "unambiguous" : extension === "mjs" || lang !== "jsx" ? "module" : "unambiguous",
    });
    const exports = objectOf();
    const module: SourceModule = { file, path, text, program: parsed.program, exports, cjs: objectOf([["exports", exports]]), state: "new" };
    const [error] = parsed.errors;
    if (error !== undefined) {
      this.problems.push({ ...positionAt(module, error.labels[0]?.start ?? 0), message: error.message.slice(0, 200) });
      if (parsed.program.body.length === 0) return undefined;
    }
    return module;
  }
}

/** Nobody writes 64 KiB in lines of 400 characters. */
const minifiedBytesMin = 64 * 1_024;
const minifiedLine = 400;

function candidatesOf(file: string): string[] {
  const extensions = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json"];
  const stem = file.replace(/\.[cm]?jsx?$/, "");
  return [
    file,
    ...extensions.map((one) => file + one),
    ...(stem === file ? [] : extensions.slice(0, 4).map((one) => stem + one)),
    ...extensions.map((one) => (file === "" ? `index${one}` : `${file}/index${one}`)),
  ];
}

function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}

function jsonOf(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** JSON with comments and trailing commas, as tsconfig.json has them. Strings are kept. */
function withoutComments(text: string): string {
  let out = "";
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') {
      const from = at;
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at++;
      out += text.slice(from, at + 1);
    } else if (text.startsWith("//", at)) at = (text.indexOf("\n", at) + 1 || text.length + 1) - 1;
    else if (text.startsWith("/*", at)) at = (text.indexOf("*/", at + 2) + 2 || text.length + 1) - 1;
    else out += text[at];
  }
  return out.replaceAll(/,(\s*[}\]])/g, "$1");
}

function valueOf(json: unknown, depth = 0): Value {
  if (json === null || typeof json === "string" || typeof json === "number" || typeof json === "boolean") return literal(json);
  if (depth > 12 || typeof json !== "object") return unknown("JSON that is not read");
  if (Array.isArray(json)) return { kind: "array", items: json.slice(0, 2_000).map((one) => valueOf(one, depth + 1)) };
  return objectOf(
    Object.entries(json)
      .slice(0, 2_000)
      .map(([key, value]) => [key, valueOf(value, depth + 1)]),
  );
}
