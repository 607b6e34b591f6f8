/**
 * The same function with its answers to the last texts remembered, in memory only: at most `max` texts of at most {@link rememberedCharactersMax}; when they are
 * full it starts anew. For what headers repeat: media types, host names, programs.
 */
export function rememberText<T>(compute: (text: string) => T, max = 256): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const held = known.get(text);
    if (held !== undefined) return held;
    const answer = compute(text);
    if (text.length <= rememberedCharactersMax) {
      if (known.size >= max) known.clear();
      known.set(text, answer);
    }
    return answer;
  };
}

/** Longer texts are worked out each time. */
export const rememberedCharactersMax = 512;
