import { describe, expect, it } from "vitest";
import { clientAttributes } from "../detect/names/client-attributes.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";
import type { NamedClients } from "./gate-policy.ts";
import { type LooksOf, NamedApart } from "./named-apart.ts";

const day = 86_400_000;
const rule: NamedClients = { subsets: [[{ kind: "request shape", values: ["bbbbbbbb"] }]] };
const looks =
  (shape: string, address = "192.0.2.1"): LooksOf =>
  (asns) =>
    clientAttributes({ address, ja4: undefined, shape, userAgent: "", block: "", asn: asns?.textOf(address) ?? "" });

/** Outcomes of the others that never follow up, until their test speaks. */
function untilFallBack(apart: NamedApart, at: number): number {
  for (let n = 1; n < 1_000; n++) if (apart.othersJudged(false, 0.25, at)) return n;
  return Number.POSITIVE_INFINITY;
}

describe("holding off only those who were named", () => {
  it("tells them from the others, and nobody while nobody is named", () => {
    const apart = new NamedApart();
    expect(apart.sideOf(looks("bbbbbbbb"), day)).toBeUndefined();
    apart.obey(rule, day);
    expect([apart.sideOf(looks("bbbbbbbb"), day), apart.sideOf(looks("aaaaaaaa"), day), apart.sideOf(looks(""), day)]).toEqual(["named", "others", "others"]);
  });

  it("knows a named network by the addresses the name came with", () => {
    const apart = new NamedApart();
    apart.obey({ subsets: [[{ kind: "ASN", values: ["AS64500"] }]], ranges: [["AS64500", "198.51.100.0", "198.51.100.255"]] }, day);
    expect([apart.sideOf(looks("a", "198.51.100.9"), day), apart.sideOf(looks("a", "198.51.101.9"), day)]).toEqual(["named", "others"]);
  });

  it("knows who asks where a list stands by the rank of whom he asks about, and takes nobody for one who has none", () => {
    const apart = new NamedApart();
    apart.obey({ subsets: [], fronts: [{ from: 500, to: 600 }] }, day);
    const about =
      (...rank: string[]): LooksOf =>
      () => [...looks("aaaaaaaa")(undefined), ...rank];
    expect([about("499"), about("500"), about("600"), about("601"), about()].map((client) => apart.sideOf(client, day))).toEqual(["others", "named", "named", "others", "others"]);
  });

  it("gives all who are named one answer in four hours together", () => {
    const apart = new NamedApart();
    apart.obey(rule, 0);
    let given = 0;
    for (let at = 0; at < 10 * day; at += 30_000) if (apart.takes(1, at)) given++;
    expect(given).toBeLessThanOrEqual(61);
  });

  it("falls back to all after few questions of an attacker who has changed his looks, and each time for twice as long", () => {
    const apart = new NamedApart();
    apart.obey(rule, 0);
    let at = 0;
    let told = 0;
    let changes = 0;
    for (; at < 90 * day; at += day / 8) {
      if (apart.sideOf(looks("aaaaaaaa"), at) === undefined) continue;
      const cost = untilFallBack(apart, at);
      expect(cost).toBeLessThanOrEqual(12);
      told += cost;
      changes++;
    }
    expect(changes).toBeLessThanOrEqual(9);
    expect(told).toBeLessThanOrEqual(108);
  });

  it("is not made to fall back by honest people, as far as chance goes", () => {
    const apart = new NamedApart();
    apart.obey(rule, 0);
    let alarms = 0;
    let seed = 7;
    for (let n = 0; n < 20_000; n++) {
      seed = (seed * 16_807) % 2_147_483_647;
      if (apart.othersJudged(seed / 2_147_483_647 >= 0.25, 0.3, 0)) alarms++;
    }
    expect(alarms).toBe(0);
  });

  it("says that it is over when the name is taken back and nobody named has come for long, and not while they come", () => {
    const apart = new NamedApart();
    apart.obey(rule, 0);
    apart.takes(1, day);
    expect(apart.obey(undefined, day + policy.namedOverMs - 1)).toBeUndefined();
    apart.obey(rule, 2 * day);
    expect(apart.obey(undefined, 2 * day)).toBe("over");
    expect(apart.obey(undefined, 2 * day)).toBeUndefined();
  });

  it("says nothing of the kind when it had fallen back", () => {
    const apart = new NamedApart();
    apart.obey(rule, 0);
    untilFallBack(apart, day);
    expect(apart.obey(undefined, day + 1)).toBeUndefined();
  });
});
