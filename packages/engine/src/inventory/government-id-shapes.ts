/** A pattern: `#` a digit, `A` a capital, `&` either, anything else itself. */
export function shape(pattern: string): (text: string) => boolean {
  return (text) => {
    if (text.length !== pattern.length) return false;
    for (let i = 0; i < pattern.length; i++) {
      const code = text.charCodeAt(i);
      const digit = code >= 48 && code <= 57;
      const capital = code >= 65 && code <= 90;
      const wanted = pattern.charCodeAt(i);
      if (wanted === 35 ? !digit : wanted === 65 ? !capital : wanted === 38 ? !digit && !capital : wanted !== code) return false;
    }
    return true;
  };
}

/** Any of several patterns, as {@link shape} reads them. */
export function either(...patterns: readonly string[]): (text: string) => boolean {
  const shapes = patterns.map(shape);
  return (text) => shapes.some((fits) => fits(text));
}

/** So many bare digits, or grouped as the patterns say. */
export function plain(length: number, ...patterns: readonly string[]): (text: string) => boolean {
  return either("#".repeat(length), ...patterns);
}
