/**
 * Turns of one endpoint: a caller sent a request again with few values changed, and the answer became another one. Who corrects himself ends at success, so where A turned to B
 * for several callers and B to A for hardly any, A is a refusal and B an acceptance, and what was changed is what was wrong.
 *
 * Bounds: {@link turnsMax} pairs of labels, {@link networksMax} networks a pair: further ones add nothing, and one network counts once. What turned the other way is counted until then only: behind
 * addresses that many share somebody fails right after another succeeded, every day a few, and one machine that signs in as many people does nothing else; years of them must not undo what is known.
 */
export class Turns {
  readonly #turns = new Map<string, Turn>();

  constructor(state: readonly TurnState[] = []) {
    for (const { from, to, networks, fields } of state.slice(0, turnsMax)) this.#turns.set(`${from}>${to}`, { from, to, networks: new Set(networks), fields: new Map(fields) });
  }

  add(from: string, to: string, network: string, changed: readonly string[]): void {
    const key = `${from}>${to}`;
    let turn = this.#turns.get(key);
    if (turn === undefined) {
      if (this.#turns.size >= turnsMax) return;
      turn = { from, to, networks: new Set(), fields: new Map() };
      this.#turns.set(key, turn);
    }
    if (turn.networks.has(network) || turn.networks.size >= networksMax) return;
    if ((this.#turns.get(`${to}>${from}`)?.networks.size ?? 0) >= networksMax) return;
    turn.networks.add(network);
    for (const name of changed) if (turn.fields.has(name) || turn.fields.size < fieldsMax) turn.fields.set(name, (turn.fields.get(name) ?? 0) + 1);
  }

  /** What turned the other way for hardly anybody; networks that vouch for it. */
  oneWay(): readonly { readonly from: string; readonly to: string; readonly networks: number; readonly fields: ReadonlyMap<string, number> }[] {
    const found = [];
    for (const turn of this.#turns.values()) {
      const back = this.#turns.get(`${turn.to}>${turn.from}`)?.networks.size ?? 0;
      if (back * 4 <= turn.networks.size) found.push({ from: turn.from, to: turn.to, networks: turn.networks.size, fields: turn.fields });
    }
    return found;
  }

  exportState(): readonly TurnState[] {
    return [...this.#turns.values()].map(({ from, to, networks, fields }) => ({ from, to, networks: [...networks], fields: [...fields] }));
  }
}

export interface TurnState {
  readonly from: string;
  readonly to: string;
  /** Keyed hashes. */
  readonly networks: readonly string[];
  readonly fields: readonly (readonly [name: string, votes: number])[];
}

interface Turn {
  readonly from: string;
  readonly to: string;
  readonly networks: Set<string>;
  readonly fields: Map<string, number>;
}

export const turnsMax = 16;
export const networksMax = 32;
const fieldsMax = 8;
