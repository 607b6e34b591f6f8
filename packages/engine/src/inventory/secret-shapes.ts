import { isHighEntropy, isJwtShaped } from "../exchange/credential-of.ts";

/** What kind of secret a value is by its own shape: a token whose issuer publishes its prefix, a private key, a JWT, a URL with a password in it. */
export type SecretShape = "jwt" | "vendor-key" | "private-key" | "url-credentials";

/**
 * The kind of secret, or undefined. Prefixes are those their issuers publish (AWS, GitHub, GitLab, Stripe, Slack, Google, npm, PyPI, SendGrid, Twilio,
 * OpenAI, Anthropic, Hugging Face, Shopify, DigitalOcean, Telegram, age, Square, Mailgun …); each with the alphabet and the length that follow it. Linear; reads
 * at most {@link secretCharactersMax} characters.
 *
 * Misses: secrets without a prefix (see {@link looksRandom}, which needs a telling name), and those cut or masked.
 */
export function secretShapeOf(text: string): SecretShape | undefined {
  if (text.length < 8) return undefined;
  if (isJwtShaped(text) || (text.startsWith("Bearer eyJ") && isJwtShaped(text.slice(7))) || (text.startsWith("JWT eyJ") && isJwtShaped(text.slice(4)))) return "jwt";
  if (text.startsWith("-----BEGIN ")) return text.slice(0, 64).includes("PRIVATE KEY") ? "private-key" : undefined;
  if (text.startsWith("AGE-SECRET-KEY-1")) return "private-key";
  if (hasUrlCredentials(text)) return "url-credentials";
  if (text.length > 512) return undefined;
  for (const { prefix, min, max, alphabet } of vendors) {
    if (!text.startsWith(prefix)) continue;
    const rest = text.length - prefix.length;
    if (rest >= min && rest <= max && alphabet.test(text.slice(prefix.length)) && (min < 20 || variety(text, prefix.length) >= 6)) return "vendor-key";
  }
  return /^\d{8,10}:AA[\w-]{33}$/.test(text) ? "vendor-key" : undefined;
}

/** Characters read of one value. */
export const secretCharactersMax = 8_192;

/** True for text that looks drawn at random and is no UUID, no hash in plain hex of a usual length unless `hex`, and no words. For values under a telling name. */
export function looksRandom(text: string): boolean {
  if (text.length < 12 || text.length > 1_024) return false;
  if (isHighEntropy(text)) return true;
  return /^[0-9a-f]{16,128}$/i.test(text) && variety(text, 0) >= 6;
}

/** `scheme://user:password@host`, the password not a placeholder in braces. */
function hasUrlCredentials(text: string): boolean {
  const scheme = text.indexOf("://");
  if (scheme < 2 || scheme > 20 || text.length > 2_048) return false;
  const end = firstOf(text, "/?#", scheme + 3);
  const at = text.lastIndexOf("@", end - 1);
  if (at <= scheme + 3) return false;
  const colon = text.indexOf(":", scheme + 3);
  return colon > scheme + 2 && colon < at - 1 && text.charAt(colon + 1) !== "{" && text.charAt(colon + 1) !== "*";
}

function firstOf(text: string, characters: string, from: number): number {
  for (let i = from; i < text.length; i++) if (characters.includes(text.charAt(i))) return i;
  return text.length;
}

/** Different characters from an index on: `AKIAXXXXXXXXXXXXXXXX` is a placeholder. */
function variety(text: string, from: number): number {
  return new Set(text.slice(from, from + 64)).size;
}

interface Vendor {
  readonly prefix: string;
  readonly min: number;
  readonly max: number;
  readonly alphabet: RegExp;
}

const upper = /^[A-Z0-9]+$/;
const word = /^\w+$/;
const url = /^[\w-]+$/;
const dotted = /^[\w.-]+$/;
const hex = /^[0-9a-f]+$/i;
const alnum = /^[A-Za-z0-9]+$/;

const vendors: readonly Vendor[] = [
  ...["AKIA", "ASIA", "AGPA", "AIDA", "AROA", "ANPA", "ABIA", "ACCA"].map((prefix) => ({ prefix, min: 16, max: 16, alphabet: upper })),
  ...["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map((prefix) => ({ prefix, min: 36, max: 251, alphabet: word })),
  { prefix: "github_pat_", min: 40, max: 244, alphabet: word },
  ...["glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "gloas-"].map((prefix) => ({ prefix, min: 20, max: 128, alphabet: dotted })),
  ...["sk_live_", "sk_test_", "rk_live_", "rk_test_"].map((prefix) => ({ prefix, min: 16, max: 247, alphabet: alnum })),
  { prefix: "whsec_", min: 20, max: 128, alphabet: /^[\w+/=-]+$/ },
  ...["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-", "xoxe.xoxp-", "xapp-"].map((prefix) => ({ prefix, min: 10, max: 255, alphabet: url })),
  { prefix: "https://hooks.slack.com/services/", min: 30, max: 100, alphabet: /^[\w/]+$/ },
  { prefix: "AIza", min: 35, max: 35, alphabet: url },
  { prefix: "ya29.", min: 20, max: 500, alphabet: dotted },
  { prefix: "GOCSPX-", min: 28, max: 28, alphabet: url },
  { prefix: "npm_", min: 36, max: 36, alphabet: alnum },
  { prefix: "pypi-", min: 50, max: 500, alphabet: url },
  { prefix: "SG.", min: 60, max: 70, alphabet: dotted },
  { prefix: "SK", min: 32, max: 32, alphabet: hex },
  { prefix: "sk-ant-", min: 20, max: 200, alphabet: url },
  { prefix: "sk-proj-", min: 20, max: 300, alphabet: url },
  { prefix: "sk-", min: 40, max: 200, alphabet: url },
  { prefix: "hf_", min: 30, max: 60, alphabet: alnum },
  ...["shpat_", "shpca_", "shppa_", "shpss_"].map((prefix) => ({ prefix, min: 32, max: 32, alphabet: hex })),
  ...["dop_v1_", "doo_v1_", "dor_v1_"].map((prefix) => ({ prefix, min: 64, max: 64, alphabet: hex })),
  ...["sq0atp-", "sq0csp-", "EAAA"].map((prefix) => ({ prefix, min: 22, max: 80, alphabet: url })),
  { prefix: "key-", min: 32, max: 32, alphabet: hex },
  { prefix: "dapi", min: 32, max: 34, alphabet: hex },
  { prefix: "lin_api_", min: 40, max: 40, alphabet: alnum },
  { prefix: "PMAK-", min: 59, max: 59, alphabet: url },
  { prefix: "hvs.", min: 24, max: 200, alphabet: url },
  { prefix: "tskey-", min: 20, max: 100, alphabet: url },
  { prefix: "rubygems_", min: 48, max: 48, alphabet: hex },
];
