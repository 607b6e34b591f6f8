/**
 * Runs `work` with the copying methods of arrays in place. V8 puts them there when a process starts, which one that builds a snapshot never does, though it is of a version that has them
 * (Node 20); a process that starts from the snapshot brings its own again, so these are taken away after `work`. Where they are there already nothing is lent.
 */
export function withLentMethods(work: () => void, prototypes: readonly object[] = [Array.prototype, Object.getPrototypeOf(Uint8Array.prototype) as object]): void {
  const lent: (() => void)[] = [];
  for (const prototype of prototypes) {
    for (const [name, value] of Object.entries(methods)) {
      if (name in prototype) continue;
      Object.defineProperty(prototype, name, { value, configurable: true, writable: true, enumerable: false });
      lent.push(() => Reflect.deleteProperty(prototype, name));
    }
  }
  work();
  for (const back of lent) back();
}

const methods = {
  toSorted(this: unknown[], compare?: (a: unknown, b: unknown) => number): unknown[] {
    return this.slice().sort(compare);
  },
  toReversed(this: unknown[]): unknown[] {
    const copy = this.slice();
    for (let n = 0; n < copy.length; n++) copy[n] = this[copy.length - 1 - n];
    return copy;
  },
};
