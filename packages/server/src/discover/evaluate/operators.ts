import { literal, restingOn, unknown, type Value } from "../value.ts";

/** An operator on two values; unknown where either is. */
export function binary(operator: string, left: Value, right: Value): Value {
  // `one instanceof Router`, as loaders of folders ask it.
  if (operator === "instanceof" && left.kind === "router" && right.kind === "external" && right.path.toLowerCase().includes(left.router.framework)) return literal(true);
  if (left.kind !== "literal" || right.kind !== "literal") return left.kind === "unknown" ? left : right.kind === "unknown" ? right : unknown("a condition");
  return restingOn(onLiterals(operator, left.value, right.value), [left, right]);
}

type Plain = (Value & { kind: "literal" })["value"];

function onLiterals(operator: string, a: Plain, b: Plain): Value {
  switch (operator) {
    case "===":
      return literal(a === b);
    case "!==":
      return literal(a !== b);
    case "-":
      return literal(Number(a) - Number(b));
    case "*":
      return literal(Number(a) * Number(b));
    default:
      return inAnyLanguage(operator, a, b);
  }
}

/** What an operator that reads the same in JavaScript, Python and Go gives for two literals; unknown for any other. */
export function inAnyLanguage(operator: string, a: Plain, b: Plain): Value & { kind: "literal" | "unknown" } {
  switch (operator) {
    case "+":
      return literal(typeof a === "number" && typeof b === "number" ? a + b : `${String(a)}${String(b)}`);
    case "==":
      return literal(a === b);
    case "!=":
      return literal(a !== b);
    case "<":
      return literal(Number(a) < Number(b));
    case "<=":
      return literal(Number(a) <= Number(b));
    case ">":
      return literal(Number(a) > Number(b));
    case ">=":
      return literal(Number(a) >= Number(b));
    default:
      return unknown("arithmetic");
  }
}
