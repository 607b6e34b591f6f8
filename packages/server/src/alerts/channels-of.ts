import type { Config } from "../config/config-schema.ts";
import type { AlertChannel } from "./alert-channel.ts";
import { emailChannel } from "./email/email-channel.ts";
import { terminalChannel } from "./terminal/terminal-channel.ts";
import { webhookChannel } from "./webhook/webhook-channel.ts";

/** The channels a configuration asks for. */
export function channelsOf(alerts: Config["alerts"], host: { readonly write: (text: string) => void; readonly color: boolean; readonly now: () => number }): AlertChannel[] {
  return [
    ...(alerts.terminal ? [terminalChannel(host)] : []),
    ...(alerts.email === undefined ? [] : [emailChannel(alerts.email)]),
    ...(alerts.webhook ?? []).map((webhook) => webhookChannel({ ...webhook, now: host.now })),
  ];
}
