import { createTransport } from "nodemailer";
import type { AlertChannel } from "../alert-channel.ts";
import { alertLines } from "../alert-message.ts";

/**
 * Sends alerts by SMTP as plain text. A repeat carries the same Message-ID, and all mails of one incident thread under its first.
 * TLS is used when the server offers it, and required with `smtps:`.
 */
export function emailChannel(options: EmailOptions): AlertChannel {
  const transport = createTransport(options.smtp, { from: options.from });
  const domain = options.from.split("@").at(-1) ?? "postern.invalid";
  return {
    name: "email",
    send: async (message) => {
      const [subject = "", ...rest] = alertLines(message);
      try {
        await Promise.race([
          transport.sendMail({
            to: [...options.to],
            subject,
            text: `${rest.join("\n")}\n`,
            messageId: `<${message.id}@${domain}>`,
            references: [`<${message.incident.id}@${domain}>`],
            headers: { "Auto-Submitted": "auto-generated", "X-Postern-Incident": message.incident.id },
            disableFileAccess: true,
            disableUrlAccess: true,
          }),
          timeout(options.timeoutMs ?? timeoutMsDefault),
        ]);
        return { ok: true };
      } catch (error) {
        const code = numberOf(error, "responseCode");
        // 5yz is a permanent refusal (RFC 5321 §4.2.1); wrong credentials (535) may be mended, so that one is tried again.
        return {
          ok: false,
          retry: code === undefined || code < 500 || code === 535,
          reason: code === undefined ? `no mail server (${textOf(error, "code") ?? "failed"})` : `the mail server answered ${code}`,
        };
      }
    },
    close: () => transport.close(),
  };
}

export interface EmailOptions {
  /** `smtp://user:password@host:587` or `smtps://…`. Never logged. */
  readonly smtp: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly timeoutMs?: number;
}

/** A server that hangs must not hold the others back. */
const timeoutMsDefault = 20_000;

function timeout(ms: number): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(Object.assign(new Error("timeout"), { code: "ETIMEDOUT" })), ms).unref());
}

function numberOf(error: unknown, key: string): number | undefined {
  const value: unknown = typeof error === "object" && error !== null ? Reflect.get(error, key) : undefined;
  return typeof value === "number" ? value : undefined;
}

function textOf(error: unknown, key: string): string | undefined {
  const value: unknown = typeof error === "object" && error !== null ? Reflect.get(error, key) : undefined;
  return typeof value === "string" ? value : undefined;
}
