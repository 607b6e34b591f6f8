import { createHash } from "node:crypto";
import ipaddr from "ipaddr.js";
import { Agent, request } from "undici";
import type { AlertChannel, SendResult } from "../alert-channel.ts";
import { signWebhook } from "./sign-webhook.ts";

/**
 * POSTs alerts as JSON, signed per Standard Webhooks. Redirects are not followed, link-local addresses (cloud metadata) are not
 * contacted, at most {@link responseBytesMax} bytes of an answer are read and none of them kept. 2xx is success; 410 Gone and other
 * 4xx (but 408, 425, 429) are final, the rest is tried again.
 */
export function webhookChannel(options: WebhookOptions): AlertChannel {
  const url = new URL(options.url);
  const timeoutMs = options.timeoutMs ?? timeoutMsDefault;
  const agent = new Agent({ connect: { timeout: timeoutMs }, connections: 1 });
  return {
    name: `webhook:${url.host}:${createHash("sha256").update(url.href).digest("hex").slice(0, 8)}`,
    send: async (message): Promise<SendResult> => {
      if (isLinkLocal(url.hostname)) return { ok: false, retry: false, reason: "link-local addresses are not contacted" };
      const body = JSON.stringify({ type: message.type, timestamp: message.at, data: message });
      const secrets = [options.secret, ...(options.previousSecret === undefined ? [] : [options.previousSecret])];
      const headers = { "content-type": "application/json", "user-agent": "postern", ...signWebhook(secrets, message.id, Math.floor(options.now() / 1_000), body) };
      try {
        const response = await request(url, { method: "POST", headers, body, dispatcher: agent, signal: AbortSignal.timeout(timeoutMs) });
        await response.body.dump({ limit: responseBytesMax }).catch(() => undefined);
        const status = response.statusCode;
        if (status >= 200 && status < 300) return { ok: true };
        if (status >= 300 && status < 400) return { ok: false, retry: false, reason: `answered ${status}; redirects are not followed` };
        return { ok: false, retry: status >= 500 || status === 408 || status === 425 || status === 429, reason: `answered ${status}` };
      } catch (error) {
        const name = error instanceof Error ? (Reflect.get(error, "code") ?? error.name) : "failed";
        return { ok: false, retry: true, reason: `no answer (${typeof name === "string" ? name : "failed"})` };
      }
    },
    close: () => void agent.destroy(),
  };
}

export interface WebhookOptions {
  readonly url: string;
  readonly secret: string;
  readonly previousSecret?: string | undefined;
  /** Milliseconds since the epoch; receivers refuse timestamps more than five minutes off, so this is the real clock. */
  readonly now: () => number;
  readonly timeoutMs?: number;
}

/** An answer to a webhook is a status; more than this is somebody filling our memory. */
export const responseBytesMax = 65_536;
const timeoutMsDefault = 10_000;

/** Names are not resolved here: the operator chose them. */
function isLinkLocal(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  return ipaddr.isValid(host) && ipaddr.process(host).range() === "linkLocal";
}
