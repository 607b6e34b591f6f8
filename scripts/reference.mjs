// Reference pages made from the code, so that they cannot say something else: errors, configuration, commands, API, checks, detectors, triggers.
// `node scripts/reference.mjs --write` renews them; `--check` (run by `npm run check` as part of docs) fails when one is behind. Reads the compiled packages.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./prepare.mjs";

const folder = "docs/reference";
const main = join(root, "packages/server/dist/main.js");

/** Names of the pages that differ from what the code says now. Empty: all hold. */
export async function outdatedPages() {
  const pages = await makePages();
  return Object.entries(pages).flatMap(([name, text]) => (readIfThere(join(root, folder, name)) === text ? [] : [`${folder}/${name}`]));
}

async function makePages() {
  if (!existsSync(main)) throw new Error("The packages are not compiled. Remedy: npx tsc -b");
  const { errorCatalogue, detectorCatalogue, triggerFactCatalogue } = await load("packages/engine/dist/index.js");
  const { configJsonSchema } = await load("packages/server/dist/config/config-json-schema.js");
  const { openapiOf } = await load("packages/server/dist/api/openapi.js");
  const { routesOf } = await load("packages/server/dist/api/routes.js");
  const schema = configJsonSchema();
  return {
    "errors.md": errorsPage(errorCatalogue),
    "config.schema.json": `${JSON.stringify(schema, undefined, 2)}\n`,
    "config.md": configPage(schema),
    "cli.md": cliPage(),
    // The routes are only listed, never run: the views behind them are not needed.
    "api.md": apiPage(openapiOf(routesOf({}), "")),
    "checks.md": checksPage(),
    "detectors.md": detectorsPage(detectorCatalogue),
    "triggers.md": triggersPage(triggerFactCatalogue),
  };
}

function head(title, from, text) {
  return `# ${title}\n\n<!-- Made from ${from} by \`node scripts/reference.mjs --write\`. Change it there. -->\n\n${text}\n`;
}

function errorsPage(catalogue) {
  const rows = Object.entries(catalogue).map(([code, text]) => {
    const [meaning = "", remedy = ""] = text.split(" Remedy: ");
    return `| \`${code}\` | ${cell(meaning)} | ${cell(remedy.charAt(0).toUpperCase() + remedy.slice(1))} |`;
  });
  return head(
    "Errors",
    "packages/engine/src/errors.ts",
    `Every error a person can meet, by stable code. Scripts match on the code, never on the message. On the command line it stands in parentheses at the end; in the API it is \`code\` of the problem document.\n\n| code | what happened | what to do |\n|---|---|---|\n${rows.join("\n")}\n\nExit codes of commands: 0 fine, 1 something at or above \`--fail-on\`, 2 the command or its configuration was not understood, 3 failed while running, 130 interrupted.\n`,
  ).replace(/\n\n$/, "\n");
}

function configPage(schema) {
  const sections = [];
  const rows = [];
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    rows.push(`| \`${key}\` | ${typeOf(property)} | ${cell(property.description ?? "")} |`);
    const inner = innerRows(property, "");
    if (inner.length > 0)
      sections.push(
        `## \`${key}\`${property.type === "array" ? ", each entry" : ""}\n\n${cell(property.description ?? "")}\n\n| key | type | meaning |\n|---|---|---|\n${inner.join("\n")}\n`,
      );
  }
  return head(
    "postern.yaml",
    "the schema in packages/server/src/config/config-schema.ts",
    `Every key is optional; an unknown key is a mistake, since a misspelt protection would otherwise be none. Commands read \`postern.yaml\` in the current folder, or the file \`--config\` names. An editor can check it against [config.schema.json](config.schema.json). Where a value is a secret, \`\${NAME}\` takes it from the environment.\n\n| key | type | meaning |\n|---|---|---|\n${rows.join("\n")}\n\n${sections.join("\n")}`,
  ).replace(/\n\n$/, "\n");
}

/** Rows for what stands inside an object or inside the entries of a list; deeper ones with a dotted name. */
function innerRows(property, prefix) {
  const object = property.type === "array" ? property.items : property;
  const required = new Set(object?.required ?? []);
  const rows = [];
  for (const [key, inner] of Object.entries(object?.properties ?? {})) {
    rows.push(`| \`${prefix}${key}\` | ${typeOf(inner)}${required.has(key) ? ", required" : ""} | ${cell(inner.description ?? "")} |`);
    rows.push(...innerRows(inner, `${prefix}${key}${inner.type === "array" ? "[]" : ""}.`));
  }
  const values = object?.additionalProperties;
  if (typeof values === "object" && values.properties !== undefined) rows.push(...innerRows(values, `${prefix}<name>.`));
  return rows;
}

function typeOf(schema) {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(" or ");
  if (schema.const !== undefined) return `\`${schema.const}\``;
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return [...new Set(either.map(typeOf))].join(" or ");
  if (schema.$ref !== undefined) return schema.$ref.split("/").at(-1);
  if (Array.isArray(schema.type)) return schema.type.join(" or ");
  if (schema.type === "array") return `list of ${typeOf(schema.items ?? {})}`;
  if (schema.type === "integer" && schema.minimum !== undefined && schema.maximum !== undefined) return `whole number, ${schema.minimum} to ${schema.maximum}`;
  return schema.type === "boolean" ? "true or false" : (schema.type ?? "any");
}

function cliPage() {
  const texts = [];
  const visit = (words) => {
    const help = execFileSync(process.execPath, [main, ...words, "--help"], { encoding: "utf8", env: { ...process.env, NO_COLOR: "1", COLUMNS: "80" } });
    texts.push(`## postern${words.map((word) => ` ${word}`).join("")}\n\n\`\`\`text\n${help.trimEnd()}\n\`\`\`\n`);
    const [, list = ""] = help.split("\nCommands:\n");
    for (const line of list.split("\n")) {
      const name = /^ {2}([a-z][\w-]*)/.exec(line)?.[1];
      if (name !== undefined && name !== "help") visit([...words, name]);
    }
  };
  visit([]);
  return head(
    "Commands",
    "each command's own `--help`",
    `From a clone \`npm start -- <command>\` is \`postern <command>\`, and \`npm start\` alone is \`postern demo\`.\n\nExit codes: 0 fine, 1 something at or above \`--fail-on\`, 2 not understood, 3 failed while running, 130 interrupted. Answers go to standard output; progress and errors to standard error.\n\n${texts.join("\n")}`,
  ).replace(/\n\n$/, "\n");
}

function apiPage(document) {
  const routes = Object.entries(document.paths).flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ path, method, operation })));
  const rows = routes.map(({ path, method, operation }) => {
    const parameters = (operation.parameters ?? []).filter((one) => one.in === "query").map((one) => `\`${one.name}\``);
    const content = operation.responses[200]?.content ?? {};
    const schema = content["application/json"]?.schema;
    const answer = schema === undefined ? "event stream" : schemaName(schema);
    return `| \`${method.toUpperCase()} /api/v1${path}\` | ${cell(operation.summary)} | ${parameters.join(" ")} | ${answer} |`;
  });
  const shapes = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `### ${name}\n\n${Object.entries(schema.properties ?? {})
        .map(([key, value]) => `\`${key}\`: ${cell(jsonType(value))}`)
        .join(" · ")}\n`,
  );
  return head(
    "HTTP API",
    "the routes and schemas in packages/server/src/api",
    `The API stands under \`/api/v1\` on the console's port; the running product serves its OpenAPI 3.1 document at \`/api/v1/openapi.json\`. Everything but \`/health\` needs \`Authorization: Bearer <token>\` or the console's session cookie; \`POSTERN_API_TOKEN\` (16 characters or more) presets a token. \`/metrics\` (Prometheus), on the same port, needs one too.\n\nLists answer \`{"items": [...], "next": cursor or null}\`; give \`next\` back as \`cursor\`. An unknown parameter is refused, since a misspelt filter must not answer with everything. Errors are RFC 9457 problem documents with a \`code\` of [errors.md](errors.md) and a \`remedy\`. Times are ISO 8601 in UTC; subjects are keyed hashes.\n\n| route | answers | query | shape |\n|---|---|---|---|\n${rows.join("\n")}\n\n## Shapes\n\n${shapes.join("\n")}`,
  ).replace(/\n\n$/, "\n");
}

function schemaName(schema) {
  if (schema.$ref !== undefined) return schema.$ref.split("/").at(-1);
  const item = schema.properties?.items?.items;
  return item === undefined ? (schema.type ?? "") : `list of ${schemaName(item)}`;
}

function jsonType(schema) {
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return [...new Set(either.map(jsonType))].join(" | ");
  if (schema.$ref !== undefined) return schema.$ref.split("/").at(-1);
  if (schema.type === "array") return `[${jsonType(schema.items ?? {})}]`;
  if (schema.type === "object") return schema.properties === undefined ? "object" : `{${Object.keys(schema.properties).join(", ")}}`;
  if (schema.format === "date-time") return "time";
  return Array.isArray(schema.type) ? schema.type.join(" | ") : (schema.type ?? "any");
}

/** A check's page is its doc comment: what it sees, misses and mistakes stands where it is defined. */
function checksPage() {
  const place = "packages/engine/src/assess/checks";
  const texts = readdirSync(join(root, place))
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .sort()
    .map((name) => {
      const source = readFileSync(join(root, place, name), "utf8");
      const comment = /\/\*\*\n((?: \*[^\n]*\n)+?) \*\/\nexport function /.exec(source)?.[1];
      if (comment === undefined) throw new Error(`${place}/${name} exports no function with a doc comment`);
      const ids = [...new Set([...source.matchAll(/"((?:API\d+:2023)|(?:CWE-\d+))"/g)].map((match) => match[1]))];
      return `## ${name.slice(0, -3)}\n\n${prose(comment)}\n\n${ids.join(", ")} · \`${place}/${name}\`\n`;
    });
  return head(
    "Checks",
    "the doc comments in packages/engine/src/assess/checks",
    `A check finds a weakness of one endpoint and says it with evidence: a Finding. Findings are proved from answers that were seen; nothing is sent to the service.\n\n${texts.join("\n")}`,
  ).replace(/\n\n$/, "\n");
}

function prose(comment) {
  return comment
    .split("\n")
    .map((line) => line.replace(/^ \* ?/, ""))
    .join("\n")
    .trim()
    .replaceAll(/\{@link ([^}]+)\}/g, "`$1`");
}

function detectorsPage(catalogue) {
  const texts = catalogue.map(
    (one) =>
      `## ${one.id}${one.letter === "" ? "" : ` (${one.letter})`}\n\n${one.sees}\n\n- Misses: ${one.misses}\n- Mistakes: ${one.mistakes}\n- Walked around by: ${one.walkedAroundBy}\n- Acts: ${one.acts}\n- In \`${one.file}\`; its numbers, with reasons, in \`${one.numbers}\`\n`,
  );
  return head(
    "Detectors",
    "packages/engine/src/detect/detector-catalogue.ts",
    `A detector sees a behaviour in a stream of exchanges and raises a Signal; signals that belong together are one incident. The first five watch endpoints whose answer depends on a person. The last one is written by you.\n\nTwo words used below. An **anchor** is something only a legitimate party can do after a question (sign in as that person, complete the device, verify the code) within ten minutes; questions without one are **unanchored**. A **newcomer** is a source that never anchored, or asks far more than it anchors.\n\n${texts.join("\n")}`,
  ).replace(/\n\n$/, "\n");
}

function triggersPage(catalogue) {
  const rows = catalogue.map((one) => `| \`${one.name}\` | ${one.type} | ${cell(one.meaning)} | \`${cell(one.example)}\` |`);
  return head(
    "Triggers",
    "packages/engine/src/detect/triggers/trigger-fact-catalogue.ts",
    `A trigger is a rule of your own over traffic: counters with names (\`let\`), and a condition (\`when\`) over counters and the facts of an exchange. Conditions are [CEL](https://cel.dev); they are checked when the configuration is read, and \`postern config check\` says where one is wrong. The keys of a trigger are in [config.md](config.md#triggers-each-entry); a trigger that fires is a signal, and opens an incident by its level.

\`\`\`yaml
triggers:
  - id: many-numbers
    title: One address asks about many numbers
    level: high
    let:
      fan: { distinct: subjects, where: "endpoint.oracle != ''", by: [network], over: 10m }
    when: fan > 20 && !credential.present
    quiet: 1h
\`\`\`

## Facts

Identifiers and credentials stand here as keyed hashes only, so that a trigger can count people and cannot name them. A fact that a source does not carry is \`""\`, \`0\` or \`false\`. Texts are cut at 512 characters.

| fact | type | meaning | example |
|---|---|---|---|
${rows.join("\n")}

\`subjects\` may stand in one place only, \`distinct: subjects\`: it counts every identifier that requests ask about.

## Counters

| key | expression | value |
|---|---|---|
| \`count\` | true or false | int: exchanges of the window for which it is true; \`"true"\` counts all |
| \`distinct\` | a text, number or truth value, or \`subjects\` | int: different values in the window, exact to 64, then within 3.3 % |
| \`sum\` | a number | double: added up over the window |
| \`ratio\` | true or false | double: its share, 0 to 1; 0 while nothing came |

\`where\` says which exchanges take part, \`by\` keeps one counter for each combination of its values, \`over\` is the window: \`90s\`, \`10m\`, \`24h\`, \`30d\`. Whole numbers and fractions are different types in CEL: compare a double with \`0.5\`, not \`1\`. \`matches()\` is refused, because its patterns can stall the process; write \`text.re2("pattern")\`.
`,
  ).replace(/\n\n$/, "\n");
}

function cell(text) {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

function load(path) {
  return import(pathToFileURL(join(root, path)).href);
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  if (process.argv.includes("--write")) {
    mkdirSync(join(root, folder), { recursive: true });
    const pages = await makePages();
    for (const [name, text] of Object.entries(pages)) writeFileSync(join(root, folder, name), text);
    process.stdout.write(`reference: ${Object.keys(pages).length} pages written\n`);
  } else if (process.argv.includes("--check")) {
    const outdated = await outdatedPages();
    for (const page of outdated) process.stdout.write(`${page} is behind the code. Remedy: node scripts/reference.mjs --write\n`);
    process.stdout.write(`reference: ${outdated.length === 0 ? "every page is what the code says" : `${outdated.length} behind`}\n`);
    process.exitCode = outdated.length === 0 ? 0 : 1;
  } else {
    process.stdout.write("node scripts/reference.mjs --write | --check\n");
    process.exitCode = 2;
  }
}
