/**
 * What a GraphQL document asks with, read from its text alone: values written into it, and which argument each variable is given to. For finding identifiers that
 * stand elsewhere than where honest clients put them; it judges nothing and needs no valid document. Linear; reads at most {@link documentCharactersMax}.
 */
export function graphqlValues(text: string): GraphqlValues {
  const literals: GraphqlLiteral[] = [];
  const flows: { readonly argument: string; readonly variable: string }[] = [];
  const end = Math.min(text.length, documentCharactersMax);
  let name = "";
  let named = "";
  let at = 0;
  while (at < end && literals.length < valuesMax && flows.length < valuesMax) {
    const code = text.charCodeAt(at);
    if (code === hash) {
      const line = text.indexOf("\n", at);
      at = line < 0 ? end : line + 1;
    } else if (code === quote) {
      const string = stringAt(text, at, end);
      literals.push({ name: named, text: string.text, quoted: true });
      at = string.end;
    } else if (isDigit(code) || (code === minus && isDigit(text.charCodeAt(at + 1)))) {
      const start = at++;
      while (at < end && isPartOfWord(text.charCodeAt(at))) at++;
      literals.push({ name: named, text: text.slice(start, at), quoted: false });
    } else if (isPartOfWord(code)) {
      const start = at++;
      while (at < end && isPartOfWord(text.charCodeAt(at))) at++;
      const word = text.slice(start, at);
      if (text.charCodeAt(start - 1) === dollar && named !== "" && !isDefined(text, at, end)) flows.push({ argument: named, variable: word });
      name = word;
    } else {
      // What follows belongs to the name before the colon, lists and objects in it, too, until another name has one.
      if (code === colon) named = name;
      else if (code === closing || code === opening) named = "";
      at++;
    }
  }
  return { literals, flows, cut: at < text.length };
}

export interface GraphqlValues {
  readonly literals: readonly GraphqlLiteral[];
  /** Each variable with the argument, or the field of an argument, it is given to. */
  readonly flows: readonly { readonly argument: string; readonly variable: string }[];
  /** There is more than was read. */
  readonly cut: boolean;
}

export interface GraphqlLiteral {
  /** Of the argument, of a field in it, or of the variable whose default it is; `""` for none. */
  readonly name: string;
  readonly text: string;
  readonly quoted: boolean;
}

/** As much as a gate reads of a body. */
export const documentCharactersMax = 65_536;
/** Honest documents hold some dozens; with more a request counts as one that asks about too many. */
export const valuesMax = 4_096;

/** `$name: Type` says that there is a variable, and gives it to nobody. */
function isDefined(text: string, from: number, end: number): boolean {
  let at = from;
  while (at < end && text.charCodeAt(at) <= 32) at++;
  return text.charCodeAt(at) === colon;
}

function stringAt(text: string, at: number, end: number): { readonly text: string; readonly end: number } {
  if (text.startsWith('"""', at)) {
    const close = text.indexOf('"""', at + 3);
    const stop = close < 0 || close > end ? end : close;
    return { text: text.slice(at + 3, stop).trim(), end: Math.min(end, stop + 3) };
  }
  let stop = at + 1;
  while (stop < end && text.charCodeAt(stop) !== quote && text.charCodeAt(stop) !== lineFeed) stop += text.charCodeAt(stop) === backslash ? 2 : 1;
  const raw = text.slice(at + 1, Math.min(stop, end));
  return { text: raw.includes("\\") ? unescaped(raw) : raw, end: Math.min(end, stop + 1) };
}

/** Escapes are those of JSON. */
function unescaped(raw: string): string {
  try {
    return String(JSON.parse(`"${raw.replaceAll(/\\u\{([0-9a-fA-F]{1,6})\}/g, (_, point: string) => codePoint(point))}"`));
  } catch {
    return raw;
  }
}

function codePoint(hex: string): string {
  const code = Number.parseInt(hex, 16);
  return code > 0x10_ff_ff || code < 0x20 ? "" : String.fromCodePoint(code);
}

const [hash, quote, minus, dollar, colon, opening, closing, backslash, lineFeed] = [35, 34, 45, 36, 58, 40, 41, 92, 10];

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isPartOfWord(code: number): boolean {
  return isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code === 46;
}
