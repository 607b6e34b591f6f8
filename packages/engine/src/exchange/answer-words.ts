import { echoForms, maskEcho } from "./echo-forms.ts";
import { plainHash } from "./plain-hash.ts";
import type { Json } from "./view.ts";

/** What of an answer is read here. */
export interface WordyAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly location: string;
  /** Values of its Set-Cookie headers. */
  readonly cookies?: readonly string[] | undefined;
  readonly body: string | undefined;
  readonly echo: readonly string[];
}

/**
 * What an answer that is no JSON says in words, as fields whose values may be an enumeration: where a redirect leads (`/login?e=7` beside `/login?e=9`, `/#known` beside `/#thanks`), values of the
 * cookies that go with it (`flash=nouser`), and the text of each kind of element of an HTML or XML page. Undefined where there is nothing of the kind.
 *
 * A kind of element is its name with its classes; one that stands there more than {@link repeatsMax} times is a list and left out, as are scripts, styles, links and
 * choices. Digits and the identifier asked about are masked, unless a number is all there is; of a text only letters of its hash are given. Which fields are enumerations is not judged here: see `scheme-learner.ts`.
 *
 * Misses: what stands in attributes (the address of a picture), in text beyond {@link markupCharactersMax}, after the first {@link kindsMax} kinds of elements, in links.
 * One pass, linear.
 */
export function answerWords(answer: WordyAnswer): Json | undefined {
  if (answer.status >= 300 && answer.status < 400) return redirectWords(answer);
  const { body } = answer;
  if (body === undefined || !isMarkup(answer.contentType, body)) return undefined;
  const texts = markupTexts(body.slice(0, markupCharactersMax), echoForms(answer.echo));
  return texts.size === 0 ? undefined : { [textsField]: Object.fromEntries(texts) };
}

/** Names that no field of a service has. */
const textsField = "(text)";
const locationField = "(location)";
/** After `#`: where an application in the browser has its routes, `/#/login?e=7`. */
const routeField = "(route)";
const cookieField = "(cookie)";

export const markupCharactersMax = 65_536;
/** Elements of one kind that are still told apart from a list. */
export const repeatsMax = 3;
/** Kinds of elements with text; pages have some dozens. */
export const kindsMax = 48;
/** Cookies of one answer, pairs of one target: services have a few. */
export const pairsMax = 8;
/** Longer values are no words. */
const wordCharactersMax = 32;

function redirectWords({ location, cookies }: WordyAnswer): Json | undefined {
  const target: Record<string, string> = {};
  const mark = location.indexOf("?");
  if (mark >= 0)
    for (const pair of location
      .slice(mark + 1, 1_024)
      .split("#", 1)[0]
      ?.split("&", pairsMax) ?? [])
      put(target, pair);
  const route: Record<string, string> = {};
  const hash = location.indexOf("#");
  if (hash >= 0)
    for (const [index, pair] of location
      .slice(hash + 1, 1_024)
      .split(/[?&]/, pairsMax)
      .entries())
      put(route, index === 0 && !pair.includes("=") ? `route=${pair}` : pair);
  const set: Record<string, string> = {};
  for (const cookie of (cookies ?? []).slice(0, pairsMax)) put(set, cookie.slice(0, 512).split(";", 1)[0] ?? "");
  const routed = Object.keys(route).length > 0;
  const any = routed || Object.keys(target).length + Object.keys(set).length > 0;
  return any ? { [locationField]: target, ...(routed ? { [routeField]: route } : {}), [cookieField]: set } : undefined;
}

function put(into: Record<string, string>, pair: string): void {
  const equals = pair.indexOf("=");
  const name = pair.slice(0, Math.max(0, equals)).trim();
  const value = pair.slice(equals + 1).trim();
  if (/^[\w.[\]-]{1,40}$/.test(name) && name !== "__proto__" && value !== "" && value.length <= wordCharactersMax) into[name] = value;
}

function isMarkup(contentType: string, body: string): boolean {
  const type = contentType.toLowerCase();
  // A bare `1` that a script calls HTML is a short text.
  return (/^(?:text\/html|application\/xhtml|(?:text|application)\/(?:[a-z0-9.-]{1,40}\+)?xml)/.test(type) && body.includes("<")) || (type === "" && /^\s{0,64}</.test(body));
}

/** By kind of element, letters of the hash of its text; a number that is all of it stays one, as in JSON. */
function markupTexts(body: string, forms: readonly string[]): Map<string, string | number> {
  const kinds = new Map<string, string[]>();
  const open: string[] = [];
  let at = 0;
  while (at < body.length) {
    const tag = body.indexOf("<", at);
    const text = body.slice(at, tag < 0 ? body.length : tag).trim();
    if (text !== "") note(kinds, open.at(-1) ?? "", text);
    if (tag < 0) break;
    if (body.startsWith("<![CDATA[", tag)) {
      const end = body.indexOf("]]>", tag);
      if (end < 0) break;
      note(kinds, open.at(-1) ?? "", body.slice(tag + 9, end).trim());
      at = end + 3;
      continue;
    }
    const comment = body.startsWith("<!--", tag);
    const close = comment ? body.indexOf("-->", tag) : body.indexOf(">", tag);
    if (close < 0) break;
    at = close + (comment ? 3 : 1);
    if (comment) continue;
    const name = /^\/?([A-Za-z][\w:.-]{0,40})/.exec(body.slice(tag + 1, tag + 44))?.[1]?.toLowerCase();
    if (name === undefined) continue;
    if (body.charAt(tag + 1) === "/") {
      const opened = open.findLastIndex((kind) => kind === name || kind.startsWith(`${name} `));
      if (opened >= 0) open.length = opened;
      continue;
    }
    if (silent.has(name)) {
      const end = body.indexOf(`</${name}`, at);
      if (end >= 0) at = end;
      continue;
    }
    if (empty.has(name) || body.charAt(close - 1) === "/") continue;
    if (open.length < depthMax) open.push(kindOf(name, body.slice(tag, Math.min(close, tag + 256))));
  }
  const texts = new Map<string, string | number>();
  for (const [kind, said] of kinds) {
    if (said.length > repeatsMax || texts.size >= kindsMax) continue;
    const [only = ""] = said;
    const number = said.length === 1 && /^\d{1,5}$/.test(only);
    if (number && codes.test(kind)) texts.set(`t${lettersOf(kind)}`, lettersOf(only));
    else texts.set(`t${lettersOf(kind)}`, number ? Number(only) : lettersOf(maskEcho(said.join("\n"), forms).replace(/\d+/g, "0").replace(/\s+/g, " ")));
  }
  return texts;
}

/** Elements whose number says how it went: `<ResultCode>`. Of others only 0 and 1 are told apart. */
const codes = /(?:code|status|state|result|errno|error|reason)$/;

const depthMax = 64;
const silent: ReadonlySet<string> = new Set(["script", "style", "a", "select", "textarea", "svg", "noscript", "template"]);
const empty: ReadonlySet<string> = new Set("area base br col embed hr img input link meta param source track wbr".split(" "));

function note(kinds: Map<string, string[]>, kind: string, text: string): void {
  const said = kinds.get(kind);
  if (said !== undefined) {
    if (said.length <= repeatsMax) said.push(text);
  } else if (kinds.size < kindsMax * 4 && text !== "") kinds.set(kind, [text]);
}

/** The name of an element with its classes; ids and other attributes may hold numbers of things. */
function kindOf(name: string, tag: string): string {
  const classes = /\sclass\s{0,4}=\s{0,4}(?:"([^"]{0,120})"|'([^']{0,120})'|([\w-]{1,60}))/i.exec(tag);
  const text = classes?.[1] ?? classes?.[2] ?? classes?.[3];
  return text === undefined ? name : `${name} ${text.replace(/\d+/g, "0").trim()}`;
}

/** Letters only: digits would look like those of an identifier. */
function lettersOf(text: string): string {
  return plainHash(text)
    .slice(0, 10)
    .replace(/\d/g, (digit) => "ghijklmnop".charAt(Number(digit)));
}
