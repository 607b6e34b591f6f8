import { type RefusalSense, refusalSense } from "../../exchange/refusal-sense.ts";
import { rememberText } from "../../exchange/remember-text.ts";

/** What an answer means for the person asked about. `nothing`: it says neither. */
export type ClassMeaning = "confirmed" | "denied" | "nothing" | "unknown";

/** What structure can read of a class: its status, its fields and its flags, never whom it was about. */
export interface ClassFacts {
  readonly key: string;
  readonly status: number;
  readonly fields: readonly string[];
}

/**
 * Whether `poor` looks like "no such subject" beside `rich`, from shape alone: a 404 or other refusal beside a 2xx; a flag such
 * as `exists` turned to no without more fields; or nothing where there was something (`null`, an empty list); or at most half the fields at the same kind of status; or, where fields cannot be seen, at most a quarter of the length. For sign-up checks `available: true`
 * and the 2xx beside a 409, or beside a refusal that says "already taken", are the poor ones.
 *
 * A prior, not a proof: it mistakes a public catalogue's 404 for a denied person, and an old client's short answer for a missing one.
 * Labels overrule it.
 */
export function isPoorBeside(poor: ClassFacts, rich: ClassFacts): boolean {
  if (isTaken(rich)) return isSuccess(poor.status) && !isTaken(poor);
  if (isTaken(poor)) return false;
  if (isSuccess(rich.status) && poor.status >= 400 && poor.status < 500) return !isRefusalOfCaller(poor.status);
  if (isSuccess(rich.status) !== isSuccess(poor.status)) return false;
  const flags = [flagOf(poor.key), flagOf(rich.key)] as const;
  if (flags[0] === "no" && flags[1] === "yes") return true;
  if (flags[0] === "yes" && flags[1] === "no") return false;
  if (poor.status >= 400 && senseOf(poor.key) === "missing" && senseOf(rich.key) === "wrong") return true;
  if (!isSuccess(poor.status)) return false;
  if (isEmptyBeside(poor.key, rich.key)) return true;
  if (isEmptyBeside(rich.key, poor.key)) return false;
  if (isUsualBeside(poor.key, rich.key)) return true;
  if (rich.fields.length >= 2) return poor.fields.length * 2 <= rich.fields.length;
  const sizes = [sizeOf(poor.key), sizeOf(rich.key)] as const;
  return sizes[0] !== undefined && sizes[1] !== undefined && sizes[1] >= 128 && sizes[0] * 4 <= sizes[1];
}

/** It refuses because somebody is there: 409, or another refusal in words that say so. */
function isTaken({ status, key }: ClassFacts): boolean {
  return status === 409 || (status >= 400 && status < 500 && senseOf(key) === "taken");
}

/** As {@link isPoorBeside} for two refusals of a door that asks for a proof: "no such account" as a 404 or 410 beside "wrong password". */
export function isPoorRefusal(poor: ClassFacts, rich: ClassFacts): boolean {
  const missing = poor.status === 404 || poor.status === 410;
  if (missing && (rich.status === 401 || rich.status === 403 || rich.status === 423)) return true;
  return isPoorBeside(poor, rich);
}

/**
 * Whether one answer in JSON holds nothing where the other holds something: `null`, `[]`, `{"data":{"lookup":null}}`, `{"items":[],"total":0}`, or an error of JSON-RPC that says
 * "not found". What frames every answer (an id of the call, a total, a page) counts for neither; one field that some people leave empty beside others that are filled is no such difference.
 */
function isEmptyBeside(poor: string, rich: string): boolean {
  const none = contentOf(poor);
  return none !== undefined && !none.filled && (none.empty || none.refused) && contentOf(rich)?.filled === true;
}

/** Whether two classes are one but for values that stand again and again where others differ: what many people may have in common, so that neither repeats nor turns tell who exists, but labels do. */
export function differsByUsual(a: string, b: string): boolean {
  return a !== b && (a.includes("==") || b.includes("==")) && keyWithoutUsual(a) === keyWithoutUsual(b);
}

/** The key an answer would have without the usual values of its endpoint: they stand after a doubled `=`, see `json-shape.ts`. */
function keyWithoutUsual(key: string): string {
  return key.includes("==")
    ? key
        .split(" ")
        .filter((part) => !part.includes("=="))
        .join(" ")
    : key;
}

/** Whether all that an answer holds is a value that stands there again and again, and is empty or says "unknown", where others are told something. A zero is not empty: it may be an amount. */
function isUsualBeside(poor: string, rich: string): boolean {
  if (!poor.includes("==") || !differsByUsual(poor, rich)) return false;
  const held = poor.split(" ").filter((token) => token.includes("=="));
  return (
    held.every((token) => token.endsWith('==""') || token.endsWith("~missing") || refusalSense(token.slice(token.indexOf("==") + 2)) === "missing") &&
    contentOf(poor)?.fields === held.length
  );
}

/** What a class key says of the content of a JSON answer; undefined where it is none, or was cut. */
const contentOf = rememberText((key): Content | undefined => {
  const start = key.indexOf("{");
  const end = key.indexOf("}", key.indexOf(":{}") >= 0 ? key.lastIndexOf(":{}") + 3 : start);
  if (start < 0 || end < 0 || key.endsWith("…")) return undefined;
  const content = { filled: false, empty: false, refused: false, fields: 0 };
  const call = key.includes("jsonrpc:");
  for (const leaf of key.slice(start + 1, end).split(",")) {
    if (leaf === "" || leaf === "null" || leaf.endsWith(":null") || leaf.endsWith("[]:empty") || leaf.endsWith(":{}")) content.empty = true;
    else if ((leaf.startsWith("error.") || leaf.startsWith("errors[].")) && senseOf(key) === "missing") content.refused = true;
    else if (!(call && leaf.startsWith("id:")) && !frames.has(leaf.slice(leaf.lastIndexOf(".", leaf.indexOf(":")) + 1, leaf.indexOf(":")).toLowerCase())) {
      content.filled = true;
      content.fields += 1;
    }
  }
  return content;
}, 1_024);

interface Content {
  filled: boolean;
  empty: boolean;
  refused: boolean;
  /** How many are filled. */
  fields: number;
}

/** Around what is told. */
const frames: ReadonlySet<string> = new Set(
  "jsonrpc requestid traceid timestamp total totalcount totalresults count page pagesize limit offset size startindex itemsperpage".split(" "),
);

/** About how long an answer was that is known by its length alone (no body, or long text); a short fixed text counts as 16. */
function sizeOf(key: string): number | undefined {
  const last = key.slice(key.lastIndexOf(" ") + 1);
  if (last === "empty") return 0;
  if (last.startsWith("text#")) return 16;
  if (last.startsWith("size~") || last.startsWith("length~")) return Number(last.slice(last.indexOf("~") + 1));
  return undefined;
}

/** 401, 403, 407: about the caller; 400, 405, 406, 411–415, 422: about the form of the question. */
export function isAboutTheRequest(status: number): boolean {
  return isRefusalOfCaller(status) || isAboutTheForm(status);
}

/** 400, 405, 406, 411–415, 422: the question could not be read. */
export function isAboutTheForm(status: number): boolean {
  return status === 400 || status === 405 || status === 406 || (status >= 411 && status <= 415) || status === 422;
}

function isRefusalOfCaller(status: number): boolean {
  return status === 401 || status === 403 || status === 407;
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** What the codes and texts in a class key say of the subject; undefined where they say nothing or disagree. */
export const senseOf = rememberText((key): RefusalSense | undefined => {
  let sense: RefusalSense | undefined;
  for (const token of key.split(" ")) {
    const equals = token.lastIndexOf("=");
    if (equals < 0) continue;
    const value = token.slice(equals + 1);
    const says = value.endsWith("~missing")
      ? "missing"
      : value.endsWith("~wrong")
        ? "wrong"
        : value.endsWith("~taken")
          ? "taken"
          : value.startsWith("#")
            ? undefined
            : refusalSense(value);
    if (says === undefined) continue;
    if (sense !== undefined && sense !== says) return undefined;
    sense = says;
  }
  return sense;
}, 1_024);

/** What the success-like flags in a class key say; undefined when there is none or they disagree. */
export function flagOf(key: string): "yes" | "no" | undefined {
  let verdict: "yes" | "no" | undefined;
  for (const token of key.split(" ")) {
    const equals = token.lastIndexOf("=");
    if (equals < 0) continue;
    const value = token.slice(equals + 1).toLowerCase();
    const path = token.slice(0, equals).toLowerCase();
    const name = path.slice(path.lastIndexOf(".") + 1).replaceAll("_", "");
    const truth = codes.has(name) ? wentWell.has(value) : truthOf(value);
    if (truth === undefined) continue;
    const last = lastWord.exec(token.slice(token.lastIndexOf(".", equals) + 1, equals))?.[0].toLowerCase() ?? "";
    const says = existing.has(name) || codes.has(name) || existingLast.has(last) ? truth : absent.has(name) || absentLast.has(last) ? !truth : undefined;
    if (says === undefined) continue;
    const word = says ? "yes" : "no";
    if (verdict !== undefined && verdict !== word) return undefined;
    verdict = word;
  }
  return verdict;
}

function truthOf(value: string): boolean | undefined {
  if (value === "true" || value === "yes" || value === "1" || value === "ok" || value === "found" || value === "exists") return true;
  if (value === "false" || value === "no" || value === "0" || value === "not_found" || value === "missing" || value === "error") return false;
  return undefined;
}

/** Names that say "there is one" when true. */
const existing: ReadonlySet<string> = new Set([
  "success",
  "exists",
  "exist",
  "registered",
  "isregistered",
  "found",
  "active",
  "taken",
  "known",
  "hasaccount",
  "userexists",
  "accountexists",
  "ok",
  "status",
  "result",
  "eligible",
  "enrolled",
  "covered",
  "ismember",
  "queued",
  "returning",
  "member",
  "hasprofile",
]);
/** The same at the end of a longer name: `phoneRegistered`, `user_exists`. */
const existingLast: ReadonlySet<string> = new Set(["registered", "exists", "taken", "known", "found"]);
const absentLast: ReadonlySet<string> = new Set(["available", "free"]);
const lastWord = /(?:(?<=[a-z])[A-Z][a-z]{1,15}|(?<=_)[a-z]{1,16})$/;
/** Names of a code of the outcome: 0 or 200 is well, any other is not. */
const codes: ReadonlySet<string> = new Set(["code", "errcode", "errno", "errorcode", "ret", "retcode", "resultcode", "returncode", "statuscode"]);
const wentWell: ReadonlySet<string> = new Set(["0", "200", "ok", "success"]);
/** Names that say "there is none" when true. */
const absent: ReadonlySet<string> = new Set(["available", "isavailable", "free", "notfound", "missing", "isnew", "newuser", "isnewuser", "firsttime"]);
