import { isPersonNoun } from "../../inventory/segment-kind.ts";
import type { Json } from "../../exchange/view.ts";
import type { SubjectType } from "../../exchange/subject.ts";

/**
 * The people whom an answer lists: elements of an array of objects that carry an e-mail address, a telephone number under such a name, a user name, or an id with a person's name beside it; and
 * arrays of bare e-mail addresses and international numbers. One identity an element, the first of these that most elements have, so that a person is counted once however much stands there.
 * `about`: the noun the endpoint is named for, which says whose ids stand in a list without a name.
 *
 * Misses: people keyed by their ids in an object, names under words it does not know, answers that are no JSON. Mistakes: things with an owner's e-mail address beside them are counted by owner, which
 * is right here: the owner was told of.
 * Bound: {@link listsMax} lists of {@link elementsMax} elements, {@link depthMax} deep; {@link lookedAtMax} elements say which field it is;
 * {@link stepsMax} objects and lists are looked at on the way.
 */
export function listedPeople(json: Json, about: string): readonly ListedPerson[] {
  if (typeof json !== "object" || json === null) return nobody;
  const walk: Walk = { people: undefined, lists: 0, steps: 0 };
  look(json, isPersonNoun(about), 0, walk);
  return walk.people ?? nobody;
}

export interface ListedPerson {
  readonly type: SubjectType;
  /** As it stood in the answer. */
  readonly raw: string;
}

/** Of one answer. Pages hold tens to hundreds; a whole list in one answer is counted to so many. */
export const elementsMax = 2_000;
export const listsMax = 4;
export const depthMax = 5;
/** Elements that say by which field people are known; objects and lists looked at on the way to them. */
export const lookedAtMax = 8;
export const stepsMax = 256;
/** As long as an e-mail address can be (RFC 5321, 4.5.3.1.3). */
export const charactersMax = 254;

interface Walk {
  people: ListedPerson[] | undefined;
  lists: number;
  steps: number;
}

type Fields = { readonly [key: string]: Json };

function look(value: Json, personal: boolean, depth: number, walk: Walk): void {
  if (typeof value !== "object" || value === null || depth > depthMax || ++walk.steps > stepsMax) return;
  if (isList(value)) {
    if (value.length === 0 || walk.lists >= listsMax) return;
    const before = walk.people?.length ?? 0;
    read(value, personal, walk);
    if ((walk.people?.length ?? 0) > before) walk.lists++;
    // A list of groups, each with its members.
    else for (const one of value.slice(0, lookedAtMax)) look(one, personal, depth + 1, walk);
    return;
  }
  for (const name in value) {
    const inside = value[name];
    if (typeof inside === "object" && inside !== null) look(inside, isPersonNoun(name) || (personal && carriers.has(name.toLowerCase())), depth + 1, walk);
  }
}

function read(list: readonly Json[], personal: boolean, walk: Walk): void {
  const sample = list.slice(0, lookedAtMax);
  if (typeof sample[0] === "string") {
    for (const one of list.slice(0, elementsMax)) {
      const type = typeof one === "string" ? bareType(one) : undefined;
      if (typeof one === "string" && type !== undefined) (walk.people ??= []).push({ type, raw: one });
      else if (walk.people === undefined) return;
    }
    return;
  }
  let best: Identity | undefined;
  for (const kind of kinds) {
    let have = 0;
    for (const one of sample) {
      const found = identityOf(one, kind, personal);
      if (found !== undefined) have++;
    }
    if (2 * have >= sample.length) {
      best = kind;
      break;
    }
  }
  if (best === undefined) return;
  for (const one of list.slice(0, elementsMax)) {
    const found = identityOf(one, best, personal);
    if (found !== undefined) (walk.people ??= []).push(found);
  }
}

type Identity = "email" | "phone" | "username" | "id";
const kinds: readonly Identity[] = ["email", "phone", "username", "id"];

/** In the element itself, or in one object of it (`node`, `user`, `profile`). */
function identityOf(element: Json, kind: Identity, personal: boolean): ListedPerson | undefined {
  if (typeof element !== "object" || element === null || isList(element)) return undefined;
  const own = identityIn(element, kind, personal);
  if (own !== undefined) return own;
  for (const name in element) {
    const inside = element[name];
    if (typeof inside !== "object" || inside === null || isList(inside)) continue;
    const found = identityIn(inside, kind, isPersonNoun(`${name}s`) || (personal && carriers.has(name.toLowerCase())));
    if (found !== undefined) return found;
  }
  return undefined;
}

function identityIn(fields: Fields, kind: Identity, personal: boolean): ListedPerson | undefined {
  let id: ListedPerson | undefined;
  let named = false;
  for (const name in fields) {
    const role = roleOf(name);
    if (role === "none") continue;
    const value = fields[name];
    if (role === "name") named ||= typeof value === "string" && value !== "";
    else if (role === "maybe-name") named ||= personal && typeof value === "string" && value !== "";
    else if (role === kind) {
      const raw = typeof value === "string" ? value.trim() : typeof value === "number" && Number.isSafeInteger(value) ? String(value) : "";
      if (raw === "" || raw.length > charactersMax) continue;
      if (kind === "email") {
        if (isEmail(raw)) return { type: "email", raw };
      } else if (kind === "phone") {
        if (isPhone(raw)) return { type: "phone", raw };
      } else if (kind === "username") {
        return { type: "username", raw };
      } else id ??= { type: /^\d{1,19}$/.test(raw) ? "integer" : raw.length === 36 && raw[8] === "-" ? "uuid" : "opaque", raw };
    }
  }
  return kind === "id" && named ? id : undefined;
}

type Role = Identity | "name" | "maybe-name" | "none";
const roles = new Map<string, Role>();
/** Names of fields of a large service; then it starts anew. */
const rolesMax = 4_096;

function roleOf(name: string): Role {
  let role = roles.get(name);
  if (role === undefined) {
    if (roles.size >= rolesMax) roles.clear();
    const plain = name
      .slice(0, 64)
      .toLowerCase()
      .replaceAll(/[^a-z]/g, "");
    role = emails.test(plain)
      ? "email"
      : phones.test(plain)
        ? "phone"
        : userNames.has(plain)
          ? "username"
          : ids.test(plain)
            ? "id"
            : names.has(plain)
              ? "name"
              : plain === "name"
                ? "maybe-name"
                : "none";
    if (name.length <= 64) roles.set(name, role);
  }
  return role;
}

const emails = /^(?:[a-z]{0,20}e?mail(?:address)?|mailaddress)$/;
const phones = /^(?:[a-z]{0,20}(?:phone|mobile|msisdn|telephone|cell)(?:number|no)?|tel|e164)$/;
const userNames: ReadonlySet<string> = new Set("username userhandle screenname nickname handle loginname".split(" "));
const ids = /^(?:(?:user|member|customer|account|person|patient|employee|student|profile|contact|subscriber)?(?:id|uuid|guid))$/;
const names: ReadonlySet<string> = new Set(
  "firstname lastname fullname givenname familyname surname displayname forename realname customername membername personname birthdate dateofbirth".split(" "),
);
/** Between a list and what it lists. */
const carriers: ReadonlySet<string> = new Set(
  "data items results records rows list entries edges nodes node content hits user member profile person attributes embedded docs page".split(" "),
);

function bareType(text: string): SubjectType | undefined {
  if (text.length > charactersMax) return undefined;
  if (isEmail(text)) return "email";
  return text.startsWith("+") && isPhone(text) ? "phone" : undefined;
}

function isEmail(text: string): boolean {
  const at = text.indexOf("@");
  return at > 0 && at === text.lastIndexOf("@") && text.indexOf(".", at + 2) > 0 && !text.includes(" ") && !text.includes("*");
}

function isPhone(text: string): boolean {
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) digits++;
    else if (code !== 32 && code !== 40 && code !== 41 && code !== 43 && code !== 45 && code !== 46 && code !== 47) return false;
  }
  return digits >= 7 && digits <= 15;
}

function isList(json: readonly Json[] | Fields): json is readonly Json[] {
  return Array.isArray(json);
}

const nobody: readonly ListedPerson[] = [];
