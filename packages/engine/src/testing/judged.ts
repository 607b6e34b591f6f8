import type { Disclosure } from "../decide/gate-policy.ts";
import type { Signal } from "../detect/signal.ts";
import type { Exchange } from "../exchange/exchange.ts";
import { type Decision, Judge, type JudgeOptions } from "../judge.ts";
import { ports } from "./ports.ts";

/** For tests: a judge that enforces, with small tables, and all that it said. */
export class Judged {
  /** By place of input. */
  readonly decisions: Decision[] = [];
  readonly signals: Signal[] = [];
  readonly rows: { readonly row: Disclosure; readonly address: string }[] = [];
  readonly judge: Judge;
  #ids = 0;

  constructor(options: Partial<JudgeOptions> = {}) {
    this.judge = new Judge(
      ports,
      { mode: "enforce", newId: () => `s${this.#ids++}`, sourceSlots: 4_096, pairs: 50_000, pending: 4_096, ...options },
      {
        decision: (index, decision) => (this.decisions[index] = decision),
        exchange: (exchange, _step, rows) => this.rows.push(...rows.map((row) => ({ row, address: exchange.client.address }))),
        signals: (signals) => this.signals.push(...signals),
      },
    );
  }

  get ledger(): Judge["ledger"] {
    return this.judge.ledger;
  }

  /** Judges all of these to the end. */
  all(input: Iterable<Exchange>): this {
    for (const exchange of input) this.judge.push(exchange);
    this.judge.finish();
    return this;
  }

  /** Judges one as it happens; true when the answer was the service's own. */
  answers(exchange: Exchange): boolean {
    return this.judge.decide(exchange).answer === undefined;
  }
}
