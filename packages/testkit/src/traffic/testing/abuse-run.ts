import { createHmac } from "node:crypto";
import { compareLevels, type Exchange, Incidents, Judge, type Mode, type Ports, type Signal } from "@postern/engine";
import { runDirect } from "../../drive/run-direct.ts";
import type { Latchkey } from "../../latchkey/latchkey.ts";
import type { Abuse } from "../abuse.ts";
import { mergeSessions, type Session, type TrafficAnswer } from "../session.ts";

/** Plays honest traffic and at most one attack against a service, and has the engine judge it: as recorded, or (`enforce`) as a gate that stops what it is told to. */
export function runAbuse(service: Pick<Latchkey, "handle">, honest: Iterable<Session>, attack: Abuse | undefined, from: number, to: number, mode: Mode = "observe"): AbuseRun {
  const stopped = { attack: 0, passed: 0, honest: 0, refused: 0 };
  const signals: Signal[] = [];
  const incidents = new Incidents();
  let pages = 0;
  const ids = { next: 0 };
  const judge = new Judge(
    ports,
    {
      mode,
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
  const sessions = attack === undefined ? honest : mergeSessions(honest, attack.sessions);
  const paged = (detector: string): boolean => signals.some((signal) => signal.detector === detector && compareLevels(signal.level, "high") >= 0);
  const decide = (exchange: Exchange, session: Session): Pick<TrafficAnswer, "status" | "headers" | "body"> | undefined => {
    const ruled = judge.decide(exchange);
    const refused = ruled.action === "throttle";
    if (session.kind !== attack?.kind) {
      stopped.honest += 1;
      if (refused) stopped.refused += 1;
    } else if (attack.notes.includes(exchange.at) && paged(detectors[attack.kind] ?? "")) {
      stopped.attack += 1;
      if (!refused) stopped.passed += 1;
    }
    return ruled.answer;
  };
  const sent = { from, to, host: "shop.example" };
  const { events } = mode === "observe" ? runDirect(sessions, service, sent, (exchange) => judge.push(exchange)) : runDirect(sessions, service, { ...sent, gate: decide });
  judge.finish();
  const kinds = Object.fromEntries(judge.ledger.inventory.endpoints().map((endpoint) => [`${endpoint.method} ${endpoint.clearTemplate}`, judge.ledger.kindOf(endpoint)] as const));
  return {
    signals,
    pages,
    events,
    stopped,
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
  /** Of a gate that enforces: tries, messages or prompts of the attack after it was told at `high`, how many of them passed; requests of honest people, how many were refused. */
  readonly stopped: { readonly attack: number; readonly passed: number; readonly honest: number; readonly refused: number };
  readonly kinds: Readonly<Record<string, ReturnType<Judge["ledger"]["kindOf"]>>>;
  readonly judge: Judge;
  /** Tries, messages or prompts of the attack until this detector said so at this level or above; undefined for never. */
  until(detector: string, level?: Signal["level"]): number | undefined;
}

/** What tells of an attack. */
const detectors: Readonly<Record<string, string>> = {
  "otp-spray": "otp.spray",
  "otp-brute-force": "otp.brute-force",
  "sms-pumping": "sms.pumping",
  "push-bombing": "push.bombing",
  "login-stuffing": "login.stuffing",
  "login-spray": "login.spray",
};

const ports: Ports = {
  hash: (type, normal) => createHmac("sha256", "k").update(`${type}\0${normal}`).digest("hex").slice(0, 16),
  random: () => 7,
  decodeUtf8: (bytes) => new TextDecoder().decode(bytes),
};
