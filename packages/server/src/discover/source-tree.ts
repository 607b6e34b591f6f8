import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** Bounds of one look at a tree: a tree in a build machine is input like any other. */
export interface TreeBounds {
  readonly filesMax: number;
  readonly bytesMax: number;
  readonly fileBytesMax: number;
  readonly depthMax: number;
}

/** 20,000 files and 256 MB hold the largest services we know of; a file above 2 MB is generated or data. */
export const treeBounds: TreeBounds = { filesMax: 20_000, bytesMax: 256 * 2 ** 20, fileBytesMax: 2 * 2 ** 20, depthMax: 32 };

export interface SourceTree {
  readonly root: string;
  /** Python and Go files, as the others. */
  readonly python: readonly string[];
  readonly go: readonly string[];
  /** Every source file, relative, sorted. */
  readonly sources: readonly string[];
  /** package.json, tsconfig, JSON and YAML files that may be OpenAPI documents. */
  readonly documents: readonly string[];
  readonly skipped: Skipped;
  /** A bound was reached: the list is not whole. */
  readonly stoppedAt: string | null;
  /** Source files in languages that are not read, by language. */
  readonly otherLanguages: Readonly<Record<string, number>>;
}

export interface Skipped {
  readonly installed: number;
  readonly built: number;
  readonly hidden: number;
  readonly links: number;
  readonly tests: number;
  readonly tooLarge: number;
  readonly unreadable: number;
}

/** Lists a tree. Symbolic links are not followed; installed packages, build output, hidden folders and tests are counted and left out. */
export function readTree(root: string, options: { readonly tests: boolean; readonly bounds?: TreeBounds }): SourceTree {
  const bounds = options.bounds ?? treeBounds;
  const skipped = { installed: 0, built: 0, hidden: 0, links: 0, tests: 0, tooLarge: 0, unreadable: 0 };
  const sources: string[] = [];
  const python: string[] = [];
  const go: string[] = [];
  const documents: string[] = [];
  const otherLanguages: Record<string, number> = {};
  let bytes = 0;
  let stoppedAt: string | null = null;
  const walk = (folder: string, depth: number): void => {
    let entries;
    try {
      entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch {
      skipped.unreadable++;
      return;
    }
    for (const entry of entries) {
      if (stoppedAt !== null) return;
      const path = join(folder, entry.name);
      const name = relative(root, path).split(sep).join("/");
      if (entry.isSymbolicLink()) skipped.links++;
      else if (entry.isDirectory()) {
        if (installed.has(entry.name)) skipped.installed++;
        else if (built.has(entry.name)) skipped.built++;
        else if (entry.name.startsWith(".")) skipped.hidden++;
        else if (!options.tests && testFolders.has(entry.name) && !segments.test(`${name}/`)) skipped.tests++;
        else if (depth >= bounds.depthMax) stoppedAt = `${name}: deeper than ${bounds.depthMax} folders`;
        else walk(path, depth + 1);
      } else if (entry.isFile()) {
        const lezer = /\.(py|go)$/.exec(entry.name)?.[1];
        const language = other[entry.name.slice(entry.name.lastIndexOf(".") + 1)];
        if (language !== undefined) otherLanguages[language] = (otherLanguages[language] ?? 0) + 1;
        const source = /\.(?:[cm]?[jt]s|[jt]sx)$/.test(entry.name) && !/\.d\.[cm]?ts$/.test(entry.name);
        const document = /\.(?:json|ya?ml)$/.test(entry.name);
        if (!source && !document && lezer === undefined) continue;
        // Below such a folder of Next.js only what makes a route is read.
        if (!document && !options.tests && name.split("/").some((part) => testFolders.has(part)) && !segments.test(name)) {
          skipped.tests++;
          continue;
        }
        if (!document && !options.tests && !inPagesApi.test(name) && /[._-](?:test|spec|e2e)\.[^.]+$|^test_.*\.py$|^conftest\.py$/.test(entry.name)) {
          skipped.tests++;
          continue;
        }
        if (/\.min\.[cm]?js$/.test(entry.name)) {
          skipped.built++;
          continue;
        }
        const size = lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
        if (size > bounds.fileBytesMax) {
          skipped.tooLarge++;
          continue;
        }
        if (sources.length + python.length + go.length + documents.length >= bounds.filesMax) stoppedAt = `${name}: more than ${bounds.filesMax} files`;
        else if (bytes + size > bounds.bytesMax) stoppedAt = `${name}: more than ${bounds.bytesMax} bytes`;
        else {
          bytes += size;
          (source ? sources : lezer === "py" ? python : lezer === "go" ? go : documents).push(name);
        }
      }
    }
  };
  walk(root, 0);
  return { root, python, go, sources, documents, skipped, stoppedAt, otherLanguages };
}

/** The text of a file of the tree; undefined where it cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

const installed: ReadonlySet<string> = new Set(["node_modules", "bower_components", "jspm_packages", "vendor", "venv", "site-packages"]);
const built: ReadonlySet<string> = new Set(["dist", "build", "out", "coverage", "dist-test", ".next", ".nuxt", ".output", ".turbo", ".vercel"]);
const testFolders: ReadonlySet<string> = new Set(["test", "tests", "__tests__", "__mocks__", "spec", "e2e", "cypress"]);
/** In Next.js a folder called `test` below `app` or `pages/api` is a segment of a path: `app/api/test/route.ts`, `pages/api/test/index.ts`. */
const segments = /(?:^|\/)(?:app\/(?:.*\/)?(?:route\.[jt]sx?$|$)|app\/.*\/$|pages\/api\/)/;
const inPagesApi = /(?:^|\/)pages\/api\//;
const other: Readonly<Record<string, string>> = { java: "Java", rb: "Ruby", php: "PHP", rs: "Rust", cs: "C#", kt: "Kotlin" };
