import { createHmac } from "node:crypto";

/**
 * Signs a body as Standard Webhooks says: HMAC-SHA-256 over `id.timestamp.body`, base64, `v1,…`; with two secrets two signatures,
 * so that receivers can change over. Secrets are `whsec_` and base64; without the prefix the text is base64 all the same.
 */
export function signWebhook(secrets: readonly string[], id: string, timestampSeconds: number, body: string): Readonly<Record<string, string>> {
  const signed = secrets.map((secret) => {
    const key = Buffer.from(secret.startsWith("whsec_") ? secret.slice("whsec_".length) : secret, "base64");
    return `v1,${createHmac("sha256", key).update(`${id}.${timestampSeconds}.${body}`).digest("base64")}`;
  });
  return { "webhook-id": id, "webhook-timestamp": String(timestampSeconds), "webhook-signature": signed.join(" ") };
}
