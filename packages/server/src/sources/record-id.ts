/** Longest name part of an id: with `:` and a line number below 2^53 the id stays within 128 characters. */
export const nameCharactersMax = 108;

/** Id of a record that has none of its own: `<name>:<line>`; of a long name its end is kept. */
export function recordId(name: string, line: number): string {
  return `${name.length > nameCharactersMax ? name.slice(-nameCharactersMax) : name}:${line}`;
}
