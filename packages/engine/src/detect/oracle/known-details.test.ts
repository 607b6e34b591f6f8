import { describe, expect, it } from "vitest";
import { hex } from "../../testing/guarded-lookup.ts";
import { alikeIn, bareForMs, classesMax, endpointsMax, known, KnownDetails, namesMax, peopleMax } from "./known-details.ts";

const hour = 3_600_000;
const day = 24 * hour;
const won = ["covered"];

/** A portal that is asked by member number, with a name and a date of birth; what people send is a keyed hash already. */
class Portal {
  details = new KnownDetails();
  at = Date.UTC(2026, 2, 2);

  answered(n: number, more: Partial<{ network: string; birth: string; classId: string; accepted: boolean; extra: string; endpointId: string; bare: boolean }> = {}): void {
    const { network = `home${n}`, birth = hex(n, 1), classId = "covered", accepted = true, extra, endpointId = "e", bare = false } = more;
    const fields = [{ name: "json:lastName", value: hex(n % 9, 2) }];
    if (!bare) fields.push({ name: "json:birthDate", value: birth });
    if (extra !== undefined) fields.push({ name: extra, value: hex(n, 3) });
    this.details.observe({ endpointId, subject: hex(n, 4), classId, accepted, fields, network, at: (this.at += 1_000) });
  }

  refused(n: number, network = `home${n}`, birth = hex(n, 99)): void {
    this.answered(n, { network, birth, classId: "differs", accepted: false });
  }

  /** So many people are answered, these of them mistake the date first, and all come again the next day but one. */
  days(people = alikeIn + 1, mistaken = known, classOf: (n: number) => string = () => "covered", birthOf = (n: number): string => hex(n, 1)): this {
    for (let n = 0; n < people; n++) {
      if (n > 0 && n <= mistaken) this.refused(n);
      this.answered(n, { classId: classOf(n), birth: birthOf(n) });
    }
    this.at += 2 * day;
    for (let n = 0; n < people; n++) this.answered(n, { classId: classOf(n), birth: birthOf(n) });
    return this;
  }

  get won(): readonly string[] {
    return this.details.won("e");
  }
}

describe("details that only who knows the person has", () => {
  it("are learned from a dozen people who mistook one, and hold over a restart", () => {
    const portal = new Portal().days();
    expect(portal.won).toEqual(won);
    const again = new KnownDetails();
    again.restore(structuredClone(portal.details.exportState()));
    expect(again.won("e")).toEqual(won);
    expect(portal.details.won("other")).toEqual([]);
    portal.details.renamed("e", "other");
    expect([portal.details.won("e"), portal.details.won("other")]).toEqual([[], won]);
  });

  it("stay the same list until it changes", () => {
    const portal = new Portal().days();
    const before = portal.won;
    portal.answered(7);
    expect(portal.won).toBe(before);
  });

  it("are not learned from eleven, nor from many behind one network, nor from one in more than a hundred", () => {
    expect(new Portal().days(alikeIn + 1, known - 1).won).toEqual([]);
    const office = new Portal().days(alikeIn + 1, 0);
    for (let n = 0; n < 200; n++) office.refused(n, "office");
    expect(office.won).toEqual([]);
    expect(new Portal().days(1_300, known).won).toEqual([]);
    expect(new Portal().days(1_300, known + 1).won).toEqual(won);
  });

  it("are none where another value is answered, too: the service does not look at it", () => {
    const portal = new Portal().days();
    for (let n = 0; n < 22; n++) portal.answered(n, { birth: hex(n, 50) });
    expect(portal.won).toEqual([]);
  });

  it("are none where people are refused whatever they send: accounts that come and go", () => {
    const portal = new Portal().days(alikeIn + 1, 0);
    for (let n = 0; n < known; n++) portal.refused(n);
    expect(portal.won).toEqual(won);
    for (let n = 20; n < 22; n++) portal.refused(n, `home${n}`, hex(n, 1));
    expect(portal.won).toEqual([]);
  });

  it("are none where people share their values: a year of birth, a constant that passes the check", () => {
    expect(new Portal().days(alikeIn + 100, 40, undefined, (n) => hex((n >> 1) % 60, 1)).won).toEqual([]);
    const portal = new Portal().days(2 * alikeIn + 1);
    for (let n = 5_000; n < 5_004; n++) portal.answered(n, { birth: "00000001" });
    expect(portal.won).toEqual([]);
  });

  it("are none for thirty days once somebody is answered without them", () => {
    const portal = new Portal().days();
    portal.answered(3, { bare: true });
    expect(portal.won).toEqual([]);
    const state = structuredClone(portal.details.exportState());
    portal.at += bareForMs - 10_000;
    portal.answered(3);
    expect(portal.won).toEqual([]);
    portal.at += 10_000;
    portal.answered(3);
    expect(portal.won).toEqual(won);
    const again = new Portal();
    again.details.restore(state);
    again.answered(3);
    expect(again.won).toEqual([]);
  });

  it("do not speak for an answer that few get: another way in, opened with accounts of one's own", () => {
    const classOf = (n: number): string => (n < 20 ? "hint" : "covered");
    expect(new Portal().days(alikeIn + 1, 40, classOf).won).toEqual(won);
    expect(new Portal().days(alikeIn + 1, 40, (n) => (n % 3 === 0 ? "plus" : "covered")).won).toEqual(["plus", "covered"]);
  });

  it(`of ${namesMax} fields, ${endpointsMax} endpoints and ${classesMax} classes are looked at, further ones are not`, () => {
    // The name took a place with the first of them; the date finds one or none.
    for (const [names, learned] of [
      [namesMax - 2, won],
      [namesMax - 1, []],
    ] as const) {
      const portal = new Portal();
      for (let n = 0; n < names; n++) portal.answered(9_000, { bare: true, extra: `json:x${n}` });
      portal.days();
      portal.at += bareForMs;
      portal.answered(9);
      expect([...portal.details.names("e")]).toHaveLength(namesMax);
      expect(portal.won).toEqual(learned);
    }
    const portal = new Portal();
    for (let n = 1; n <= endpointsMax; n++) portal.answered(1, { endpointId: `x${n}` });
    expect(portal.days().won).toEqual([]);
    const classes = new Portal();
    for (let n = 0; n < 4 * classesMax; n++) classes.answered(n, { classId: `c${n}` });
    expect(classes.details.exportState()[0]?.classes).toHaveLength(classesMax);
  });

  it("are compared for people remembered through half the bound of others, and not through a flood; what was learned stays", () => {
    for (const [flood, compared] of [
      [peopleMax / 2 - 1, 1],
      [peopleMax + 1, 0],
    ] as const) {
      const portal = new Portal();
      portal.answered(1);
      for (let n = 0; n < flood; n++) portal.answered(100_000 + n, { endpointId: "other" });
      portal.at += day;
      portal.answered(1);
      expect(portal.details.exportState()[0]?.fields[1]?.[2]).toBe(compared);
    }
    const portal = new Portal().days();
    for (let n = 0; n < peopleMax; n++) portal.answered(100_000 + n, { endpointId: "other" });
    expect(portal.won).toEqual(won);
  });
});
