/** A JSON answer with what belongs to one subject taken out; itself JSON-able. Leaves are JSON texts. */
export type TemplateNode =
  | { readonly kind: "leaf"; readonly json: string }
  | { readonly kind: "object"; readonly fields: readonly (readonly [string, TemplateNode])[] }
  | { readonly kind: "array"; readonly items: readonly TemplateNode[] };

/** Deeper answers are no templates. */
export const templateDepthMax = 16;

/**
 * Reads a JSON text as a template, strings (and keys) passed through `mark`; undefined when it is no JSON object or array or deeper than {@link templateDepthMax}. Fields of which `keep` says no
 * (asked with the field's name and its value as text, and with each name itself) are left out, and so are lists with such a value.
 */
export function jsonTemplate(body: string, mark: (text: string) => string, keep: Keep = () => true): TemplateNode | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  return typeof value === "object" && value !== null && !isDeeper(value, templateDepthMax) ? nodeOf(value, mark, keep, "") : undefined;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isDeeper(part, levels - 1));
}

type Keep = (name: string, value: string) => boolean;

/** What two templates have in common: fields in the first one's order, leaves that are equal. Arrays that differ are dropped whole. */
export function mergeTemplates(one: TemplateNode, two: TemplateNode): TemplateNode | undefined {
  if (one.kind === "leaf") return two.kind === "leaf" && one.json === two.json ? one : undefined;
  if (one.kind === "array") return two.kind === "array" && renderTemplate(one) === renderTemplate(two) ? one : undefined;
  if (two.kind !== "object") return undefined;
  const others = new Map(two.fields);
  const fields: [string, TemplateNode][] = [];
  for (const [name, node] of one.fields) {
    const other = others.get(name);
    const merged = other === undefined ? undefined : mergeTemplates(node, other);
    if (merged !== undefined) fields.push([name, merged]);
  }
  return { kind: "object", fields };
}

export function renderTemplate(node: TemplateNode): string {
  if (node.kind === "leaf") return node.json;
  if (node.kind === "array") return `[${node.items.map(renderTemplate).join(",")}]`;
  return `{${node.fields.map(([name, field]) => `${JSON.stringify(name)}:${renderTemplate(field)}`).join(",")}}`;
}

function nodeOf(value: unknown, mark: (text: string) => string, keep: Keep, name: string): TemplateNode | undefined {
  if (typeof value === "string") {
    const masked = mark(value);
    return keep(name, masked) ? { kind: "leaf", json: JSON.stringify(masked) } : undefined;
  }
  if (typeof value !== "object" || value === null) {
    const json = JSON.stringify(value);
    // A number that is the identifier itself: keep its place, and let it come back as a string would.
    const masked = mark(json);
    if (!keep(name, masked)) return undefined;
    return { kind: "leaf", json: masked === json ? json : JSON.stringify(masked) };
  }
  if (Array.isArray(value)) {
    const items: TemplateNode[] = [];
    for (const element of value) {
      const node = nodeOf(element, mark, keep, name);
      if (node === undefined) return undefined;
      items.push(node);
    }
    return { kind: "array", items };
  }
  const fields: [string, TemplateNode][] = [];
  for (const [key, field] of Object.entries(value)) {
    const marked = mark(key);
    if (!keep("", marked)) continue;
    const node = nodeOf(field, mark, keep, key);
    if (node !== undefined) fields.push([marked, node]);
  }
  return { kind: "object", fields };
}
