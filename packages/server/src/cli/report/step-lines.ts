import { commandAt } from "../../program-name.ts";
import { plain, wrap } from "./text-layout.ts";

/** A numbered step for a person. A command in it stands on a line of its own, uncut, so that it can be copied. */
export function stepLines(step: string, number: number, width: number, indent = "  "): readonly string[] {
  const at = commandAt(step);
  const text = wrap(`${number}. ${plain(at < 0 ? step : step.slice(0, at + 1))}`, width - indent.length, "   ").map((line) => `${indent}${line}`);
  return at < 0 ? text : [...text, `${indent}   ${plain(step.slice(at + 2))}`];
}
