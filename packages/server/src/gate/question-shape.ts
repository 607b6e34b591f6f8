/**
 * What a request looks like when the values in it are left out: two that ask the same endpoint about two people have one shape, and the gate can tell so without knowing the
 * endpoint. Words in the path count as its names; numbers, addresses, ids and every value of the query count by their kind. Cheap: one pass, no hashing.
 *
 * It errs on the side of telling apart: user names in the path make as many shapes as there are names. {@link openedShapes} puts such places together.
 */
export function questionShape(method: string, segments: readonly string[], query: string, body: boolean): QuestionShape {
  let key = method;
  let fixed = !body && query === "";
  for (const segment of segments) {
    const kind = kindOf(segment);
    key += kind === word ? `/${segment}` : `/${kind}`;
    fixed &&= kind === word;
  }
  if (query !== "") {
    let from = 0;
    for (let n = 0; n < pairsMax && from <= query.length; n++) {
      const at = query.indexOf("&", from);
      const end = at < 0 ? query.length : at;
      const sign = query.indexOf("=", from);
      const nameEnd = sign < 0 || sign > end ? end : sign;
      key += `${n === 0 ? "?" : "&"}${query.slice(from, Math.min(nameEnd, from + nameCharactersMax))}=${kindOf(query.slice(nameEnd + 1, end))}`;
      from = end + 1;
    }
  }
  if (body) key += " body";
  return { key, fixed };
}

/** The shape with one of its words left open, for each of the last {@link openedMax} words: `/users/*` is what `/users/anna` and `/users/berta` have in common. */
export function openedShapes(key: string): readonly string[] {
  const opened: string[] = [];
  let end = key.indexOf("?");
  if (end < 0) end = key.lastIndexOf(" body");
  if (end < 0) end = key.length;
  for (let stop = end, from = key.lastIndexOf("/", stop - 1); from >= 0 && opened.length < openedMax; stop = from, from = key.lastIndexOf("/", stop - 1)) {
    if (kinds.includes(key.slice(from + 1, stop))) continue;
    opened.push(`${key.slice(0, from)}/*${key.slice(stop)}`);
  }
  return opened;
}

export interface QuestionShape {
  readonly key: string;
  /** No value stands in it: asked again it is the same question again. */
  readonly fixed: boolean;
}

function kindOf(text: string): string {
  let letters = 0;
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === at) return "@";
    // A value of the query is still encoded here.
    if (code === percent && text.charCodeAt(i + 1) === 52 && text.charCodeAt(i + 2) === 48) return "@";
    if (code >= 48 && code <= 57) digits++;
    else if ((code | 32) >= 97 && (code | 32) <= 122) letters++;
    else if (code !== dash && code !== underscore && code !== dot) return other;
  }
  if (digits === 0 && text.length <= wordCharactersMax) return word;
  // A version of the interface is a name of it.
  if (letters === 1 && digits === 1 && text.length === 2) return word;
  return letters === 0 ? (digits < shortDigits ? "#" : "##") : other;
}

const word = "w";
const other = "~";
const kinds: readonly string[] = ["@", "#", "##", other, "*"];
const at = 64;
const percent = 37;
const dash = 45;
const underscore = 95;
const dot = 46;
/** Below it a number may be a page or an article; telephone numbers have at least as many digits. */
const shortDigits = 7;
/** Longer texts without a digit are tokens or sentences. */
const wordCharactersMax = 40;
/** More is no question about one person; who adds pairs to make ever new shapes is only ever slower. */
const pairsMax = 16;
const nameCharactersMax = 64;
const openedMax = 4;
