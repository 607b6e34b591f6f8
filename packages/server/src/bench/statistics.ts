/** The value below which `share` (0–1) of the values lie, by nearest rank; 0 for no values. Sorts its argument in place when it is not sorted yet. */
export function percentile(values: number[] | Float64Array, share: number): number {
  if (values.length === 0) return 0;
  values.sort((a, b) => a - b);
  return values[Math.min(values.length - 1, Math.max(0, Math.ceil(share * values.length) - 1))] ?? 0;
}

/** Middle, least and greatest of the turns of one contender. */
export function spread(turns: readonly number[]): Spread {
  const sorted = [...turns];
  return { median: percentile(sorted, 0.5), min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0, turns: [...turns] };
}

/**
 * `a` over `b`, turn by turn: what disturbs the machine disturbs both sides of one turn. Turns without a partner, or with nothing measured, are
 * left out.
 */
export function ratios(a: readonly number[], b: readonly number[]): number[] {
  return a.flatMap((value, turn) => {
    const other = b[turn];
    return other === undefined || other <= 0 || value <= 0 ? [] : [value / other];
  });
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** In the order they were taken. */
  readonly turns: readonly number[];
}
