/**
 * Where a JSON text stops being JSON: the 0-based offset of the first character that cannot stand there (the length when
 * it ends too early), or undefined when it is valid. One pass, no recursion, whatever the nesting.
 */
export function jsonErrorOffset(text: string): number | undefined {
  const open: string[] = [];
  let want: "value" | "valueOrEnd" | "key" | "keyOrEnd" | "colon" | "commaOrEnd" | "nothing" = "value";
  let i = 0;
  for (;;) {
    i = skipSpace(text, i);
    if (i >= text.length) return want === "nothing" ? undefined : text.length;
    const c = text.charAt(i);
    if (want === "nothing") return i;
    if (want === "colon") {
      if (c !== ":") return i;
      i += 1;
      want = "value";
      continue;
    }
    const ends = c === "}" || c === "]";
    if (ends && want !== "value" && want !== "key") {
      if (open.pop() !== c) return i;
      i += 1;
      want = open.length === 0 ? "nothing" : "commaOrEnd";
      continue;
    }
    if (want === "commaOrEnd") {
      if (c !== ",") return i;
      i += 1;
      want = open.at(-1) === "}" ? "key" : "value";
      continue;
    }
    if (want === "key" || want === "keyOrEnd") {
      if (c !== '"') return i;
      const end = stringEnd(text, i);
      if (end.bad) return end.at;
      i = end.at;
      want = "colon";
      continue;
    }
    if (c === "{" || c === "[") {
      open.push(c === "{" ? "}" : "]");
      want = c === "{" ? "keyOrEnd" : "valueOrEnd";
      i += 1;
      continue;
    }
    const end = c === '"' ? stringEnd(text, i) : wordEnd(text, i);
    if (end.bad) return end.at;
    i = end.at;
    want = open.length === 0 ? "nothing" : "commaOrEnd";
  }
}

/**
 * The 0-based offset of the value at `path` (`["response", "status"]`) in a valid JSON text whose root is an object; of the
 * innermost object that exists when the path breaks off. Looks at objects only; of repeated keys the last counts, as in `JSON.parse`.
 */
export function jsonValueOffset(text: string, path: readonly string[]): number {
  let at = skipSpace(text, 0);
  for (const key of path) {
    const next = text.charAt(at) === "{" ? memberOffset(text, at, key) : -1;
    if (next === -1) return at;
    at = next;
  }
  return at;
}

function memberOffset(text: string, objectAt: number, key: string): number {
  let found = -1;
  let i = skipSpace(text, objectAt + 1);
  while (text.charAt(i) === '"') {
    const keyEnd = stringEnd(text, i).at;
    const name: unknown = JSON.parse(text.slice(i, keyEnd));
    const valueAt = skipSpace(text, skipSpace(text, keyEnd) + 1);
    if (name === key) found = valueAt;
    i = skipSpace(text, valueEnd(text, valueAt));
    if (text.charAt(i) === ",") i = skipSpace(text, i + 1);
  }
  return found;
}

/** End of a value in valid JSON. */
function valueEnd(text: string, from: number): number {
  let depth = 0;
  let i = from;
  do {
    i = skipSpace(text, i);
    const c = text.charAt(i);
    if (c === "{" || c === "[") {
      depth += 1;
      i += 1;
    } else if (c === "}" || c === "]") {
      depth -= 1;
      i += 1;
    } else if (c === '"') i = stringEnd(text, i).at;
    else if (c === "," || c === ":") i += 1;
    else i = wordEnd(text, i).at;
  } while (depth > 0 && i < text.length);
  return i;
}

function skipSpace(text: string, from: number): number {
  let i = from;
  for (let c = text.charCodeAt(i); c === 32 || c === 9 || c === 10 || c === 13; c = text.charCodeAt(i)) i += 1;
  return i;
}

interface End {
  readonly at: number;
  readonly bad: boolean;
}

function stringEnd(text: string, from: number): End {
  for (let i = from + 1; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === 34) return { at: i + 1, bad: false };
    if (c < 32) return { at: i, bad: true };
    if (c === 92) {
      const escape = text.charAt(i + 1);
      if (escape === "u") {
        if (!/^[0-9a-fA-F]{4}$/.test(text.slice(i + 2, i + 6))) return { at: i, bad: true };
        i += 5;
      } else if (escape !== "" && '"\\/bfnrt'.includes(escape)) i += 1;
      else return { at: i, bad: true };
    }
  }
  return { at: text.length, bad: true };
}

/** A number or `true`, `false`, `null`; words and numbers are short, so a long one is wrong early. */
function wordEnd(text: string, from: number): End {
  let i = from;
  while (i < text.length && "0123456789+-.eEtrufalsn".includes(text.charAt(i))) i += 1;
  const word = text.slice(from, i);
  const fine = word === "true" || word === "false" || word === "null" || /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/.test(word);
  return fine ? { at: i, bad: false } : { at: from, bad: true };
}
