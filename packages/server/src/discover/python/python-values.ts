import { inAnyLanguage } from "../evaluate/operators.ts";
import { literal, restingOn, unknown } from "../value.ts";
import { textOfThing, type Closure, type Thing } from "../static/thing.ts";
import type { Given } from "./python-calls.ts";

/** An operator on two values; unknown where either is. */
export function operate(operator: string, left: Thing, right: Thing): Thing {
  if (operator === "+" && left.kind === "list" && right.kind === "list") return { kind: "list", items: [...left.items, ...right.items] };
  if (operator === "%" && textOfThing(left) !== undefined) return percent(left, right);
  if ((operator === "in" || operator === "not in") && left.kind === "literal" && right.kind === "list" && right.items.every((one) => one.kind === "literal"))
    return literal(right.items.some((one) => one.kind === "literal" && one.value === left.value) === (operator === "in"));
  if (left.kind !== "literal" || right.kind !== "literal") return left.kind === "unknown" ? left : right.kind === "unknown" ? right : unknown("a condition");
  const [a, b] = [left.value, right.value];
  const made = ((): Extract<Thing, { kind: "literal" | "unknown" }> => {
    switch (operator) {
      case "in":
        return typeof a === "string" && typeof b === "string" ? literal(b.includes(a)) : unknown("a condition");
      case "not in":
        return typeof a === "string" && typeof b === "string" ? literal(!b.includes(a)) : unknown("a condition");
      case "is":
        return literal(a === b);
      case "is not":
        return literal(a !== b);
      default:
        return inAnyLanguage(operator, a, b);
    }
  })();
  return restingOn(made, [left, right]);
}

/** Methods of texts, lists and dictionaries; undefined for those that are not read. */
export function methodOfValue(target: Thing, name: string, given: Given, call: (fn: Closure, args: readonly Thing[]) => Thing): Thing | undefined {
  const [first, second] = given.args;
  if (target.kind === "list") {
    if (name === "append" && first !== undefined) target.items.push(first);
    else if (name === "extend" && first?.kind === "list") target.items.push(...first.items);
    else if (name === "insert" && second !== undefined) target.items.push(second);
    else return name === "copy" ? { kind: "list", items: [...target.items] } : undefined;
    return literal(null);
  }
  if (target.kind === "table") {
    switch (name) {
      case "items":
        return target.open ? undefined : { kind: "list", items: [...target.entries].map(([key, value]) => ({ kind: "list", items: [literal(key), value] })) };
      case "values":
        return target.open ? undefined : { kind: "list", items: [...target.entries.values()] };
      case "keys":
        return target.open ? undefined : { kind: "list", items: [...target.entries.keys()].map((key) => literal(key)) };
      case "get":
        return first?.kind === "literal" ? (target.entries.get(String(first.value)) ?? (target.open ? undefined : (second ?? literal(null)))) : undefined;
      case "setdefault":
        if (first?.kind !== "literal") return undefined;
        if (!target.entries.has(String(first.value))) target.entries.set(String(first.value), second ?? literal(null));
        return target.entries.get(String(first.value));
      case "update":
        if (first?.kind === "table") for (const [key, value] of first.entries) target.entries.set(key, value);
        for (const [key, value] of given.named) target.entries.set(key, value);
        return literal(null);
      default:
        return undefined;
    }
  }
  const text = textOfThing(target);
  if (text === undefined) return undefined;
  const made = ofText(text, name, given, call);
  return made?.kind === "literal"
    ? restingOn(
        made,
        [target, ...given.args, ...given.named.values()].filter((one) => one.kind === "literal"),
      )
    : made;
}

function ofText(text: string, name: string, given: Given, _call: unknown): Thing | undefined {
  const [first, second] = given.args.map(textOfThing);
  const [list] = given.args;
  switch (name) {
    case "lower":
      return literal(text.toLowerCase());
    case "upper":
      return literal(text.toUpperCase());
    case "title":
    case "capitalize":
      return literal(text.slice(0, 1).toUpperCase() + text.slice(1));
    case "strip":
    case "lstrip":
    case "rstrip": {
      if (given.args.length > 0 && first === undefined) return undefined;
      const set = first ?? " \t\r\n";
      let [from, to] = [0, text.length];
      if (name !== "rstrip") while (from < to && set.includes(text[from] ?? "")) from++;
      if (name !== "lstrip") while (to > from && set.includes(text[to - 1] ?? "")) to--;
      return literal(text.slice(from, to));
    }
    case "startswith":
      return first === undefined ? undefined : literal(text.startsWith(first));
    case "endswith":
      return first === undefined ? undefined : literal(text.endsWith(first));
    case "replace":
      return first === undefined || second === undefined ? undefined : literal(text.replaceAll(first, () => second));
    case "split":
      return first === undefined ? undefined : { kind: "list", items: text.split(first).map((one) => literal(one)) };
    case "join":
      return list?.kind === "list" && list.items.every((one) => textOfThing(one) !== undefined) ? literal(list.items.map(textOfThing).join(text)) : undefined;
    case "format": {
      let place = 0;
      let unclear = false;
      const made = text.replaceAll(/\{(\w*)\}/g, (_, key: string) => {
        const value = key === "" ? given.args[place++] : /^\d+$/.test(key) ? given.args[Number(key)] : given.named.get(key);
        if (value?.kind !== "literal") unclear = true;
        return value?.kind === "literal" ? String(value.value) : "";
      });
      return unclear ? undefined : literal(made);
    }
    default:
      return undefined;
  }
}

function percent(left: Thing, right: Thing): Thing {
  const parts = right.kind === "list" ? right.items : [right];
  const unclear = parts.find((one) => one.kind !== "literal");
  if (unclear !== undefined) return unclear.kind === "unknown" ? unclear : unknown("a text with parts that are not static");
  let place = 0;
  const made = (textOfThing(left) ?? "").replaceAll(/%[sdr]/g, () => {
    const one = parts[place++];
    return one?.kind === "literal" ? String(one.value) : "";
  });
  return restingOn(
    literal(made),
    [left, ...parts].filter((one) => one.kind === "literal"),
  );
}

/** What a loop goes over. */
export function itemsOf(value: Thing): readonly Thing[] | undefined {
  if (value.kind === "list") return value.items;
  if (value.kind === "table" && !value.open) return [...value.entries.keys()].map((key) => ({ kind: "literal", value: key }));
  return undefined;
}
