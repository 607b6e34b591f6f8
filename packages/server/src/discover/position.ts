/** Where a thing stands in source. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Line and column from 1 of an offset. */
export function positionAt(module: { readonly file: string; readonly text: string }, offset: number): Position {
  let line = 1;
  let start = 0;
  for (let at = module.text.indexOf("\n"); at >= 0 && at < offset; at = module.text.indexOf("\n", at + 1)) {
    line++;
    start = at + 1;
  }
  return { file: module.file, line, column: offset - start + 1 };
}
