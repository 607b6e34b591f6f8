import type { Children } from "./children.ts";

/** What every measurement of one run shares. */
export interface BenchContext {
  readonly children: Children;
  /** A scratch directory, removed at the end. */
  readonly dir: string;
  readonly quick: boolean;
  /** How much of the memory bench's crowds is asked: 1 is all. */
  readonly scale: number;
  /** Progress, for whoever watches standard error. */
  readonly say: (line: string) => void;
  /** What the reader has to know; measurements add to it. */
  readonly notes: string[];
}
