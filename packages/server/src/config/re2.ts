import { RE2JS } from "re2js";
import type { Re2 } from "@postern/engine";

/** `re2(text, pattern)` for triggers: true when the pattern is found, in time linear in the text. A pattern that does not compile is found nowhere. */
export const re2: Re2 = (text, pattern) => {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    if (patterns.size >= patternsMax) patterns.clear();
    compiled = compile(pattern);
    patterns.set(pattern, compiled);
  }
  return compiled !== null && compiled.matcher(text).find();
};

/** Patterns are written by people; one built from traffic would only push the others out. */
const patternsMax = 1_000;
const patterns = new Map<string, RE2JS | null>();

function compile(pattern: string): RE2JS | null {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return null;
  }
}
