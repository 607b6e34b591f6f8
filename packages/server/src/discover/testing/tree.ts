import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach } from "vitest";
import type { Discovery } from "../discover.ts";

/** Makes a tree of the files given, and takes it away after the test. To be called once in a test file. */
export function treeMaker(): (files: Readonly<Record<string, string>>) => string {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return (files) => {
    const root = mkdtempSync(join(tmpdir(), "postern-discover-"));
    folders.push(root);
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    return root;
  };
}

/** `GET /users`, sorted. */
export function listed(found: Discovery): string[] {
  return [...new Set(found.routes.map((one) => `${one.method} ${one.path}`))].sort();
}
