import pc from "picocolors";
import type { AlertChannel } from "../alert-channel.ts";
import { alertLines } from "../alert-message.ts";

/** Writes alerts to a terminal or a log, one block each. `write` gets whole lines. */
export function terminalChannel(options: { readonly write: (text: string) => void; readonly color: boolean }): AlertChannel {
  const paint = pc.createColors(options.color);
  return {
    name: "terminal",
    send: async (message) => {
      const [subject = "", ...rest] = alertLines(message);
      const loud = message.level === "high" || message.level === "critical" ? paint.red : paint.yellow;
      try {
        options.write(`${loud(paint.bold(subject))}\n${rest.map((line) => `  ${line}\n`).join("")}`);
        return { ok: true };
      } catch {
        return { ok: false, retry: true, reason: "the terminal cannot be written" };
      }
    },
  };
}
