import { createHash, createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** What is asked of one service's door: which requests, with which credentials, and who of the callers has one. */
export interface TruthCase {
  readonly service: string;
  /** Whose code the door is: a server's or framework's own, or ours upon it. */
  readonly door: "third party" | "ours on a framework";
  readonly method: string;
  /** `{id}` is 1 to 7. */
  readonly path: string;
  /** The request as this user sends it with his credential; undefined: the endpoint has none. */
  readonly as?: (user: string, request: { readonly path: string; readonly challenge?: string }) => { readonly path?: string; readonly headers?: Readonly<Record<string, string>> };
  /** The credential answers a challenge: what the door says to a stranger, in `WWW-Authenticate`, is handed to `as`. */
  readonly challenge?: boolean;
  /** Signs in first: what is posted there; the cookie that comes back is the credential. */
  readonly signIn?: string;
  /** Who calls: strangers and users, users only, strangers only. */
  readonly callers: "both" | "users" | "strangers";
  /** JSON of the request: right and wrong. */
  readonly body?: { readonly right: string; readonly wrong: string };
  /** Every caller has the same credential, each from a network of his own. */
  readonly constant?: boolean;
  /** A credential that nobody issued, sent now and then, of the same kind. */
  readonly forged?: Readonly<Record<string, string>>;
  /** The same, another one each time. */
  readonly forgedAnew?: (n: number) => Readonly<Record<string, string>>;
  /** A word of what it gives away; `record` when absent. */
  readonly marker?: string;
}

export const token = (user: string): string => `token-of-${user}-0123456789`;
export const bearer = (user: string) => ({ headers: { authorization: `Bearer ${token(user)}` } });
export const basic = (user: string) => ({ headers: { authorization: `Basic ${Buffer.from(`${user}:pass-${user}`).toString("base64")}` } });
export const badBasic = { authorization: "Basic bm90OnJpZ2h0" };
export const badBearer = { authorization: "Bearer token-of-nobody-0123456789" };
export const forgedBearer = (n: number) => ({ authorization: `Bearer token-of-nobody-${n}-0123456789` });
export const secret = "a secret of the services under test";
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const hashed = (text: string): string => createHash("sha256").update(text).digest("base64url");
const accessToken = (user: string, more: object = {}): string => {
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part({ iss: "https://login.services.example", sub: user, iat: 1_700_000_000, exp: 4_000_000_000, ...more })}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
};
export const jwt = (user: string) => ({ headers: { authorization: `Bearer ${accessToken(user)}` } });
const keys = new Map<string, { readonly publicKey: KeyObject; readonly privateKey: KeyObject }>();
/** RFC 9449: a token bound to this user's key, and a proof for this request. */
export const dpop = (user: string, { path }: { readonly path: string }) => {
  const pair = keys.get(user) ?? generateKeyPairSync("ec", { namedCurve: "P-256" });
  keys.set(user, pair);
  const { crv, kty, x, y } = pair.publicKey.export({ format: "jwk" });
  const token = accessToken(user, { cnf: { jkt: hashed(JSON.stringify({ crv, kty, x, y })) } });
  const text = `${part({ typ: "dpop+jwt", alg: "ES256", jwk: { crv, kty, x, y } })}.${part({ htm: "GET", htu: `https://services.example${path}`, ath: hashed(token) })}`;
  const signature = sign("sha256", Buffer.from(text), { key: pair.privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url");
  return { headers: { authorization: `DPoP ${token}`, dpop: `${text}.${signature}` } };
};
export const brokenJwt = { authorization: "Bearer eyJhbGciOiJIUzI1NiJ9.broken.x" };
