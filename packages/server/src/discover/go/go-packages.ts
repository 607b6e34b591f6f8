import { join } from "node:path";
import type { SyntaxNode } from "@lezer/common";
import { parser } from "@lezer/go";
import type { ParseProblem } from "../modules.ts";
import { positionAt } from "../position.ts";
import { readText, type SourceTree } from "../source-tree.ts";
import { Frame } from "../static/frame.ts";
import { childOf, childrenOf, firstError } from "../static/syntax.ts";
import type { Closure, Kind, Names, SourceText, Table, Thing } from "../static/thing.ts";

/** A folder of Go files: one scope for all of them. */
export interface GoPackage {
  readonly folder: string;
  readonly name: string;
  readonly frame: Names;
  readonly names: Table;
  /** Functions and methods, in the order of the files. */
  readonly functions: readonly { readonly fn: Closure; readonly of?: Kind }[];
}

/** Evaluates the value of a constant or variable of a package, when it is first asked for. */
type Late = (node: SyntaxNode, frame: Names, source: SourceText) => Thing;

/**
 * The packages of a tree: a folder each, declared before anything is run. Found by the module paths of `go.mod` files; where there are none, by the end
 * of the import path. Nothing outside the tree is opened. Build tags are not read: files for other systems count, too.
 */
export class GoPackages {
  readonly problems: ParseProblem[] = [];
  readonly #tree: SourceTree;
  readonly #byFolder = new Map<string, string[]>();
  readonly #made = new Map<string, GoPackage>();
  readonly #roots: { readonly path: string; readonly folder: string }[] = [];
  readonly #late: Late;

  constructor(tree: SourceTree, files: readonly string[], late: Late) {
    this.#tree = tree;
    this.#late = late;
    for (const file of files) {
      const folder = file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : "";
      this.#byFolder.set(folder, [...(this.#byFolder.get(folder) ?? []), file]);
    }
    const folders = new Set([""]);
    for (const folder of this.#byFolder.keys()) for (let at = folder.length; at > 0; at = folder.lastIndexOf("/", at - 1)) folders.add(folder.slice(0, at));
    for (const folder of folders) {
      const path = /^module\s+"?([^\s"]+)/m.exec(readText(join(tree.root, folder, "go.mod")) ?? "")?.[1];
      if (path !== undefined) this.#roots.push({ path, folder });
    }
    this.#roots.sort((a, b) => b.path.length - a.path.length);
  }

  get folders(): Iterable<string> {
    return this.#byFolder.keys();
  }

  /** A package by its folder; its files are parsed and its names declared, nothing is run. */
  open(folder: string): GoPackage | undefined {
    const before = this.#made.get(folder);
    if (before !== undefined) return before;
    const files = this.#byFolder.get(folder);
    if (files === undefined) return undefined;
    const frame = new Frame();
    const functions: { fn: Closure; of?: Kind }[] = [];
    const sources = files.flatMap((file): SourceText[] => {
      const text = readText(join(this.#tree.root, file));
      if (text === undefined) return [];
      const source = { file, text, top: parser.parse(endedTruths(text)).topNode };
      const error = firstError(source.top);
      if (error !== undefined) this.problems.push({ ...positionAt(source, error), message: "not understood as Go" });
      return [source];
    });
    const clause = sources[0] === undefined ? undefined : childOf(sources[0].top, "PackageClause");
    const name = clause === undefined || sources[0] === undefined ? "" : wordOf(childOf(clause, "DefName"), sources[0]);
    const made: GoPackage = { folder, name, frame, names: { kind: "table", entries: frame.names, open: false }, functions };
    this.#made.set(folder, made);
    const scopes = sources.map((source) => ({ source, scope: this.#importsOf(source, frame) }));
    for (const { source, scope } of scopes) this.#types(source, scope, frame);
    for (const { source, scope } of scopes) this.#declare(source, scope, frame, functions);
    return made;
  }

  #importsOf(source: SourceText, outer: Names): Frame {
    const scope = new Frame(outer);
    for (const decl of childrenOf(source.top).filter((one) => one.name === "ImportDecl"))
      for (const spec of specsOf(decl, "ImportSpec")) {
        const path = wordOf(childOf(spec, "String"), source).slice(1, -1);
        const alias = wordOf(childOf(spec, "DefName", "."), source);
        const folder = this.#folderOf(path);
        const named = path.replace(/\/v\d+$/, "").replace(/\.v\d+$/, "");
        const usual = named.slice(named.lastIndexOf("/") + 1).replace(/^go-|\.go$|-go$/, "");
        if (folder === undefined) scope.declare(alias === "" ? usual : alias, { kind: "external", path: named });
        else {
          const inner = folder === source.file.slice(0, Math.max(0, source.file.lastIndexOf("/"))) ? undefined : this.open(folder);
          if (inner !== undefined) scope.declare(alias === "" ? inner.name : alias, inner.names);
        }
      }
    return scope;
  }

  #folderOf(path: string): string | undefined {
    for (const root of this.#roots) {
      if (path !== root.path && !path.startsWith(`${root.path}/`)) continue;
      const folder = [root.folder, path.slice(root.path.length + 1)].filter((one) => one !== "").join("/");
      if (this.#byFolder.has(folder)) return folder;
    }
    if (this.#roots.length > 0 || !path.includes(".")) return undefined;
    const parts = path.split("/");
    // `host/owner/name/rest`: the tree is `host/owner/name`.
    for (let at = 3; at < parts.length; at++) if (this.#byFolder.has(parts.slice(at).join("/"))) return parts.slice(at).join("/");
    return undefined;
  }

  #types(source: SourceText, scope: Names, frame: Names): void {
    for (const decl of childrenOf(source.top).filter((one) => one.name === "TypeDecl"))
      for (const spec of specsOf(decl, "TypeSpec")) {
        const name = wordOf(childOf(spec, "DefName", "TypeName"), source);
        frame.names.set(name, { kind: "kind", name, node: spec, source, frame: scope, bases: [], members: new Map() });
      }
  }

  #declare(source: SourceText, scope: Names, frame: Names, functions: { fn: Closure; of?: Kind }[]): void {
    for (const node of childrenOf(source.top)) {
      if (node.name === "FunctionDecl") {
        const fn: Closure = { kind: "closure", node, frame: scope, source, name: wordOf(childOf(node, "DefName"), source) };
        // `init` may be there more than once.
        if (fn.name !== "init") frame.names.set(fn.name, fn);
        functions.push({ fn });
      } else if (node.name === "MethodDecl") {
        const receiver = childOf(node, "Parameters");
        const type = receiver === undefined ? "" : (/([A-Za-z_]\w*)\s*(?:\[[^\]]*\])?\s*,?\s*\)$/.exec(source.text.slice(receiver.from, receiver.to))?.[1] ?? "");
        const kind = frame.names.get(type);
        const fn: Closure = { kind: "closure", node, frame: scope, source, name: wordOf(childOf(node, "FieldName"), source) };
        if (kind?.kind !== "kind") continue;
        kind.members.set(fn.name, fn);
        functions.push({ fn, of: kind });
      } else if (node.name === "VarDecl" || node.name === "ConstDecl")
        for (const spec of specsOf(node, node.name === "VarDecl" ? "VarSpec" : "ConstSpec")) this.#values(spec, scope, frame, source);
    }
  }

  #values(spec: SyntaxNode, scope: Names, frame: Names, source: SourceText): void {
    const nodes = childrenOf(spec).filter((one) => one.name !== ",");
    const at = nodes.findIndex((one) => one.name === "=");
    const names = nodes.filter((one, i) => one.name === "DefName" && (at < 0 || i < at));
    const values = at < 0 ? [] : nodes.slice(at + 1);
    for (const [i, one] of names.entries()) {
      const value = values.length === names.length ? values[i] : undefined;
      const type = at < 0 ? nodes.at(-1) : undefined;
      const node = value ?? (type?.name === "DefName" ? undefined : type);
      if (node !== undefined) frame.names.set(wordOf(one, source), { kind: "made", what: "late", apply: () => this.#late(node, scope, source) });
    }
  }
}

/**
 * The grammar ends no statement after `true` or `false` at the end of a line: a semicolon takes the place of the white space there, so that everything
 * stays where it stood. Lines with comments before are left alone.
 */
function endedTruths(text: string): string {
  return text
    .split("\n")
    .map((line, i, lines) => {
      const found = /^((?:[^/]|\/(?!\/))*\b(?:true|false))([ \t]*)(\/\/.*)?\r?$/.exec(line);
      if (found === null || i === lines.length - 1) return `${line}\n`;
      const [, code = "", space = "", comment = ""] = found;
      if (space !== "") return `${code};${space.slice(1)}${comment}\n`;
      return comment === "" ? `${code};` : `${line}\n`;
    })
    .join("");
}

/** The specs of a declaration, in brackets or not. */
export function specsOf(decl: SyntaxNode, name: string): SyntaxNode[] {
  const list = childOf(decl, "SpecList");
  return childrenOf(list ?? decl).filter((one) => one.name === name);
}

/** The text of a node. */
export function wordOf(node: SyntaxNode | undefined, source: SourceText): string {
  return node === undefined ? "" : source.text.slice(node.from, node.to);
}
