/** What people were told of one endpoint's sources, so that they hear of each once. */
export class ToldSources {
  readonly #told = new Map<string, number>();
  #ceilingDay = -1;

  /**
   * True once per source and step, -1 for a first refusal. At {@link toldMax} sources everything counts as told until the day is over (the endpoint's own signals go
   * on); first refusals fill half of it at most, so that a flood of addresses refused once does not hide the one that asks a thousand times.
   */
  once(slot: number, keyHi: number, step: number): boolean {
    const key = `${slot}.${keyHi}`;
    const before = this.#told.get(key);
    if (before !== undefined && before >= step) return false;
    if (before === undefined && this.#told.size >= (step < 0 ? toldLowMax : toldMax)) return false;
    this.#told.set(key, step);
    return true;
  }

  /** That the ceiling is reached: true once a day. */
  ceiling(at: number): boolean {
    const day = Math.floor(at / 86_400_000);
    if (this.#ceilingDay === day) return false;
    this.#ceilingDay = day;
    return true;
  }

  /** Makes room where there is little. */
  newDay(): void {
    if (this.#told.size >= toldLowMax) this.#told.clear();
  }
}

/** Sources told about, an endpoint and day: nobody reads more. */
export const toldMax = 10_000;
const toldLowMax = toldMax / 2;
