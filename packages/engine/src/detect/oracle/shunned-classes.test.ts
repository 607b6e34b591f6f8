import { describe, expect, it } from "vitest";
import { askedMax, bothNetworksMin, followedMax, followedPerMiss, ShunnedClasses } from "./shunned-classes.ts";

const sent = 0;
const unknown = 1;
/** People who followed up, all told that something was sent; others who were asked about; and networks that saw both. */
function seen(people: number, others: Partial<Others> = {}): ShunnedClasses {
  const { known = 0, nobody = 100, networks = bothNetworksMin } = others;
  const classes = new ShunnedClasses(2);
  for (let n = 0; n < people + known; n++) classes.asked(sent);
  for (let n = 0; n < nobody; n++) classes.asked(unknown);
  for (let n = 0; n < people; n++) classes.followed(1 << sent);
  for (let n = 0; n < networks; n++) classes.both(sent, unknown, `network ${n}`);
  return classes;
}

interface Others {
  readonly known: number;
  readonly nobody: number;
  readonly networks: number;
}

describe("ShunnedClasses", () => {
  it("takes the one of two answers for said of nobody that sixty people who exist never got, and three networks got beside the other", () => {
    expect([followedPerMiss - 1, followedPerMiss].map((people) => seen(people).has(unknown))).toEqual([false, true]);
    expect(seen(200, { networks: bothNetworksMin - 1 }).has(unknown)).toBe(false);
    expect(seen(200).has(sent)).toBe(false);
    const one = seen(200, { networks: 0 });
    for (let n = 0; n < 50; n++) one.both(sent, unknown, "one network");
    expect(one.has(unknown)).toBe(false);
  });

  it("takes none that is rare among those who do not follow up", () => {
    expect(seen(60, { known: 190, nobody: 10 }).has(unknown)).toBe(false);
    expect(seen(60, { known: 60, nobody: 40 }).has(unknown)).toBe(true);
  });

  it("takes none that more than one in sixty who exist ever got, then or later", () => {
    const classes = seen(119);
    classes.followed((1 << sent) | (1 << unknown));
    expect(classes.has(unknown)).toBe(true);
    classes.again(unknown);
    expect(classes.has(unknown)).toBe(false);
  });

  it("forgets by halves, so that a change of the service shows", () => {
    const classes = seen(0);
    for (let n = 0; n < followedMax - 1; n++) classes.followed(3);
    expect((classes.exportState() as { readonly followed: number }).followed).toBe(followedMax - 1);
    classes.followed(3);
    expect(classes.exportState()).toMatchObject({ followed: followedMax / 2, got: [followedMax / 2, followedMax / 2] });
    for (let n = 0; n < 8 * followedMax; n++) {
      classes.asked(n % 3 === 0 ? unknown : sent);
      if (n % 3 !== 0) classes.followed(1 << sent);
    }
    expect(classes.has(unknown)).toBe(true);
    for (let n = 0; n < askedMax; n++) classes.asked(sent);
    const { asked } = classes.exportState() as { readonly asked: readonly number[] };
    expect(asked.reduce((sum, count) => sum + count, 0)).toBeLessThan(askedMax);
  });

  it("goes on after a restart; folded together, two classes count for one", () => {
    const classes = seen(100);
    const restored = new ShunnedClasses(2);
    restored.restore(JSON.parse(JSON.stringify(classes.exportState())));
    expect(restored.exportState()).toEqual(classes.exportState());
    expect(restored.has(unknown)).toBe(true);
    restored.coarsen(() => sent);
    expect([sent, unknown].map((symbol) => restored.has(symbol))).toEqual([false, false]);
  });
});
