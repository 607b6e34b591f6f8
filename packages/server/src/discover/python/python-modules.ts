import { basename, join } from "node:path";
import { parser } from "@lezer/python";
import type { ParseProblem } from "../modules.ts";
import { positionAt } from "../position.ts";
import { readText, type SourceTree } from "../source-tree.ts";
import { Frame } from "../static/frame.ts";
import { firstError } from "../static/syntax.ts";
import type { Names, SourceText, Table, Thing } from "../static/thing.ts";
import { literal, unknown } from "../value.ts";

type Run = (source: SourceText, frame: Names) => void;

/** The Python files of a tree as modules: parsed on first use, found from the importing file's folder upwards. Nothing outside the tree is opened. */
export class PythonModules {
  readonly problems: ParseProblem[] = [];
  /** Files as they were read. */
  readonly sources = new Map<string, SourceText>();
  readonly #tree: SourceTree;
  readonly #files: ReadonlySet<string>;
  readonly #folders = new Set<string>();
  readonly #modules = new Map<string, Table>();
  readonly #fileOf = new Map<Table, string>();

  constructor(tree: SourceTree, files: readonly string[]) {
    this.#tree = tree;
    this.#files = new Set(files);
    for (const file of files) for (let at = file.lastIndexOf("/"); at > 0; at = file.lastIndexOf("/", at - 1)) this.#folders.add(file.slice(0, at));
  }

  /** A file's names, run once; within a cycle the half-made module stands. */
  open(file: string, run: Run): Table | undefined {
    const before = this.#modules.get(file);
    if (before !== undefined) return before;
    const text = this.#files.has(file) ? readText(join(this.#tree.root, file)) : undefined;
    if (text === undefined) return undefined;
    const source: SourceText = { file, text, top: parser.parse(text).topNode };
    this.sources.set(file, source);
    const error = firstError(source.top);
    if (error !== undefined) this.problems.push({ ...positionAt(source, error), message: "not understood as Python" });
    const frame = new Frame();
    frame.declare("__name__", literal("__main__"));
    frame.declare("__file__", literal(join(this.#tree.root, file)));
    const module: Table = { kind: "table", entries: frame.names, open: false };
    this.#modules.set(file, module);
    this.#fileOf.set(module, file);
    run(source, frame);
    return module;
  }

  load(name: string, level: number, from: SourceText, run: Run): Thing {
    const parts = name === "" ? [] : name.split(".");
    const here = from.file.split("/").slice(0, -1);
    if (level > 0) {
      const base = here.slice(0, here.length - (level - 1));
      return this.#at([...base, ...parts].join("/"), run) ?? unknown(`${".".repeat(level)}${name} is not in the tree`);
    }
    for (let depth = here.length; depth >= 0; depth--) {
      const found = this.#at([...here.slice(0, depth), ...parts].join("/"), run);
      // A script beside a package of the same name as an installed one would shadow it: so does Python.
      if (found !== undefined) return found;
    }
    // The folder that was named is itself the package: `discover src/shop` with `from shop.api import …`.
    const own = this.#files.has("__init__.py") && parts[0] === basename(this.#tree.root) ? this.#at(parts.slice(1).join("/"), run) : undefined;
    return own ?? this.#at(["src", ...parts].join("/"), run) ?? { kind: "external", path: name };
  }

  loadAnywhere(name: string, run: Run): Thing {
    const tail = name.split(".").join("/");
    const file = [...this.#files].find((one) => one === `${tail}.py` || one === `${tail}/__init__.py` || one.endsWith(`/${tail}.py`));
    return (file === undefined ? undefined : this.open(file, run)) ?? { kind: "external", path: name };
  }

  /** A module below a package. */
  below(module: Table, name: string, run: Run): Thing | undefined {
    const file = this.#fileOf.get(module);
    if (file === undefined || !file.endsWith("__init__.py")) return undefined;
    return this.#at(`${file.slice(0, -"__init__.py".length)}${name}`, run);
  }

  #at(path: string, run: Run): Table | undefined {
    if (path === "") return this.open("__init__.py", run);
    const found = this.open(`${path}/__init__.py`, run) ?? this.open(`${path}.py`, run);
    if (found !== undefined || !this.#folders.has(path) || path.split("/").length > 12) return found;
    // A folder without __init__.py is a package, too.
    const known = this.#modules.get(`${path}/__init__.py`);
    if (known !== undefined) return known;
    const made: Table = { kind: "table", entries: new Map(), open: false };
    this.#modules.set(`${path}/__init__.py`, made);
    this.#fileOf.set(made, `${path}/__init__.py`);
    return made;
  }
}
