import { symbolsMax } from "../observe/e-process.ts";
import { type LabelledAnswer, LabelProof } from "./label-proof.ts";

/** What headers tell beyond the class: the same proof by labels, with signatures of headers for classes, within a class of answers and a kind of caller. */
export class HeaderProof {
  readonly #proof: LabelProof;
  /** By symbol; what comes after {@link signaturesMax} shares the last place, which proves nothing. */
  readonly #signatures: string[];

  constructor(proof = new LabelProof(), signatures: readonly string[] = []) {
    this.#proof = proof;
    this.#signatures = signatures.slice(0, signaturesMax);
  }

  /** Of which headers the answer has, see `headerSignature`; -1 where headers were not seen. */
  symbolOf(signature: string | undefined): number {
    if (signature === undefined) return -1;
    const known = this.#signatures.indexOf(signature);
    if (known >= 0) return known;
    return this.#signatures.length < signaturesMax ? this.#signatures.push(signature) - 1 : signaturesMax;
  }

  observe(answer: LabelledAnswer): void {
    if (answer.symbol >= 0) this.#proof.observe(answer);
  }

  /** Answers of one class have other headers when the subject exists. */
  proven(at: number): boolean {
    return this.#proof.labels > 0 && this.#proof.proven(at);
  }

  /** What the headers alone tell, with the names that the commonest headers of either side do not share. */
  channel(at: number): HeaderChannel {
    const commonest = (exists: boolean): ReadonlySet<string> => {
      let [best, most] = ["", 0];
      for (const [symbol, signature] of this.#signatures.entries()) {
        const count = this.#proof.count(exists, symbol);
        if (count > most) [best, most] = [signature, count];
      }
      return new Set(best.split(" "));
    };
    const [existing, missing] = [commonest(true), commonest(false)];
    return {
      counts: this.#proof.counts(),
      logE: this.#proof.logE(at),
      names: [...[...existing].filter((name) => !missing.has(name)), ...[...missing].filter((name) => !existing.has(name))].slice(0, namesShown),
    };
  }

  exportState(): { readonly headerProof: unknown; readonly signatures: readonly string[] } {
    return { headerProof: this.#proof.exportState(), signatures: this.#signatures };
  }

  static restore(proof: unknown, signatures: readonly unknown[]): HeaderProof {
    return new HeaderProof(LabelProof.restore(proof, [[], []]), signatures.map(String));
  }
}

/** What headers tell beyond the class. */
export interface HeaderChannel {
  /** `[missing, existing]` by signature. */
  readonly counts: readonly [readonly number[], readonly number[]];
  readonly logE: number;
  readonly names: readonly string[];
}

/** Signatures told apart on an endpoint. */
export const signaturesMax = symbolsMax - 1;
const namesShown = 8;
