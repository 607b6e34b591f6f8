import { createHmac } from "node:crypto";

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
  /** A word of what it gives away; `record` when absent. */
  readonly marker?: string;
}

export const token = (user: string): string => `token-of-${user}-0123456789`;
export const bearer = (user: string) => ({ headers: { authorization: `Bearer ${token(user)}` } });
export const basic = (user: string) => ({ headers: { authorization: `Basic ${Buffer.from(`${user}:pass-${user}`).toString("base64")}` } });
export const badBasic = { authorization: "Basic bm90OnJpZ2h0" };
export const badBearer = { authorization: "Bearer token-of-nobody-0123456789" };
export const secret = "a secret of the services under test";
export const jwt = (user: string) => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part({ iss: "https://login.services.example", sub: user, iat: 1_700_000_000, exp: 4_000_000_000 })}`;
  return { headers: { authorization: `Bearer ${text}.${createHmac("sha256", secret).update(text).digest("base64url")}` } };
};
export const brokenJwt = { authorization: "Bearer eyJhbGciOiJIUzI1NiJ9.broken.x" };
