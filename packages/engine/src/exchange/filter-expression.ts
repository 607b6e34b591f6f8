/**
 * The names and literals of a filter expression, as SCIM, OData and RSQL write them: `userName eq "ada"` is `{ userName: ["ada"] }`, `Email in ('a@x.example','b@x.example')` holds both, and so do
 * `startswith(Email,'a')`, `'a' eq Email`, `email=="a";email==b`. A literal belongs to the name before it, or to the one after it where it stands first. Undefined for any other text:
 * it takes a name, a literal and an operator between or around them, and nothing else.
 *
 * One pass, linear; at most {@link literalsMax} literals, more is `tooMuch`. Misses: filters of LDAP, search languages of other make, literals without quotes but after `==`.
 */
export function filterExpression(text: string): Readonly<Record<string, readonly string[]>> | "tooMuch" | undefined {
  const found = new Map<string, string[]>();
  let name = "";
  let waiting: string[] = [];
  let operators = 0;
  let literals = 0;
  let afterEquals = false;
  let afterName = false;
  let readTo = 0;
  const put = (under: string, values: readonly string[]): void => {
    const held = found.get(under);
    if (held === undefined) found.set(under, [...values]);
    else held.push(...values);
  };
  for (const match of text.matchAll(tokens)) {
    const [token, double, single, word, equals] = match;
    // Sentences have other signs between their words.
    const gap = text.slice(readTo, match.index);
    if (!between.test(gap)) return undefined;
    readTo = match.index + token.length;
    const follows = afterName;
    afterName = false;
    const literal = double?.replaceAll(/\\(.)/gs, "$1") ?? single?.replaceAll("''", "'") ?? (afterEquals && word !== undefined && !isWord(word) ? word : undefined);
    if (literal !== undefined) {
      if (++literals > literalsMax) return "tooMuch";
      if (name === "") waiting.push(literal);
      else put(name, [literal]);
      afterEquals = false;
    } else if (equals !== undefined) {
      operators++;
      afterEquals = equals !== "=in=";
    } else if (word !== undefined) {
      if (joining.has(word.toLowerCase())) name = "";
      else if (operatorWords.has(word.toLowerCase())) operators++;
      else if (functions.has(word.toLowerCase())) operators++;
      else {
        // Two names in a row are words of a sentence.
        if (follows && !gap.includes("[") && !gap.includes("(")) return undefined;
        afterName = true;
        name = word;
        if (waiting.length > 0) put(name, waiting);
        waiting = [];
      }
    } else if (token === ";") name = "";
  }
  if (!between.test(text.slice(readTo))) return undefined;
  if (operators === 0 || literals === 0 || found.size === 0) return undefined;
  return Object.fromEntries(found);
}

/** Whether it may be one: what others look at first. */
export function mayBeFilter(text: string): boolean {
  return text.length > 4 && (text.includes("'") || text.includes('"') || text.includes("==")) && /[\s=(]/.test(text);
}

/** As many as one request may ask about before it counts as too many. */
export const literalsMax = 256;
/** A quoted literal, a word (names have dots, slashes and a `$`), a symbol that compares, or the end of a part. */
const tokens = /"((?:[^"\\]|\\.){0,512})"|'((?:[^']|''){0,512})'|([\p{L}\p{N}_$@+][\p{L}\p{N}_$@+./-]{0,255})|(=in=|=out=|={1,2}|!=|:)|;/gsu;
const between = /^[\s()[\],]*$/;
const joining: ReadonlySet<string> = new Set(["and", "or", "not"]);
const operatorWords: ReadonlySet<string> = new Set("eq ne co sw ew gt ge lt le in like ilike is has pr".split(" "));
const functions: ReadonlySet<string> = new Set("startswith endswith contains substringof tolower toupper trim concat any all indexof cast".split(" "));

function isWord(word: string): boolean {
  const lower = word.toLowerCase();
  return joining.has(lower) || functions.has(lower) || operatorWords.has(lower);
}
