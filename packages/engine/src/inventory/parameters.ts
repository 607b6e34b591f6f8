import type { ExchangeView, Json } from "../exchange/view.ts";
import type { ParameterLocation, SubjectType } from "../exchange/subject.ts";
import { isPlainWords } from "../exchange/plain-words.ts";
import { leafOfField, withoutIndexes } from "../exchange/field-index.ts";
import { rememberText } from "../exchange/remember-text.ts";
import { graphqlValues } from "../exchange/graphql-values.ts";
import { codedValue } from "../exchange/coded-value.ts";
import { type GraphqlRequest, graphqlRequestsOf } from "./calls/graphql-calls.ts";
import { isObject } from "./calls/call.ts";
import { isJsonRpcCall } from "./calls/json-rpc-calls.ts";
import { dialCodeOf, isMarkedCountry, nationalCharactersMax } from "../exchange/national-number.ts";
import { mayBeCountry, mayBeNational, speaksOfCountry } from "./country-names.ts";
import { CountryVotes } from "./country-votes.ts";
import { isPersonNoun } from "./segment-kind.ts";
import { DistinctCounter, hash32 } from "./distinct-counter.ts";
import { isSecretName } from "./secret-names.ts";
import { isPersonNumber } from "./names-person.ts";
import type { ValueShape } from "./value-shape.ts";
import { isKnownPhone, valueShape } from "./value-shape.ts";

/**
 * What an endpoint's parameters look like: samples, distinct values, shapes. Keys are `p<position>`, `q:<name>`,
 * `h:<name>`, `f:<name>`, `j:<json path>`; what stands coded inside a value (see `coded-value.ts`) has its own, `q:filter.phone`. At most {@link parametersMax}; values are hashed, never kept. A name is the caller's choice and may be
 * somebody's, so one that is no plain words is kept as `nameOf` writes it (a keyed hash).
 *
 * Misses: parameters in cookies, in headers whose names are no plain words; names that hold values (they fill the bound,
 * then no more are added).
 */
export class Parameters {
  readonly byKey = new Map<string, ParameterStats>();
  readonly #seed: number;
  readonly #nameOf: (name: string) => string;
  /** Of the request under way. */
  #checksLeft = 0;

  constructor(seed: number, nameOf: (name: string) => string = (name) => name) {
    this.#seed = seed;
    this.#nameOf = nameOf;
  }

  /** Takes the parameters of one request; `pathPositions` are the segments that are values. */
  observe(view: ExchangeView, pathPositions: readonly number[]): void {
    for (const position of pathPositions) this.#value(positionKeys[position] ?? `p${position}`, view.segments[position] ?? "");
    for (const [name, value] of view.query) this.#value(`q:${this.#name(name)}`, value);
    for (const [name, value] of view.form) this.#value(`f:${this.#name(name)}`, value);
    this.#checksLeft = countryChecksMax;
    if (view.query.length > 1) this.#besides("q:", view.query);
    if (view.form.length > 1) this.#besides("f:", view.form);
    for (const [name, value] of view.exchange.request.headers) {
      if (name.length > 2 && name.charCodeAt(1) === 45 && (name.charCodeAt(0) | 32) === 120) this.#header(name.toLowerCase(), value);
    }
    if (view.requestJson !== undefined && typeof view.requestJson === "object") this.#json(view.requestJson, "j:", 0);
    if (mayAskGraphql(view)) for (const { text } of graphqlRequestsOf(view) ?? noRequests) if (text !== undefined && isDocument.test(text)) this.#written(text);
  }

  /** What is written into a document of GraphQL, as if it stood in a variable called as the argument is: there extraction looks for both. */
  #written(document: string): void {
    for (const { name, text } of graphqlValues(document).literals.slice(0, arrayItemsMax))
      if (name !== "") this.#value(`j:${this.#nameOf("variables")}.${nameHoldsValue.test(name) ? "*" : this.#nameOf(name)}`, text);
  }

  /** A value, or what stands coded in it: then its parts are parameters, named after it with a dot between. */
  #value(key: string, value: string, depth = 0): void {
    const coded = codedValue(value);
    if (coded === undefined || coded.kind === "tooMuch") this.add(key, value);
    else if (coded.kind === "text") this.add(key, coded.text);
    // What somebody signed is a credential, and says who asks.
    else if (coded.signed === true) this.add(key, value);
    else this.#json(coded.tree as Json, key, depth + 1);
  }

  add(key: string, value: string, times = 1): void {
    let stats = this.byKey.get(key);
    if (stats === undefined && key.charCodeAt(0) !== 112 && !key.includes("~") && nameHoldsValue.test(key)) {
      this.add(`${key.slice(0, 2)}*`, value, times);
      return;
    }
    if (stats === undefined) {
      if (this.byKey.size >= parametersMax || key.length > keyCharactersMax) return;
      stats = new ParameterStats();
      this.byKey.set(key, stats);
    }
    stats.add(value, hash32(this.#seed, value), times);
  }

  absorb(other: Parameters): void {
    for (const [key, stats] of other.byKey) {
      const mine = this.byKey.get(key);
      if (mine !== undefined) mine.absorb(stats);
      else if (this.byKey.size < parametersMax) this.byKey.set(key, stats);
    }
  }

  /** As extraction compares it: without indexes in brackets. */
  #name(name: string): string {
    if (nameHoldsValue.test(name)) return "*";
    return this.#nameOf(withoutIndexes(name));
  }

  #header(name: string, value: string): void {
    if (
      !/^x-(forwarded|real-ip|request-id|correlation|b3|amzn|amz|cloud|envoy|csrf|xsrf|trace|datadog|client-ip|http-method|requested-with)/.test(name) &&
      !isSecretName(name) &&
      isPlainWords(name)
    )
      this.#value(`h:${name}`, value);
  }

  /** `path`: the key of what it stands in, or `j:`. */
  #json(value: Json, path: string, depth: number): void {
    if (depth > depthMax || value === null) return;
    if (typeof value === "string") {
      this.#value(path, value, depth);
      return;
    }
    if (typeof value !== "object") {
      this.add(path, String(value));
      return;
    }
    if (Array.isArray(value)) {
      for (const item of (value as readonly Json[]).slice(0, arrayItemsMax)) this.#json(item, `${path}[]`, depth + 1);
      return;
    }
    let read = 0;
    const called = depth <= 1 && isObject(value) && isJsonRpcCall(value);
    const members = Object.entries(value);
    for (const [key, item] of members) {
      if (++read > parametersMax) break;
      // It numbers the calls of one client, and is about nobody.
      if (called && key === "id") continue;
      const name = nameHoldsValue.test(key) ? "*" : this.#nameOf(key);
      this.#json(item, path === "j:" ? `j:${name}` : `${path}.${name}`, depth + 1);
    }
    if (read > 1) this.#besides(path, members);
  }

  /** Notes which numbers stand beside a country, and whether they are somebody's there. Names are asked last: that costs most, and nearly no request has both. */
  #besides(path: string, members: readonly (readonly [name: string, value: unknown])[]): void {
    const read = Math.min(members.length, parametersMax);
    for (let i = 0; i < read; i++) {
      const [other, value] = members[i] ?? nothing;
      const written = textOf(value);
      if (!looksNational(written)) continue;
      let stats: ParameterStats | undefined;
      for (let j = 0; j < read; j++) {
        const [name, beside] = members[j] ?? nothing;
        const text = textOf(beside);
        const dial = j === i ? undefined : dialCodeOf(text);
        if (dial === undefined) continue;
        if (stats === undefined) {
          const key = this.#keyOf(path, other);
          stats = mayBeNational(key) ? this.byKey.get(key) : undefined;
          if (stats === undefined) break;
        }
        const country = this.#keyOf(path, name);
        if (!mayBeCountry(country)) continue;
        if (this.#checksLeft <= 0) return;
        const doubtful = !isMarkedCountry(text) && !speaksOfCountry(country);
        if ((stats.beside ??= new CountryVotes()).add(country, doubtful, dial, written)) this.#checksLeft--;
      }
    }
  }

  #keyOf(path: string, name: string): string {
    if (path === "q:" || path === "f:") return path + this.#name(name);
    const own = nameHoldsValue.test(name) ? "*" : this.#nameOf(name);
    return path === "j:" ? `j:${own}` : `${path}.${own}`;
  }
}

const nothing: readonly [string, unknown] = ["", undefined];

function textOf(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

const positionKeys: readonly string[] = Array.from({ length: 32 }, (_, position) => `p${position}`);

/** A first look: digits or a bracket first, and of a length. */
function looksNational(text: string): boolean {
  const first = text.charCodeAt(0);
  return text.length >= CountryVotes.digitsMin && text.length <= nationalCharactersMax && ((first >= 48 && first <= 57) || first === 40);
}

/** Of one request: looking a number up in its plan costs 20 µs. */
export const countryChecksMax = 8;

/** Names that are identifiers themselves (a map by phone number) are all counted under `*`, and not kept. */
const nameHoldsValue = /@|\d{5}|^.{129}/;

/** Cheap: hardly any request does. */
function mayAskGraphql({ requestJson, form, query, exchange }: ExchangeView): boolean {
  if (requestJson !== undefined) return typeof requestJson === "object" && requestJson !== null && (Array.isArray(requestJson) || Object.hasOwn(requestJson, "query"));
  const pairs = form.length > 0 ? form : query;
  for (const [name] of pairs) if (name === "query") return true;
  return pairs.length === 0 && typeof exchange.request.body === "string" && exchange.request.body !== "";
}

/** What is called `query` may as well be a search. */
const isDocument = /^\s{0,64}(?:\{|#|query\b|mutation\b|subscription\b|fragment\b)/;
const noRequests: readonly GraphqlRequest[] = [];

/** No honest request has more; JSON with values as keys would grow without end. */
export const parametersMax = 64;
/** JSON deeper than this is not described. */
export const depthMax = 8;
/** Elements of one array read as samples. */
export const arrayItemsMax = 16;
/** Longer names are not parameters but payload. */
export const keyCharactersMax = 128;
/** Distinct values from which a location may identify subjects. */
export const distinctMin = 8;

export class ParameterStats {
  samples = 0;
  readonly shapes: Partial<Record<ValueShape, number>> = {};
  distinct = new DistinctCounter();
  /** Of bare digits checked against the number plan: checked, known. */
  phoneChecked = 0;
  phoneKnown = 0;
  digitsLengthMin = 99;
  digitsLengthMax = 0;
  /** Of values that may be names: the length of the first, and how many had it. */
  wordLength = 0;
  wordsAlike = 0;
  /** Of so many values looked at so many stand for a country, and so many of those not by bare digits. */
  countriesOf = 0;
  countries = 0;
  countriesMarked = 0;
  beside: CountryVotes | undefined;

  add(value: string, hash: number, times = 1): void {
    this.samples += times;
    this.distinct.add(hash);
    // Shapes settle early; afterwards one sample in 16 keeps them honest.
    if (this.samples > 256 && (this.samples & 15) !== 0) return;
    const shape = valueShape(value);
    this.shapes[shape] = (this.shapes[shape] ?? 0) + 1;
    if (shape !== "empty") this.countriesOf++;
    if (dialCodeOf(value) !== undefined) {
      this.countries++;
      if (isMarkedCountry(value)) this.countriesMarked++;
    }
    if (shape === "word" || shape === "token") {
      if (this.wordsAlike === 0) this.wordLength = value.length;
      if (value.length === this.wordLength) this.wordsAlike++;
    }
    if (shape === "digits" || shape === "time") {
      this.digitsLengthMin = Math.min(this.digitsLengthMin, value.length);
      this.digitsLengthMax = Math.max(this.digitsLengthMax, value.length);
      if (this.phoneChecked < 16) {
        this.phoneChecked++;
        if (value.startsWith("999") || isKnownPhone(value)) this.phoneKnown++;
      }
    }
  }

  absorb(other: ParameterStats): void {
    this.samples += other.samples;
    this.distinct.absorb(other.distinct);
    for (const [shape, count] of Object.entries(other.shapes) as [ValueShape, number][]) this.shapes[shape] = (this.shapes[shape] ?? 0) + count;
    this.phoneChecked += other.phoneChecked;
    this.phoneKnown += other.phoneKnown;
    this.digitsLengthMin = Math.min(this.digitsLengthMin, other.digitsLengthMin);
    this.digitsLengthMax = Math.max(this.digitsLengthMax, other.digitsLengthMax);
    this.countriesOf += other.countriesOf;
    this.countries += other.countries;
    this.countriesMarked += other.countriesMarked;
    if (other.beside !== undefined) (this.beside ??= new CountryVotes()).absorb(other.beside);
    if (this.wordsAlike === 0) this.wordLength = other.wordLength;
    if (this.wordLength === other.wordLength) this.wordsAlike += other.wordsAlike;
  }
}

/**
 * The subject type a location's values have, or undefined when they do not identify anyone: secrets, codes, times,
 * pagination, flags, free text, few distinct values. `name` is the parameter's name, `owner` the path constant before it. A name that speaks of something else
 * (`q`, `to`, `key`) does not hide that the values are addresses, numbers of telephones, or account numbers with right check digits. `withCountry`: they are numbers of telephones with the country
 * that stands beside (see `countryBeside`).
 *
 * Mistakes: order numbers named like ids are ids; a national number without `+` in a numbering plan that
 * does not know it is an integer; a user name in a location whose name gives no hint is missed.
 */
export function subjectTypeOf(location: ParameterLocation, stats: ParameterStats, owner = "", withCountry = false): SubjectType | undefined {
  const { tellsNobody, mayHoldAnybody, phoneNamed, explicitId, idNamed: idByName, userNamed: userByName, digestNamed } = namedAs(location.name);
  const distinct = stats.distinct.count;
  if (distinct < distinctMin) return undefined;
  if (location.in !== "path" && distinct < stats.samples * 0.01 && distinct < 64) return undefined;
  const { shapes } = stats;
  let total = 0;
  for (const shape in shapes) if (shape !== "empty") total += shapes[shape as ValueShape] ?? 0;
  if (total === 0) return undefined;
  // Written out: a call with a list of shapes made more garbage than anything else that reads parameters.
  const { phone = 0, digits = 0, time = 0, integer = 0, email = 0, uuid = 0, boolean = 0, text = 0, token = 0, word = 0, iban = 0 } = shapes;
  // `/username-available?u=ada`: what the path is called says what it takes.
  const byPath = location.in !== "path" && vague.test(leafOfField(location.name)) && asksForName.test(owner);
  if (byPath && (word + email + token + integer + digits) / total >= 0.8) return "username";
  if (tellsNobody && (email + iban + (mayHoldAnybody ? phone : 0)) / total < 0.9) return undefined;
  if (iban / total >= 0.6) return "username";
  const numeric = (phone + digits + time + integer) / total >= 0.8;
  if (phone / total >= 0.5 && numeric) return "phone";
  if ((phoneNamed || withCountry) && numeric) return "phone";
  if (email / total >= 0.6) return "email";
  if (uuid / total >= 0.8) return "uuid";
  const known = stats.phoneChecked >= 8 && stats.phoneKnown >= 0.8 * stats.phoneChecked;
  if (!(explicitId && location.in !== "path") && known && (digits + time + phone) / total >= 0.8) return "phone";
  if ((time + boolean) / total >= 0.5 || text / total >= 0.5) return undefined;
  const idNamed = (location.in === "path" && !location.name.includes(".")) || idByName || (digestNamed && token / total >= 0.8);
  if ((integer + digits + time) / total >= 0.8) return idNamed ? "integer" : undefined;
  const userNamed = userByName || (location.in === "path" && /^(users|accounts|members|profiles|people|usernames?)$/i.test(owner));
  const allAlike = word + token >= alikeMin && stats.wordLength >= alikeLengthMin && stats.wordsAlike >= 0.8 * (word + token);
  if (userNamed && !allAlike && (word + email) / total >= 0.5 && token / total < 0.5) return "username";
  return idNamed && (token + uuid + integer + digits + word) / total >= 0.8 ? "opaque" : undefined;
}

/** What a parameter's name alone says. Names are few and come again; none is kept that is too long to be one. */
const namedAs = rememberText((given) => {
  const name = given.toLowerCase();
  const leaf = leafOfField(name);
  return {
    tellsNobody: isSecretName(leaf) || pagination.test(leaf),
    mayHoldAnybody: /^(?:q|query|search|to|from|key|code)$/.test(leaf),
    phoneNamed: /phone|msisdn|mobile|cell|^tel|whatsapp|e164/.test(leaf) && !leaf.endsWith("id"),
    explicitId: leaf.endsWith("id"),
    // `trackingNumber` says what `tracking_number` says.
    idNamed: /(^|[_.-])(id|ids|number|account|customer|member|user)s?$|[a-z]id$|uid|guid/.test(leaf) || /[a-z\d]Numbers?\]?$/.test(withoutIndexes(given)) || isPersonNumber(leaf),
    // What clients make of numbers and addresses before they ask.
    digestNamed: /hash|digest|sha_?\d|md5/.test(leaf) || isPersonNoun(leaf),
    userNamed: /user_?name|^user$|login|handle|nick|screen_?name|^account$|^email$|identifier/.test(leaf),
  };
}, 4_096);

/** Parameters whose names say nothing, and paths that ask for a name. */
const vague = /^(?:u|n|s|q|v|name|value|text|input|login|query|term|check)$/;
const asksForName =
  /(?:user|login|account|screen|nick|handle)[-_]?(?:names?)?[-_]?(?:is[-_]?)?(?:avail|check|exist|taken|free|lookup|valid)|(?:avail|check|exist|valid)\w{0,10}[-_]?(?:user|login|account|screen|nick|handle)[-_]?(?:names?)?|^user[-_]?names?$|^handles?$/i;

/** Names that people choose differ in length; ids that a service makes do not. Of so many values and at least so many characters. */
const alikeMin = 16;
const alikeLengthMin = 8;

const pagination =
  /^(limit|offset|page|per_?page|page_?size|size|count|cursor|after|before|since|until|from|to|sort|order|order_?by|direction|q|query|search|fields|include|expand|format|lang|locale|ts|timestamp|time|date|_|t|v|version)$/;
