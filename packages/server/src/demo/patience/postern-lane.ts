import { compareLevels, type Disclosure, Incidents, Judge, normalForm } from "@postern/engine";
import { dashed, exchangeOf } from "@postern/testkit";
import { makePorts } from "../../keys/make-ports.ts";
import type { Lane } from "./lane.ts";

/** Postern as behind `postern protect`, without its processes: the engines of gate and hub, enforcing from the first day. A page is an incident of level high. */
export function posternLane(): Lane {
  return {
    id: "postern",
    name: "Postern",
    front: ({ attack }, tell) => {
      const ports = makePorts({ secret: new TextEncoder().encode("patience") }, 7);
      const incidents = new Incidents();
      const addresses = new Set(attack?.sessions.map((session) => session.address));
      const rows: Disclosure[] = [];
      let ids = 0;
      const judge = new Judge(
        ports,
        { mode: "enforce", newId: () => `s${(ids += 1)}` },
        {
          exchange: (exchange, _step, disclosed) => {
            if (addresses.has(exchange.client.address)) for (const row of disclosed) if (row.answer === "truthful") rows.push(row);
          },
          signals: (signals) => {
            for (const signal of signals) incidents.observe(signal);
            for (const alert of incidents.dueAlerts()) if (alert.change !== "summary" && compareLevels(alert.incident.level, "high") >= 0) tell(alert.at);
          },
        },
      );
      let requests = 0;
      return {
        answer: (arrival, serve) => {
          const answer = serve();
          return judge.decide(exchangeOf(arrival, { durationMs: 0, ...answer }, { id: `x${(requests += 1)}`, host: "latchkey.example" })).answer ?? answer;
        },
        finish: () => {
          judge.finish();
          const confirmed = new Set<string>();
          for (const row of rows) if (judge.ledger.meaning(row.endpointId, row.responseClass) === "confirmed") confirmed.add(row.subject);
          const known = new Set<string>();
          for (const [national, said] of attack?.notes ?? []) if (said === "exists") known.add(ports.hash("phone", normalForm("phone", dashed(national))));
          return { unaccounted: missing(known, confirmed), invented: missing(confirmed, known) };
        },
      };
    },
  };
}

/** How many of `these` are not among `those`. */
function missing(these: ReadonlySet<string>, those: ReadonlySet<string>): number {
  let count = 0;
  for (const one of these) if (!those.has(one)) count += 1;
  return count;
}
