import type { SubjectRule } from "../decide/gate-policy.ts";
import { withoutIndexes } from "./field-index.ts";

/** A rule with its name taken apart. */
export interface CompiledRule {
  readonly rule: SubjectRule;
  /** Lower case, without brackets. */
  readonly name: string;
  /** What stands before the first dot of `name`, where it names a part of a value. */
  readonly head: string;
  readonly inner: readonly string[];
  readonly places: readonly { readonly index: number; readonly prefix: string; readonly suffix: string; readonly inner: readonly string[] }[];
  readonly keys: readonly string[];
}

/** A policy's rules live as long as the policy; compiled forms go with them. */
const known = new WeakMap<readonly SubjectRule[], { readonly template: string; readonly rules: readonly CompiledRule[] }>();

/** The rules of an endpoint, ready to be looked for: where in the template, under which name, along which keys. */
export function compiledRules(rules: readonly SubjectRule[], template: string): readonly CompiledRule[] {
  const before = known.get(rules);
  if (before !== undefined && before.template === template) return before.rules;
  const segments = template.split("/").filter((segment) => segment !== "");
  const compiled = rules.map((rule): CompiledRule => {
    const name = rule.location.name;
    const places = [];
    if (rule.location.in === "path") {
      for (const [index, segment] of segments.entries()) {
        const open = segment.indexOf("{");
        const close = segment.lastIndexOf("}");
        if (open < 0 || close < open) continue;
        const own = parameterName(segment);
        if (own === name || name.startsWith(`${own}.`))
          places.push({ index, prefix: segment.slice(0, open), suffix: segment.slice(close + 1), inner: keysOf(name.slice(own.length)) });
      }
    }
    const plain = withoutIndexes(name.toLowerCase());
    const dot = plain.indexOf(".");
    return { rule, name: plain, head: dot < 0 ? plain : plain.slice(0, dot), inner: dot < 0 ? noKeys : keysOf(plain.slice(dot)), places, keys: keysOf(name) };
  });
  known.set(rules, { template, rules: compiled });
  return compiled;
}

/** Of a rule that means the whole value. */
export const noKeys: readonly string[] = [];

function keysOf(name: string): readonly string[] {
  return name
    .toLowerCase()
    .replaceAll("[]", "")
    .split(".")
    .filter((key) => key !== "");
}

/** `{cc}-{phone}` → `cc-phone`; `{userId}.json` → `userId`. */
function parameterName(segment: string): string {
  const names = [];
  for (let open = segment.indexOf("{"); open >= 0; open = segment.indexOf("{", open + 1)) {
    const close = segment.indexOf("}", open);
    if (close < 0) break;
    names.push(segment.slice(open + 1, close));
  }
  return names.join("-");
}
