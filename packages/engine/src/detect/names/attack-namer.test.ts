import { describe, expect, it } from "vitest";
import { hash53 } from "../observe/hash53.ts";
import { AsnRanges } from "./asn-table.ts";
import { AttackNamer, endpointsMax } from "./attack-namer.ts";
import { clientAttributes, programOf } from "./client-attributes.ts";
import { ContactSample, generationMs, rowsMax } from "./contact-sample.ts";
import { incidentClients } from "./incident-clients.ts";
import { sliceStepsMax } from "./subset-scan.ts";

const hour = 3_600_000;
const hex = (text: string): string => hash53(text, 7).toString(16).padStart(16, "0");

interface Person {
  readonly address: string;
  readonly shape?: string;
  readonly userAgent?: string;
  readonly follows: boolean;
  readonly truthful?: boolean;
}

/** Asks about a new person each time. */
class Stage {
  readonly namer = new AttackNamer();
  now = 1_000 * 86_400_000;
  #n = 0;

  asks({ address, shape = "a0a0a0a0", userAgent = "Latchkey/4.2.0 (x)", follows, truthful = true }: Person): void {
    const subject = hex(`subject ${this.#n++}`);
    const source = hex(`source ${address}`);
    this.namer.add("e", {
      at: this.now,
      source,
      address,
      subject,
      truthful,
      attributes: clientAttributes({ address, ja4: undefined, shape, userAgent, block: "", asn: this.namer.asns?.textOf(address) ?? "" }),
    });
    if (follows && truthful) this.namer.followed(source, [subject]);
  }

  /** Honest people: four in five follow up, two releases of the app, five hundred networks. */
  honest(count: number, spanMs: number, from = 0): void {
    for (let n = from; n < from + count; n++) {
      this.now += spanMs / count;
      this.asks({ address: home(n), userAgent: app(n), follows: hash53(`follows ${n}`) % 5 !== 0 });
    }
  }

  named() {
    this.namer.alarm("e", this.now);
    this.now += hour;
    const result = this.namer.named("e", this.now);
    return result === undefined ? undefined : { ...result, text: incidentClients(result, (asn) => this.namer.asns?.nameOf(asn)) };
  }
}

const home = (n: number): string => `20.${hash53(`a${n}`) % 5}.${hash53(`b${n}`) % 200}.${hash53(`c${n}`) % 250}`;
const app = (n: number): string => (hash53(`app ${n}`) % 3 === 0 ? "Latchkey/4.1.3 (y)" : "Latchkey/4.2.0 (x)");

describe("naming an attack's clients", () => {
  it("names a request shape of the attack's own, all of it, at the price of nobody", () => {
    const stage = new Stage();
    stage.honest(1_500, 24 * hour);
    for (let n = 0; n < 600; n++) stage.asks({ address: home(10_000 + 13 * n), shape: "bbbbbbbb", follows: false });
    const result = stage.named();
    expect(result?.verdict).toBe("named");
    expect(result?.subsets[0]?.parts).toEqual([{ kind: "request shape", values: ["bbbbbbbb"] }]);
    expect(result?.caught).toBeGreaterThan(0.9);
    expect(result?.matched).toBeLessThanOrEqual((result?.people ?? 0) * 0.05);
    expect(result?.text?.rule).toMatch(/^Block request shape bbbbbbbb: it would hit /u);
  });

  it("names the network that rents out an attack's addresses, however many blocks they lie in, and says how many of its sources are there", () => {
    const stage = new Stage();
    const ranges = new AsnRanges();
    ranges.addPrefix("20.0.0.0", 8, 64_510, "Example Homes");
    for (let n = 0; n < 200; n++) ranges.addPrefix(`${60 + n}.${hash53(`h${n}`) % 250}.0.0`, 22, 64_500, "Example Hosting");
    stage.namer.asns = ranges.table();
    stage.honest(1_500, 24 * hour);
    const hosted = (n: number): string => `${60 + (n % 200)}.${hash53(`h${n % 200}`) % 250}.${hash53(`r${n}`) % 4}.${hash53(`s${n}`) % 250}`;
    for (let n = 0; n < 600; n++) stage.asks({ address: hosted(n), userAgent: app(n), follows: false });
    const result = stage.named();
    expect(result?.verdict).toBe("named");
    expect(result?.subsets[0]?.parts).toEqual([{ kind: "ASN", values: ["AS64500"] }]);
    expect(result?.byAsn[0]?.asn).toBe("AS64500");
    expect(result?.text?.rule).toMatch(/^Block AS64500 Example Hosting: it would hit 0 of /u);
    expect(result?.text?.sentence).toMatch(/ By network: AS64500 Example Hosting: \d+ of \d+ sources\.$/u);
    expect(result?.text?.networks).toEqual([{ asn: "AS64500", name: "Example Hosting", sources: result?.sourcesNamed }]);
  });

  it("tells the networks of those who never followed up when nothing tells them apart", () => {
    const stage = new Stage();
    const ranges = new AsnRanges();
    for (let n = 0; n < 5; n++) ranges.addPrefix(`20.${n}.0.0`, 16, 64_510 + n);
    stage.namer.asns = ranges.table();
    stage.honest(1_500, 24 * hour);
    for (let n = 0; n < 600; n++) stage.asks({ address: home(10_000 + 13 * n), userAgent: app(n), follows: false });
    const result = stage.named();
    expect(result?.verdict).toBe("alike");
    expect(result?.alikeBy).toContain("ASN");
    expect(result?.byAsn.length).toBe(5);
    expect(result?.text?.sentence).toMatch(/ By network: AS6451\d: [\d,]+ of [\d,]+ sources; /u);
  });

  it("lets clients of the attack's own be held off alone, by all that tells them, until they come no more", () => {
    const stage = new Stage();
    const ranges = new AsnRanges();
    ranges.addPrefix("60.0.0.0", 12, 64_500);
    stage.namer.asns = ranges.table();
    stage.honest(1_500, 24 * hour);
    for (let n = 0; n < 600; n++) {
      stage.now += 1_000;
      stage.asks({ address: `60.${n % 16}.${n % 250}.9`, shape: "bbbbbbbb", follows: false });
      if (n === 20) {
        expect(stage.namer.toHoldOff("e", stage.now)).toBeUndefined();
        stage.namer.alarm("e", stage.now);
      }
    }
    stage.now += 600_000;
    const held = stage.namer.toHoldOff("e", stage.now);
    expect(held?.subsets).toContainEqual([{ kind: "request shape", values: ["bbbbbbbb"] }]);
    expect(held?.subsets).toContainEqual([{ kind: "ASN", values: ["AS64500"] }]);
    expect(stage.namer.heldOff("e")).toBe(held);
    const result = stage.namer.named("e", stage.now) ?? expect.fail();
    expect(incidentClients(result)?.sentence).not.toContain("held off");
    expect(incidentClients(result, undefined, held)?.sentence).toMatch(
      / held off, it is only those with .*request shape bbbbbbbb.*; other newcomers are answered unless the attack goes on among them\.$/u,
    );
    expect(
      incidentClients(result, undefined, {
        subsets: [],
        fronts: [
          { from: 1, to: 9 },
          { from: 20, to: 30 },
        ],
      })?.sentence,
    ).toMatch(/It goes through a list in order\. .* in 2 stretches of the numbers/u);
    expect(held?.ranges).toEqual([["AS64500", "60.0.0.0", "60.15.255.255"]]);
    expect(new AttackNamer(stage.namer.exportState()).toHoldOff("e", stage.now)).toEqual(held);
    // Until the gate takes the attack to be over: a name that goes before would hold off everybody.
    stage.honest(200, 4 * hour, 20_000);
    expect(stage.namer.toHoldOff("e", stage.now)).toEqual(held);
    stage.honest(700, 15 * hour, 30_000);
    expect(stage.namer.toHoldOff("e", stage.now)).toBeUndefined();
  });

  it("says who may be held off only when the slices of a look are done, the same as at once, and holds the thread for none of it", () => {
    const stage = new Stage();
    stage.honest(1_500, 24 * hour);
    for (let n = 0; n < 600; n++) {
      stage.now += 1_000;
      stage.asks({ address: `60.${n % 16}.${n % 250}.9`, shape: "bbbbbbbb", follows: false });
      if (n === 20) stage.namer.alarm("e", stage.now);
    }
    stage.now += 600_000;
    const { namer } = stage;
    const atOnce = new AttackNamer(namer.exportState()).toHoldOff("e", stage.now);
    expect(atOnce).toBeDefined();
    namer.inSlices = true;
    expect(namer.toHoldOff("e", stage.now)).toBeUndefined();
    let slices = 0;
    for (let steps = namer.work(); steps !== undefined; steps = namer.work()) {
      expect(steps).toBeLessThanOrEqual(sliceStepsMax);
      // Time goes on meanwhile, further than a look lasts: it is no reason to begin again.
      if (slices++ < 3) expect(namer.toHoldOff("e", stage.now + slices * hour)).toBeUndefined();
    }
    expect(slices).toBeGreaterThan(2);
    expect(namer.toHoldOff("e", stage.now + 250)).toEqual(atOnce);
  });

  it("lets nobody be held off for an attack that imitates the app from honest networks", () => {
    const stage = new Stage();
    stage.honest(1_500, 24 * hour);
    for (let n = 0; n < 600; n++) stage.asks({ address: home(10_000 + 13 * n), userAgent: app(n), follows: false });
    stage.namer.alarm("e", stage.now);
    stage.now += 600_000;
    expect(stage.namer.toHoldOff("e", stage.now)).toBeUndefined();
  });

  it("says that an attack which imitates the app from honest networks cannot be told apart", () => {
    const stage = new Stage();
    stage.honest(1_500, 24 * hour);
    for (let n = 0; n < 600; n++) stage.asks({ address: home(10_000 + 13 * n), userAgent: app(n), follows: false });
    const result = stage.named();
    expect(result?.verdict).toBe("alike");
    expect(result?.subsets).toEqual([]);
    expect(result?.alikeBy).toContain("request shape");
    expect(result?.text?.sentence).toContain("cannot be told apart");
    expect(result?.text?.rule).toBeUndefined();
  });

  it("tells a dozen shapes in turn as one attack", () => {
    const stage = new Stage();
    stage.honest(1_500, 24 * hour);
    for (let n = 0; n < 600; n++) stage.asks({ address: home(10_000 + 13 * n), shape: `bbbbbb${10 + (n % 12)}`, follows: false });
    const result = stage.named();
    expect(result?.verdict).toBe("named");
    expect(result?.subsets[0]?.parts[0]?.values).toHaveLength(12);
    expect(result?.caught).toBeGreaterThan(0.9);
  });

  it("names a flood that was refused by how many more they are than on honest days", () => {
    const stage = new Stage();
    stage.honest(1_500, 24 * hour);
    for (let n = 0; n < 9_000; n++) stage.asks({ address: home(10_000 + 13 * n), shape: "bbbbbbbb", follows: false, truthful: n < 12 });
    const result = stage.named();
    expect(result?.subsets[0]?.parts[0]?.values).toEqual(["bbbbbbbb"]);
    expect(result?.attack).toBeGreaterThan(7_000);
    expect(result?.attack).toBeLessThan(11_000);
  });

  it("does not name a partner's nightly job, which never follows up and never did", () => {
    const stage = new Stage();
    for (let day = 0; day < 4; day++) {
      stage.honest(800, 24 * hour, day * 800);
      for (let n = 0; n < 60; n++) stage.asks({ address: `30.0.0.${n}`, shape: "cccccccc", userAgent: "partner-sync/3.1", follows: false });
    }
    for (let n = 0; n < 400; n++) stage.asks({ address: home(50_000 + 13 * n), shape: "bbbbbbbb", follows: false });
    const result = stage.named();
    expect(result?.subsets.flatMap(({ parts }) => parts.flatMap(({ values }) => values))).toEqual(["bbbbbbbb"]);
  });

  it("says nothing of honest days, whatever alarm stands, nor without one", () => {
    for (const shift of [0, 1, 2, 3, 4]) {
      const stage = new Stage();
      stage.honest(2_000, 36 * hour, shift * 3_001);
      expect(stage.namer.named("e", stage.now)).toBeUndefined();
      expect(stage.named()?.verdict).toBe("too little");
    }
  });

  it("holds as many endpoints as it says, and keeps those with an alarm", () => {
    const { namer, now } = new Stage();
    const contact = (at: number) => ({ at, source: hex("s"), address: "20.0.0.1", subject: hex("p"), truthful: true, attributes: [] });
    namer.add("alarmed", contact(now));
    namer.alarm("alarmed", now);
    for (let n = 1; n < endpointsMax + 5; n++) namer.add(`e${n}`, contact(now + n));
    expect(namer.named("alarmed", now + 100)).toBeDefined();
    namer.alarm("e1", now + 100);
    expect(namer.named("e1", now + 100)).toBeUndefined();
  });
});

describe("the sample of sources", () => {
  it("stays at its bound under a flood, and keeps honest sources at the same chance as the flood's", () => {
    const sample = new ContactSample();
    const row = (address: string, n: number) => ({ at: n, source: hex(address), address, subject: hex(`p${address}${n}`), truthful: true, attributes: [] });
    for (let n = 0; n < 2_000; n++) sample.add(row(`honest ${n}`, n));
    for (let n = 0; n < 30_000; n++) sample.add(row(`flood ${n}`, n));
    const rows = sample.rows();
    expect(rows.length).toBeLessThanOrEqual(rowsMax);
    expect(rows.length * sample.scale).toBeGreaterThan(32_000 * 0.85);
    expect(rows.length * sample.scale).toBeLessThan(32_000 * 1.15);
    const honest = rows.filter(({ address }) => address.startsWith("honest")).length * sample.scale;
    expect(Math.abs(honest - 2_000)).toBeLessThan(900);
  });

  it("forgets after two generations", () => {
    const sample = new ContactSample();
    sample.advance(0);
    sample.add({ at: 0, source: hex("a"), address: "a", subject: hex("b"), truthful: true, attributes: [] });
    expect(sample.advance(generationMs)?.rows).toHaveLength(1);
    expect(sample.rows()).toHaveLength(1);
    sample.advance(2 * generationMs);
    expect(sample.rows()).toHaveLength(0);
  });
});

describe("programs", () => {
  it.each([
    ["Latchkey/4.2.0 (Android 14; Fjord 8)", "Latchkey", "Latchkey/4.2.0"],
    ["python-requests/2.32.3", "python-requests", "python-requests/2.32.3"],
    ["Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.1.2", "Edg", "Edg/126.0.1.2"],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox", "Firefox/128.0"],
    ["anna.berg@example.com/1", "other", "other"],
    ["4915112345678/1", "other", "other"],
    ["", "", ""],
  ])("reads %s", (userAgent, program, version) => {
    expect(programOf(userAgent)).toEqual({ program, version });
  });
});

describe("looking in slices", () => {
  it("says the same as at once, whatever comes between the slices, and no slice visits more than its bound while both samples are full", () => {
    const play = (): Stage => {
      const stage = new Stage();
      stage.honest(6_000, 11 * hour);
      stage.honest(6_000, 13 * hour, 6_000);
      for (let n = 0; n < 9_000; n++) stage.asks({ address: home(20_000 + 13 * n), shape: `bbbbbb${10 + (n % 30)}`, follows: false, truthful: n % 3 === 0 });
      stage.namer.alarm("e", stage.now);
      stage.now += hour;
      return stage;
    };
    const atOnce = play();
    const expected = atOnce.namer.named("e", atOnce.now);
    const stage = play();
    const at = stage.now;
    expect(stage.namer.work()).toBeUndefined();
    expect(stage.namer.lastNamed("e", at)).toBeUndefined();
    let slices = 0;
    let total = 0;
    for (let steps = stage.namer.work(); steps !== undefined; steps = stage.namer.work()) {
      expect(steps).toBeLessThanOrEqual(sliceStepsMax);
      slices++;
      total += steps;
      if (slices % 5 === 1) stage.honest(3, 1_000, 90_000 + slices * 3);
    }
    expect(total).toBeGreaterThan(5 * sliceStepsMax);
    expect(expected?.verdict).toBe("named");
    expect(stage.namer.lastNamed("e", at)).toEqual(expected);
    // And looks again after its while, not before.
    stage.namer.lastNamed("e", stage.now);
    expect(stage.namer.work()).toBeUndefined();
    stage.namer.lastNamed("e", at + hour);
    expect(stage.namer.work()).toBeGreaterThan(0);
  });

  it("finishes what is under way when somebody cannot wait", () => {
    const stage = new Stage();
    stage.honest(1_500, 24 * hour);
    for (let n = 0; n < 600; n++) stage.asks({ address: home(10_000 + 13 * n), shape: "bbbbbbbb", follows: false });
    stage.namer.alarm("e", stage.now);
    stage.now += hour;
    stage.namer.lastNamed("e", stage.now);
    stage.namer.work();
    expect(stage.namer.named("e", stage.now)?.verdict).toBe("named");
    expect(stage.namer.work()).toBeUndefined();
  });
});
