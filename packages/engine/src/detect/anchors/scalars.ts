import { rememberText } from "../../exchange/remember-text.ts";
import type { ExchangeView, Json } from "../../exchange/view.ts";

/** The request's values that may be ids from earlier answers, whether it carries a proof (password, code, signature), and whether one that its name shows to be a person's secret. */
export function requestScalars(view: ExchangeView, pathValues: readonly string[]): RequestScalars {
  if (pathValues.length === 0 && view.query.length === 0 && view.form.length === 0 && view.requestJson === undefined) return noScalars;
  const values: string[] = [];
  for (const value of pathValues) if (values.length < valuesMax && linkLike(value) && !values.includes(value)) values.push(value);
  if (view.query.length === 0 && view.form.length === 0 && view.requestJson === undefined) return { values, proof: false, secret: false };
  let proof = false;
  let secret = false;
  const take = (name: string, value: string): void => {
    if (isProofName(name) && value.length > 0) {
      proof = true;
      secret ||= !maybeOther(name);
    } else if (values.length < valuesMax && linkLike(value) && !values.includes(value)) values.push(value);
  };
  for (const [name, value] of view.query) take(name, value);
  for (const [name, value] of view.form) take(name, value);
  if (view.requestJson !== undefined) walk(view.requestJson, "", 0, { left: walkMax }, take);
  return { values, proof, secret };
}

/** What {@link requestScalars} found. */
export interface RequestScalars {
  readonly values: readonly string[];
  readonly proof: boolean;
  readonly secret: boolean;
}

/** Strings and numbers of the answer that may be ids or secrets, at most {@link valuesMax}. */
export function responseScalars(view: ExchangeView): readonly string[] {
  if (view.responseJson === undefined) return none;
  const values: string[] = [];
  collect(view.responseJson, 0, walkMax, values);
  return values;
}

/** As {@link walk} without names; gives back how many places may still be looked at. An answer is read far more often than a request with a body. */
function collect(json: Json, depth: number, budget: number, values: string[]): number {
  if (depth > 6 || budget <= 0 || json === null) return budget - 1;
  let left = budget - 1;
  if (typeof json === "string") take(json, values);
  else if (typeof json === "number") {
    if (json >= 10 && Number.isInteger(json)) take(String(json), values);
  } else if (typeof json === "object") {
    if (isList(json)) for (let i = 0; i < json.length && left > 0 && values.length < valuesMax; i++) left = collect(json[i] ?? null, depth + 1, left, values);
    else {
      for (const key in json) {
        if (left <= 0 || values.length >= valuesMax) return left;
        left = collect(json[key] ?? null, depth + 1, left, values);
      }
    }
  }
  return left;
}

function take(value: string, values: string[]): void {
  if (values.length < valuesMax && linkLike(value) && !values.includes(value)) values.push(value);
}

const none: readonly string[] = [];
const noScalars: RequestScalars = { values: none, proof: false, secret: false };

/** A secret as services issue them: 20 characters or more, one word, digits and letters mixed or both cases. */
export function tokenLike(value: string): boolean {
  if (value.length < 20 || value.length > 4_096) return false;
  let digits = 0;
  let upper = 0;
  let lower = 0;
  for (let i = 0; i < Math.min(value.length, 128); i++) {
    const code = value.charCodeAt(i);
    if (code >= 48 && code <= 57) digits++;
    else if (code >= 65 && code <= 90) upper++;
    else if (code >= 97 && code <= 122) lower++;
    else if (code <= 32 || code > 126) return false;
  }
  return (digits > 0 && upper + lower > 0) || (upper > 2 && lower > 2);
}

/** Names under which a proof is sent. Only one of two signs: see AnchorFinder for the evidence that must come with it. */
export function isProofName(name: string): boolean {
  return name.length > 0 && name.length <= 64 && provesBy(name);
}

/** Names come again with every request. */
const provesBy = rememberText((name) => proofNames.has(plainName(name)), 1_024);
/** Names of proofs that may as well be of something else: the code of a country, a signature that the program makes for every question. */
const maybeOther = rememberText((name) => otherNames.has(plainName(name)), 1_024);

function plainName(name: string): string {
  let plain = "";
  for (const char of name.toLowerCase()) if (char !== "_" && char !== "-" && char !== ".") plain += char;
  return plain;
}

const otherNames = new Set(["code", "token", "secret", "assertion", "signature", "proof"]);

const proofNames = new Set([
  "password",
  "passwd",
  "pwd",
  "pass",
  "passcode",
  "passphrase",
  "pin",
  "otp",
  "totp",
  "code",
  "verificationcode",
  "otpcode",
  "smscode",
  "mfacode",
  "securitycode",
  "token",
  "otp1",
  "otp2",
  "otp3",
  "secret",
  "assertion",
  "signature",
  "challengeresponse",
  "proof",
]);

/** An id: three or more characters without white space; numbers from 10 up, for smaller ones are counts and flags. */
function linkLike(value: string): boolean {
  if (value.length < 2 || value.length > 256) return false;
  for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) <= 32) return false;
  return value.length > 2 || (value >= "10" && value <= "99");
}

function walk(json: Json | undefined, name: string, depth: number, budget: { left: number }, take: (name: string, value: string) => void): void {
  if (depth > 6 || budget.left-- <= 0 || json === undefined || json === null) return;
  if (typeof json === "string") take(name, json);
  else if (typeof json === "number") {
    if (Number.isInteger(json) && json >= 10) take(name, String(json));
  } else if (typeof json === "object") {
    if (isList(json)) {
      for (let i = 0; i < json.length && budget.left > 0; i++) walk(json[i], name, depth + 1, budget, take);
    } else {
      for (const key in json) {
        if (budget.left <= 0) return;
        walk(json[key], key, depth + 1, budget, take);
      }
    }
  }
}

function isList(json: readonly Json[] | { readonly [key: string]: Json }): json is readonly Json[] {
  return Array.isArray(json);
}

/** Ids one message may bring: an answer with more is a list, and lists link nobody. */
const valuesMax = 32;
/** Places looked at in one message, nulls and containers too. */
const walkMax = 256;
