/** One numbered step. Statements are constants of ours, one statement each, and never change once released: add a new step. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
}
