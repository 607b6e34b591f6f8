/**
 * Newcomers of one endpoint who were held off, each once, beside those who were answered, within an hour: when most are held and they are many, people are to be told, whatever else is known.
 * Where nobody is seen to follow up, or each asks about many at once and is held for that, no other test of a crowd ever comes to an end, and thousands were held with nobody woken.
 *
 * Constant size. Mistakes: a rush of honest newcomers where none is seen to follow up; they are held off as well, which somebody should know. Missed: less than {@link heldMin} sources an hour; an
 * attacker whose questions are answered as often as held (then other tests speak). He cannot make it silent by asking more.
 */
export class HeldCrowd {
  #from = 0;
  #held = 0;
  #answered = 0;
  #told = false;

  /** A newcomer was answered truthfully. */
  answered(at: number): void {
    this.#roll(at);
    this.#answered += 1;
  }

  /** A source was held off for the first time today. True once an hour: now people are to be told. Not before it has gone on for `patienceMs`, in which other tests may decide. */
  held(at: number, patienceMs: number): boolean {
    this.#roll(at);
    this.#held += 1;
    if (this.#told || at - this.#from < patienceMs || this.#held < heldMin || this.#held < heldPerAnswered * this.#answered) return false;
    this.#told = true;
    return true;
  }

  get count(): number {
    return this.#held;
  }

  #roll(at: number): void {
    if (at - this.#from < windowMs && at >= this.#from) return;
    this.#from = at;
    this.#held = 0;
    this.#answered = 0;
    this.#told = false;
  }
}

/** Honest worlds have a few dozen a day; an office's or a home's people are one source. */
export const heldMin = 64;
/** A flash crowd is answered at its usual rate and released by its own follow-ups; an attack is nearly all held. */
export const heldPerAnswered = 4;
const windowMs = 3_600_000;
