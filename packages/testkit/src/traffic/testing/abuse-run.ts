import { createHmac } from "node:crypto";
import { compareLevels, Incidents, Judge, type Ports, type Signal } from "@postern/engine";
import { runDirect } from "../../drive/run-direct.ts";
import type { Latchkey } from "../../latchkey/latchkey.ts";
import type { Abuse } from "../abuse.ts";
import { mergeSessions, type Session } from "../session.ts";

/** Plays honest traffic and at most one attack against a service, and has the engine judge it as recorded. */
export function runAbuse(service: Pick<Latchkey, "handle">, honest: Iterable<Session>, attack: Abuse | undefined, from: number, to: number): AbuseRun {
  const signals: Signal[] = [];
  const incidents = new Incidents();
  let pages = 0;
  const ids = { next: 0 };
  const judge = new Judge(
    ports,
    {
      mode: "observe",
      newId: () => `s${(ids.next += 1)}`,
      sourceSlots: 4_096,
      pairs: 50_000,
      pending: 4_096,
      abuse: { costs: { currency: "EUR", byPrefix: new Map([["", 0.05]]) } },
    },
    {
      exchange: () => {},
      signals: (raised) => {
        for (const signal of raised) {
          if (signal.detector.startsWith("enumeration")) continue;
          signals.push(signal);
          incidents.observe(signal);
        }
        for (const alert of incidents.dueAlerts()) if (alert.change !== "summary" && compareLevels(alert.incident.level, "high") >= 0) pages += 1;
      },
    },
  );
  const { events } = runDirect(attack === undefined ? honest : mergeSessions(honest, attack.sessions), service, { from, to, host: "shop.example" }, (exchange) =>
    judge.push(exchange),
  );
  judge.finish();
  const kinds = Object.fromEntries(judge.ledger.inventory.endpoints().map((endpoint) => [`${endpoint.method} ${endpoint.clearTemplate}`, judge.ledger.kindOf(endpoint)] as const));
  return {
    signals,
    pages,
    events,
    kinds,
    judge,
    until: (detector, level = "high") => {
      const first = signals.find((signal) => signal.detector === detector && compareLevels(signal.level, level) >= 0 && signal.at >= (attack?.sessions[0]?.startAt ?? 0));
      return first === undefined ? undefined : (attack?.notes.filter((at) => at <= first.at).length ?? 0);
    },
  };
}

export interface AbuseRun {
  readonly signals: readonly Signal[];
  readonly pages: number;
  readonly events: number;
  readonly kinds: Readonly<Record<string, ReturnType<Judge["ledger"]["kindOf"]>>>;
  readonly judge: Judge;
  /** Tries, messages or prompts of the attack until this detector said so at this level or above; undefined for never. */
  until(detector: string, level?: Signal["level"]): number | undefined;
}

const ports: Ports = {
  hash: (type, normal) => createHmac("sha256", "k").update(`${type}\0${normal}`).digest("hex").slice(0, 16),
  random: () => 7,
  decodeUtf8: (bytes) => new TextDecoder().decode(bytes),
};
