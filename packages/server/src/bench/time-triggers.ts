import { Ledger, type TriggerDefinition, type TriggerFacts, Triggers, triggerFactsOf } from "@postern/engine";
import { re2 } from "../config/re2.ts";
import { makePorts } from "../keys/make-ports.ts";
import { sampleExchange } from "./sample-exchanges.ts";

export interface TriggerTimes {
  /** CPU an exchange. */
  readonly micros: number;
}

/** What thirty rules as people write them, in CEL, cost the hub an exchange; none of them runs on the gate's thread. A third of `count` is run first, unmeasured. */
export function timeTriggers(count: number): TriggerTimes {
  const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
  const ledger = new Ledger(ports, { mode: "observe" });
  const triggers = new Triggers(thirty, { random: ports.random, re2 });
  const warm = Math.floor(count / 3);
  const facts: TriggerFacts[] = [];
  const at = (n: number): number => baseAt + n / 4;
  for (let n = 0; n < warm + count; n++) {
    const exchange = sampleExchange(n % 2 === 0 ? "lookup" : "no-body", n, at(n));
    const { view, endpoint, actor, subjects, responseClass } = ledger.onExchange(exchange);
    facts.push(
      triggerFactsOf(
        { exchange, endpointId: endpoint?.id, actor, subjects, subjectsTruncated: false, responseClass },
        {
          host: view.host,
          endpoint: endpoint === undefined ? undefined : { method: endpoint.method, path: endpoint.template, auth: endpoint.posture().verdict, oracle: "" },
          credentialKind: view.credential?.kind,
          meaning: undefined,
        },
      ),
    );
  }
  let from = process.cpuUsage();
  for (const [n, fact] of facts.entries()) {
    if (n === warm) from = process.cpuUsage();
    triggers.observe(fact, at(n));
  }
  const [blind] = Object.keys(triggers.errors());
  if (blind !== undefined) throw new Error(`The rule ${blind} failed.`);
  const used = process.cpuUsage(from);
  return { micros: (used.user + used.system) / count };
}

/** Five sorts of rule, each about six parts of an interface. */
const thirty: readonly TriggerDefinition[] = ["orders", "invoices", "tickets", "devices", "carts", "users"].flatMap((part): TriggerDefinition[] => {
  const here = `endpoint.path.contains('/${part}/')`;
  const rule = (id: string, rest: Omit<TriggerDefinition, "id" | "title" | "level">): TriggerDefinition => ({ id: `${part}-${id}`, title: id, level: "medium", ...rest });
  return [
    rule("many-people", { let: { fan: { distinct: "subjects", where: here, by: ["network"], over: "10m" } }, when: "fan > 1000000" }),
    rule("many-answers", { let: { seen: { count: `${here} && status == 200`, by: ["network"], over: "1h" } }, when: "seen > 1000000 && !credential.present" }),
    rule("refusals", { let: { refused: { ratio: "status == 401 || status == 403", where: here, over: "10m" } }, when: "refused > 2.0" }),
    rule("silence", { let: { seen: { count: here, over: "1h" } }, when: "seen < 0", every: "10m" }),
    rule("stranger", { when: `${here} && method == 'DELETE' && !credential.present` }),
  ];
});

const baseAt = Date.UTC(2026, 0, 5, 9);
