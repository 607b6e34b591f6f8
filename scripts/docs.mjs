// Docs that cannot go stale: paths named in ARCHITECTURE.md and links between documents must exist; sizes hold; reference pages are what the code says.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./prepare.mjs";
import { outdatedPages } from "./reference.mjs";

const problems = [];
const documents = ["README.md", "ARCHITECTURE.md", "SECURITY.md", "CHANGELOG.md", "CONTRIBUTING.md", ...markdown("docs")].filter((file) => existsSync(join(root, file)));
for (const required of ["README.md", "ARCHITECTURE.md", "SECURITY.md", "CHANGELOG.md", "LICENSE"]) {
  if (!existsSync(join(root, required))) problems.push(`${required} is missing`);
}
let links = 0;
for (const document of documents) {
  const text = readFileSync(join(root, document), "utf8");
  for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target) || target.startsWith("#")) continue;
    links++;
    if (!existsSync(join(root, dirname(document), target.split("#")[0] ?? ""))) problems.push(`${document}: link to ${target} leads nowhere`);
  }
  if (document === "ARCHITECTURE.md") {
    if (text.split("\n").length > 200) problems.push("ARCHITECTURE.md is longer than 200 lines");
    for (const [, path = ""] of text.matchAll(/`((?:packages|scripts|docs)\/[\w./*-]+)`/g)) {
      links++;
      if (!path.includes("*") && !existsSync(join(root, path))) problems.push(`ARCHITECTURE.md names ${path}, which does not exist`);
    }
  }
}
for (const page of await outdatedPages()) problems.push(`${page} is behind the code. Remedy: node scripts/reference.mjs --write`);
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`docs: ${documents.length} documents, ${links} links and paths, ${problems.length} wrong\n`);
process.exit(problems.length === 0 ? 0 : 1);

function markdown(dir) {
  if (!existsSync(join(root, dir))) return [];
  return readdirSync(join(root, dir)).flatMap((name) => {
    const path = join(dir, name);
    return statSync(join(root, path)).isDirectory() ? markdown(path) : name.endsWith(".md") ? [path] : [];
  });
}
