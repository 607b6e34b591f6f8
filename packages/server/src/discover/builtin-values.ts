import { basename, dirname, extname, join, resolve } from "node:path";
import { literal, nothing, restingOn, stringOf, unknown, type FunctionValue, type Value } from "./value.ts";

/** What a callback is run with. */
export interface Caller {
  call(fn: FunctionValue, args: readonly Value[]): Value;
  callAll(values: readonly Value[]): void;
}

/** Calls of what Node and the language bring along, as far as they shape paths and lists; undefined for the rest. */
export function callBuiltin(path: string, args: readonly Value[], evaluator: Caller): Value | undefined {
  const made = builtinCall(path, args, evaluator);
  return made === undefined ? undefined : restingOn(made, args);
}

function builtinCall(path: string, args: readonly Value[], evaluator: Caller): Value | undefined {
  const name = path.replace(/^node:/, "");
  const texts = args.map(stringOf);
  const [first] = args;
  switch (name) {
    case "path.join":
    case "path.resolve":
    case "path.posix.join":
    case "url.resolve":
      return texts.every((text) => text !== undefined) ? literal(name.endsWith("join") ? join(...texts) : resolve(...texts)) : unknown("a path that is not static");
    case "path.basename":
      return texts[0] === undefined ? undefined : literal(basename(texts[0], texts[1]));
    case "path.dirname":
      return texts[0] === undefined ? undefined : literal(dirname(texts[0]));
    case "path.extname":
      return texts[0] === undefined ? undefined : literal(extname(texts[0]));
    case "url.fileURLToPath":
      return first;
    case "Object.keys":
      return first?.kind === "object" && !first.open ? { kind: "array", items: [...first.props.keys()].map((key) => literal(key)) } : undefined;
    case "Object.values":
      return first?.kind === "object" && !first.open ? { kind: "array", items: [...first.props.values()] } : undefined;
    case "Object.entries":
      return first?.kind === "object" && !first.open
        ? { kind: "array", items: [...first.props].map(([key, value]) => ({ kind: "array", items: [literal(key), value] })) }
        : undefined;
    case "Object.defineProperty": {
      const [, key, descriptor] = args;
      const name = stringOf(key);
      if (name === undefined || descriptor?.kind !== "object" || (first?.kind !== "object" && first?.kind !== "function" && first?.kind !== "class")) return first;
      const getter = descriptor.props.get("get");
      first.props.set(name, descriptor.props.get("value") ?? (getter?.kind === "function" ? evaluator.call(getter, []) : unknown("a getter")));
      return first;
    }
    case "Symbol.for":
      return texts[0] === undefined ? undefined : literal(`@@${texts[0]}`);
    case "Object.freeze":
      return first;
    case "Object.assign": {
      if (first?.kind !== "object") return first;
      for (const one of args.slice(1))
        if (one.kind === "object") for (const [key, value] of one.props) first.props.set(key, value);
        else first.open = true;
      return first;
    }
    case "Array.from":
    case "Promise.all":
    case "Promise.resolve":
    case "Set":
      return first;
    case "String":
      return first?.kind === "literal" ? literal(String(first.value)) : undefined;
    case "Number":
      return first?.kind === "literal" ? literal(Number(first.value)) : undefined;
    case "setTimeout":
    case "setImmediate":
      evaluator.callAll(args);
      return nothing;
    default:
      return undefined;
  }
}

/** Methods of lists and strings; undefined for those that are not read. */
export function memberOfBuiltin(target: Value, name: string, args: readonly Value[], evaluator: Caller): Value | undefined {
  if (target.kind === "array") {
    const made = ofList(target.items, name, args, evaluator, target);
    return made === undefined || name !== "join" ? made : restingOn(made, [...target.items, ...args]);
  }
  const text = stringOf(target);
  const made = text === undefined ? undefined : ofText(text, name, args);
  if (made?.kind === "array") return { ...made, items: made.items.map((one) => restingOn(one, [target, ...args])) };
  return made === undefined ? undefined : restingOn(made, [target, ...args]);
}

function ofList(items: Value[], name: string, args: readonly Value[], evaluator: Caller, list: Value): Value | undefined {
  const [first] = args;
  const each = (item: Value, i: number): Value => (first?.kind === "function" ? evaluator.call(first, [item, literal(i), list]) : unknown("a callback that is not known"));
  switch (name) {
    case "forEach":
      items.forEach(each);
      return nothing;
    case "map":
      return { kind: "array", items: items.map(each) };
    case "flatMap":
      return { kind: "array", items: items.flatMap((item, i) => flat(each(item, i))) };
    case "filter":
      return {
        kind: "array",
        items: items.filter((item, i) => {
          if (first?.kind === "external" && first.path === "Boolean") return !(item.kind === "literal" && !item.value);
          const kept = each(item, i);
          return !(kept.kind === "literal" && !kept.value);
        }),
      };
    case "reduce": {
      if (first?.kind !== "function") return undefined;
      let sum = args[1] ?? items[0] ?? nothing;
      for (const [i, item] of items.entries()) if (i > 0 || args.length > 1) sum = evaluator.call(first, [sum, item, literal(i), list]);
      return sum;
    }
    case "push":
      items.push(...args);
      return literal(items.length);
    case "unshift":
      items.unshift(...args);
      return literal(items.length);
    case "concat":
      return { kind: "array", items: [...items, ...args.flatMap(flat)] };
    case "flat":
      return { kind: "array", items: items.flatMap(flat) };
    case "slice": {
      const [from, to] = args.map((arg) => (arg.kind === "literal" ? Number(arg.value) : Number.NaN));
      return Number.isNaN(from) ? undefined : { kind: "array", items: items.slice(from, to) };
    }
    case "join": {
      const texts = items.map((item) => (item.kind === "literal" ? String(item.value) : undefined));
      return texts.every((text) => text !== undefined)
        ? literal(texts.join(first === undefined ? "," : (stringOf(first) ?? ",")))
        : unknown("a list with parts that are not static");
    }
    case "includes":
      return items.every((item) => item.kind === "literal") && first?.kind === "literal"
        ? literal(items.some((item) => item.kind === "literal" && item.value === first.value))
        : undefined;
    case "sort":
    case "reverse":
      return { kind: "array", items };
    default:
      return undefined;
  }
}

function flat(value: Value): Value[] {
  return value.kind === "array" ? value.items : [value];
}

function ofText(text: string, name: string, args: readonly Value[]): Value | undefined {
  const [first, second] = args;
  const plain = stringOf(first);
  const numbers = args.map((arg) => (arg.kind === "literal" ? Number(arg.value) : Number.NaN));
  switch (name) {
    case "toLowerCase":
      return literal(text.toLowerCase());
    case "toUpperCase":
      return literal(text.toUpperCase());
    case "trim":
      return literal(text.trim());
    case "toString":
      return literal(text);
    case "concat":
      return args.every((arg) => arg.kind === "literal") ? literal(text + args.map((arg) => (arg.kind === "literal" ? String(arg.value) : "")).join("")) : undefined;
    case "endsWith":
      return plain === undefined ? undefined : literal(text.endsWith(plain));
    case "startsWith":
      return plain === undefined ? undefined : literal(text.startsWith(plain));
    case "includes":
      return plain === undefined ? undefined : literal(text.includes(plain));
    case "indexOf":
      return plain === undefined ? undefined : literal(text.indexOf(plain));
    case "split":
      return plain === undefined ? undefined : { kind: "array", items: text.split(plain).map((part) => literal(part)) };
    case "slice":
    case "substring":
    case "substr":
      return numbers.some(Number.isNaN)
        ? undefined
        : literal(
            name === "slice"
              ? text.slice(...numbers)
              : name === "substring"
                ? text.substring(numbers[0] ?? 0, numbers[1])
                : text.slice(numbers[0] ?? 0, numbers[1] === undefined ? undefined : (numbers[0] ?? 0) + numbers[1]),
          );
    case "replace":
    case "replaceAll":
      return plain === undefined || stringOf(second) === undefined
        ? undefined
        : literal(name === "replace" ? text.replace(plain, () => stringOf(second) ?? "") : text.replaceAll(plain, () => stringOf(second) ?? ""));
    default:
      return undefined;
  }
}
