import fc from "fast-check";
import { expect, test } from "vitest";
import { type AgedEntry, AgedMap } from "./aged-map.ts";

interface Entry extends AgedEntry<number, Entry> {
  readonly key: number;
}

test("it holds what a Map holds, and its oldest is the one a Map would list first, however entries come, move and go", () => {
  const steps = fc.array(fc.record({ what: fc.constantFrom("set", "set", "touch", "remove", "evict"), key: fc.nat({ max: 12 }) }), { maxLength: 80 });
  fc.assert(
    fc.property(steps, (list) => {
      const plain = new Map<number, Entry>();
      const aged = new AgedMap<number, Entry>();
      for (const { what, key } of list) {
        const known = aged.get(key);
        expect(known).toBe(plain.get(key));
        if (what === "evict") {
          const { oldest } = aged;
          if (oldest !== undefined) {
            aged.remove(oldest);
            plain.delete(oldest.key);
          }
        } else if (known === undefined) {
          if (what !== "set") continue;
          const entry: Entry = { key, older: undefined, newer: undefined };
          aged.add(entry);
          plain.set(key, entry);
        } else if (what === "touch") {
          aged.touch(known);
          plain.delete(key);
          plain.set(key, known);
        } else if (what === "remove") {
          aged.remove(known);
          plain.delete(key);
        }
        expect(aged.size).toBe(plain.size);
        expect(aged.oldest?.key).toBe(plain.keys().next().value);
      }
      const order = [];
      for (let at = aged.oldest; at !== undefined; at = at.newer) order.push(at.key);
      expect(order).toEqual([...plain.keys()]);
    }),
  );
});
