import { describe, expect, it } from "vitest";
import { classifyResponse } from "../../exchange/response-class.ts";
import type { Json } from "../../exchange/view.ts";
import { seededRandom } from "../../testing/seeded-random.ts";
import { classesMax } from "./answer-classes.ts";
import { labelsPerSourceMax, rememberedSubjectsMax } from "./endpoint-oracle.ts";
import { oracleEndpointsMax, OracleTracker } from "./oracle-tracker.ts";
import { ports } from "../../testing/ports.ts";

interface Reply {
  readonly status: number;
  readonly json?: Json;
}
const scheme = { scalars: ["available", "exists", "ok", "success", "variant"] };

/** A tracker and a clock: asks as a source about a subject and hands the answer over. */
class World {
  tracker = new OracleTracker();
  at = 1_700_000_000_000;
  asked = 0;
  stepMs = 1_000;

  ask(source: string, subject: string, reply: Reply): string {
    return this.askFrom(source, source, subject, reply);
  }
  askFrom(network: string, source: string, subject: string, reply: Reply): string {
    this.at += this.stepMs;
    this.asked += 1;
    const responseClass = classifyResponse(
      scheme,
      { status: reply.status, contentType: "application/json", location: "", body: undefined, json: reply.json, echo: [subject] },
      ports,
    );
    this.tracker.observe({
      endpointId: "e",
      subject: { type: "phone", hash: hashOf(subject), location: { in: "query", name: "phone" } },
      responseClass,
      narrow: source,
      network,
      at: this.at,
    });
    return responseClass.id;
  }
  label(subject: string, exists: boolean, source = hashOf(`own-${subject}`)): boolean {
    return this.tracker.label({ endpointId: "e", subject: hashOf(subject), exists, at: this.at, narrow: source });
  }
  get verdict(): string {
    return this.tracker.verdict("e");
  }
}
const hashOf = (subject: string): string => ports.hash("phone", subject);

const bodyOracle = (exists: boolean): Reply =>
  exists
    ? { status: 200, json: { account_id: 7, status: "active", force_ott: false, device_count: 1, success: true } }
    : { status: 200, json: { success: false, message: "User not found." } };
const statusOracle = (exists: boolean): Reply => (exists ? { status: 200, json: { id: 1, name: "x" } } : { status: 404, json: { error: "not found" } });

describe("suspicion", () => {
  it.each([
    ["body", bodyOracle],
    ["status", statusOracle],
  ])("of a %s oracle rises within a few repeats although nearly all honest questions hit", (_, oracle) => {
    const world = new World();
    for (let user = 0; user < 200; user += 1) world.ask(`s${user}`, `u${user}`, oracle(true));
    expect(world.verdict).toBe("none");
    // Two people mistyped on a phone and asked again from a laptop.
    for (const typo of ["t1", "t2"]) world.ask(`${typo}-phone`, typo, oracle(false));
    for (const typo of ["t1", "t2"]) world.ask(`${typo}-laptop`, typo, oracle(false));
    expect(world.verdict).toBe("suspected");
    expect(world.tracker.state("e").repeats).toBeLessThanOrEqual(4);
  });
  it("rises by contrast once three sources each saw a poor and a rich answer", () => {
    const world = new World();
    for (const source of ["a", "b", "c"]) {
      expect(world.verdict).toBe("none");
      world.ask(source, `${source}-typo`, bodyOracle(false));
      world.ask(source, `${source}-right`, bodyOracle(true));
    }
    expect(world.verdict).toBe("suspected");
  });
  it.each([
    ["with every second a hit", 2, 9],
    ["with one hit in five", 5, 10],
    ["with one miss in ten", -10, 20],
  ])("rises when a lone network asks nine questions and sees two of each, %s, though it changes its client each time", (_, every, most) => {
    const world = new World();
    let asked = 0;
    while (world.verdict === "none" && asked < 100) {
      asked += 1;
      const nth = asked % Math.abs(every) === 0;
      world.askFrom("203.0.113.9", `client-${asked}`, `n${asked}`, bodyOracle(every > 0 ? nth : !nth));
    }
    expect(asked).toBeLessThanOrEqual(most);
  });
  it("rises when a lone network sees five each of two fixed answers of which neither looks poorer", () => {
    const world = new World();
    let asked = 0;
    while (world.verdict === "none" && asked < 100) {
      asked += 1;
      world.ask("attacker", `n${asked}`, { status: 200, json: { variant: asked % 2 === 0 ? "x" : "y" } });
    }
    expect(asked).toBeLessThanOrEqual(16);
  });
  it("rises from a crowd in which nobody asks twice, once twelve networks saw either answer", () => {
    const world = new World();
    let asked = 0;
    while (world.verdict === "none" && asked < 100) {
      asked += 1;
      world.ask(`s${asked}`, `n${asked}`, statusOracle(asked % 2 === 0));
    }
    expect(asked).toBe(24);
  });
  it("stays when accounts vanish or answers change as an attacker can make them: many, from few places or in a short time", () => {
    for (const [networks, stepMs] of [
      [3, 3_600_000],
      [300, 1_000],
    ] as const) {
      const world = new World();
      for (let asked = 0; asked < 20; asked += 1) world.ask("attacker", `n${asked}`, bodyOracle(asked % 2 === 0));
      expect(world.verdict).toBe("suspected");
      world.stepMs = stepMs;
      for (let own = 0; own < 300; own += 1) {
        world.ask(`a${own % networks}`, `own${own}`, bodyOracle(true));
        world.ask(`a${(own + 1) % networks}`, `own${own}`, bodyOracle(false));
        expect(world.verdict).toBe("suspected");
      }
      expect(world.tracker.state("e").nats).toBeLessThan(-3);
    }
  });
  it("survives an export, a restore, and a change of the endpoint's name", () => {
    const world = new World();
    for (let asked = 0; asked < 20; asked += 1) world.ask("attacker", `n${asked}`, bodyOracle(asked % 2 === 0));
    world.tracker = OracleTracker.restore(JSON.parse(JSON.stringify(world.tracker.exportState())));
    expect(world.verdict).toBe("suspected");
    world.tracker.renamed("e", "f");
    expect([world.tracker.verdict("e"), world.tracker.verdict("f")]).toEqual(["none", "suspected"]);
    world.ask("someone", "else", bodyOracle(true));
    for (let n = 0; n < 50; n += 1) world.ask(`s${n}`, `u${n}`, bodyOracle(true));
    world.tracker.renamed("f", "e");
    expect(world.verdict).toBe("suspected");
    expect(world.tracker.state("e").classes).toHaveLength(1);
  });
  it("rises from repeats of one source when its other questions got another class in between", () => {
    const world = new World();
    for (let user = 0; user < 50; user += 1) world.ask(`s${user}`, `u${user}`, { status: 200, json: { variant: "x" } });
    // Two partners poll their own lists; nobody else ever asks about those.
    for (const partner of ["p", "q"]) {
      for (let round = 0; round < 4; round += 1) {
        for (const [index, variant] of ["y", "x", "y", "x", "y", "x"].entries()) world.ask(partner, `${partner}${index}`, { status: 200, json: { variant } });
      }
    }
    expect(world.verdict).toBe("suspected");
  });
  it.each([401, 403])("rises although every caller is first refused with %s for want of a credential", (status) => {
    const world = new World();
    for (let user = 0; user < 100; user += 1) {
      world.ask(`s${user}`, `u${user}`, { status, json: { error: "token" } });
      world.ask(`s${user}`, `u${user}`, bodyOracle(user % 10 !== 0));
      if (user % 5 === 0) world.ask(`again${user}`, `u${user}`, bodyOracle(user % 10 !== 0));
    }
    expect(world.verdict).toBe("suspected");
  });
  it("survives sign-ups between two questions", () => {
    const world = new World();
    for (let user = 0; user < 300; user += 1) world.ask(`s${user}`, `u${user}`, bodyOracle(true));
    for (let user = 0; user < 20; user += 1) {
      world.ask(`n${user}`, `new${user}`, bodyOracle(false));
      world.ask(`m${user}`, `new${user}`, bodyOracle(false));
      world.ask(`n${user}`, `new${user}`, bodyOracle(true));
    }
    expect(world.verdict).toBe("suspected");
  });
});

describe("no suspicion", () => {
  it("of a constant answer, however often it is asked", () => {
    const world = new World();
    for (let index = 0; index < 5_000; index += 1) world.ask(`s${index % 50}`, `u${index % 70}`, { status: 200, json: { ok: true } });
    expect(world.verdict).toBe("none");
  });
  it.each([0.5, 0.9, 0.99])("of an answer drawn at random for every request (share %s), in 60 runs of 3,000 requests", (share) => {
    let suspected = 0;
    for (let run = 0; run < 60; run += 1) {
      const random = seededRandom(run + 1);
      const world = new World();
      for (let index = 0; index < 3_000 && world.verdict === "none"; index += 1) {
        world.ask(`s${Math.floor(random() * 300)}`, `u${Math.floor(random() * 400)}`, { status: 200, json: { variant: random() < share ? "a" : "b" } });
      }
      if (world.verdict !== "none") suspected += 1;
    }
    expect(suspected).toBe(0);
  });
  it("of a richer and a poorer layout drawn at random, once repeats have spoken for more than a day", () => {
    for (let run = 0; run < 20; run += 1) {
      const random = seededRandom(run + 50);
      const world = new World();
      world.stepMs = 60_000;
      for (let index = 0; index < 3_000; index += 1) world.ask(`s${Math.floor(random() * 300)}`, `u${Math.floor(random() * 400)}`, bodyOracle(random() < 0.5));
      expect(world.verdict).toBe("none");
    }
  });
  it.each([0.1, 0.5])("of an answer that depends on the caller (share %s), in 60 runs", (share) => {
    let suspected = 0;
    for (let run = 0; run < 60; run += 1) {
      const random = seededRandom(run + 99);
      const world = new World();
      const plan = new Map<string, string>();
      for (let index = 0; index < 3_000; index += 1) {
        const source = `s${Math.floor(random() * 300)}`;
        if (!plan.has(source)) plan.set(source, random() < share ? "a" : "b");
        world.ask(source, `u${Math.floor(random() * 400)}`, { status: 200, json: { variant: plan.get(source) ?? "" } });
      }
      if (world.verdict !== "none") suspected += 1;
    }
    expect(suspected).toBe(0);
  });
  it("from errors of the service, and from a monitor that asks one thing all day", () => {
    const world = new World();
    for (let index = 0; index < 100; index += 1) {
      world.ask("monitor", "canary", statusOracle(true));
      world.ask(`s${index}`, `u${index}`, { status: index % 2 === 0 ? 503 : 429 });
    }
    expect(world.verdict).toBe("none");
    expect(world.tracker.state("e").classes).toHaveLength(1);
  });
  it("from malformed questions that are answered 400", () => {
    const world = new World();
    for (let index = 0; index < 50; index += 1) {
      world.ask(`s${index}`, `bad${index}`, { status: 400, json: { error: "format" } });
      world.ask(`s${index}`, `u${index}`, { status: 200, json: { ok: true, sent: true } });
    }
    expect(world.verdict).toBe("none");
  });
});

describe("proof and meaning", () => {
  it("proves a body oracle from labels and says which answer confirms and which denies", () => {
    const world = new World();
    let hit = "";
    let miss = "";
    for (let user = 0; user < 60; user += 1) {
      const exists = user % 4 !== 0;
      const id = world.ask(`s${user}`, `u${user}`, bodyOracle(exists));
      if (exists) hit = id;
      else miss = id;
      world.label(`u${user}`, exists);
    }
    const state = world.tracker.state("e");
    expect(state.verdict).toBe("proven");
    expect(state.eValue).toBeGreaterThan(1e6);
    expect(state.bits).toBeGreaterThan(0.85);
    expect(world.tracker.meaningOf("e", hit)).toEqual({ meaning: "confirmed", basis: "labels" });
    expect(world.tracker.meaningOf("e", miss)).toEqual({ meaning: "denied", basis: "labels" });
  });
  it("reads a sign-up check the right way round once people signed up", () => {
    const free = { status: 200, json: { ok: true, token: "t", next: "x", hint: "y" } };
    const taken = { status: 200, json: { ok: false } };
    const world = new World();
    const freeId = world.ask("x", "x1", free);
    const takenId = world.ask("x", "x2", taken);
    expect(world.tracker.meaning("e", freeId)).toBe("confirmed");
    for (let user = 0; user < 40; user += 1) {
      world.ask(`s${user}`, `u${user}`, free);
      world.at += 1_000;
      world.tracker.created({ endpointId: "e", subject: hashOf(`u${user}`), at: world.at, narrow: `s${user}` });
      world.ask(`s${user}`, `u${user}`, taken);
    }
    expect(world.verdict).toBe("proven");
    expect(world.tracker.meaning("e", freeId)).toBe("denied");
    expect(world.tracker.meaning("e", takenId)).toBe("confirmed");
  });
  it("turns the unlabelled class round when labels turned its neighbour", () => {
    const world = new World();
    const free = world.ask("x", "x1", { status: 200, json: { ok: true } });
    for (let user = 0; user < 4; user += 1) {
      world.ask(`s${user}`, `u${user}`, { status: 200, json: { ok: false } });
      world.label(`u${user}`, true);
    }
    expect(world.tracker.meaningOf("e", free)).toEqual({ meaning: "denied", basis: "labels" });
  });
  it("calls a class given to both alike nothing, and proves nothing, when the answer is random", () => {
    const random = seededRandom(5);
    const world = new World();
    const ids = new Set<string>();
    for (let user = 0; user < 1_000; user += 1) {
      ids.add(world.ask(`s${user}`, `u${user}`, { status: 200, json: { variant: random() < 0.5 ? "a" : "b" } }));
      world.label(`u${user}`, random() < 0.7);
    }
    expect(world.verdict).toBe("none");
    expect(world.tracker.state("e").bits).toBeLessThan(0.01);
    for (const id of ids) expect(world.tracker.meaning("e", id)).toBe("nothing");
    expect(world.tracker.tellsNothing("e")).toHaveLength(2);
  });
  it("says confirmed and denied from structure before any label, and gives no credits back for them", () => {
    const world = new World();
    const hit = world.ask("a", "u1", statusOracle(true));
    const miss = world.ask("b", "u2", statusOracle(false));
    const malformed = world.ask("c", "u3", { status: 422, json: { error: "format" } });
    expect(world.tracker.meaningOf("e", hit)).toEqual({ meaning: "confirmed", basis: "structure" });
    expect(world.tracker.meaningOf("e", miss)).toEqual({ meaning: "denied", basis: "structure" });
    expect(world.tracker.tellsNothing("e")).toEqual([malformed]);
    expect(world.tracker.meaning("e", "0000000000000000")).toBe("unknown");
  });
  it("takes no more than a source's share of labels, and none it is unsure of", () => {
    const world = new World();
    for (let user = 0; user < 100; user += 1) {
      world.ask(`client${user}`, `u${user}`, { status: 200, json: { variant: user % 2 === 0 ? "a" : "b" } });
      world.label(`u${user}`, user % 2 === 0, "attacker");
    }
    expect(world.tracker.state("e").labels).toBe(labelsPerSourceMax);
    expect(world.verdict).not.toBe("proven");
    expect(world.tracker.label({ endpointId: "e", subject: "x", exists: true, at: 0, narrow: "n", confidence: 0.5 })).toBe(false);
  });
  it("counts answers to one asker once a side: they may all depend on him", () => {
    const world = new World();
    for (let user = 0; user < 100; user += 1) {
      world.ask("asker", `u${user}`, { status: 200, json: { variant: user % 2 === 0 ? "a" : "b" } });
      world.label(`u${user}`, user % 2 === 0);
    }
    expect(world.tracker.state("e").labels).toBe(2);
  });
  it("counts a subject once a side, however often it is asked about", () => {
    const world = new World();
    world.ask("a", "u1", bodyOracle(true));
    world.label("u1", true);
    for (let index = 0; index < 100; index += 1) world.ask("a", "u1", bodyOracle(true));
    expect(world.tracker.state("e").labels).toBe(1);
  });
});

describe("bounds and restarts", () => {
  it("keeps verdict, meanings and evidence over a restart, holding hashes only", () => {
    const world = new World();
    for (let user = 0; user < 60; user += 1) {
      world.ask(`s${user}`, `+9991555${1000 + user}`, bodyOracle(user % 2 === 0));
      world.label(`+9991555${1000 + user}`, user % 2 === 0);
    }
    const text = JSON.stringify(world.tracker.exportState());
    expect(text).not.toContain("9991555");
    const again = OracleTracker.restore(JSON.parse(text));
    expect(again.verdict("e")).toBe("proven");
    expect(again.state("e").classes).toEqual(world.tracker.state("e").classes);
    expect(again.state("e").eValue / world.tracker.state("e").eValue).toBeCloseTo(1, 6);
    expect(OracleTracker.restore({ broken: true }).endpoints()).toEqual([]);
  });
  it("folds classes when a field leaves the scheme: counts and proof stay, old ids still resolve", () => {
    const world = new World();
    const ids: string[] = [];
    for (let user = 0; user < 80; user += 1) {
      const exists = user % 2 === 0;
      ids.push(world.ask(`s${user}`, `u${user}`, { status: 200, json: { exists, variant: ["a", "b", "c"][user % 3] ?? "" } }));
      world.label(`u${user}`, exists);
    }
    expect(world.tracker.state("e").classes).toHaveLength(6);
    world.tracker.coarsen({ endpointId: "e", removed: ["variant"] });
    const state = world.tracker.state("e");
    expect(state.classes.map((record) => record.ids)).toEqual([40, 40]);
    expect(state.verdict).toBe("proven");
    expect(world.tracker.meaning("e", ids[0] ?? "")).toBe("confirmed");
    expect(world.tracker.meaning("e", ids[1] ?? "")).toBe("denied");
  });
  it("holds its bounds under a flood of endpoints, classes and subjects", () => {
    const world = new World();
    for (let index = 0; index < 2 * rememberedSubjectsMax; index += 1)
      world.ask(`s${index}`, `u${index}`, { status: 200, json: { [`f${String.fromCharCode(97 + (index % 26))}`]: 1 } });
    expect(world.tracker.state("e").classes).toHaveLength(classesMax);
    const exported = JSON.stringify(world.tracker.exportState());
    expect(exported.length).toBeLessThan(2_000_000);
    const subject = { type: "phone", hash: "0123456789abcdef", location: { in: "query", name: "q" } } as const;
    const responseClass = classifyResponse(scheme, { status: 200, contentType: "", location: "", body: "", echo: [] }, ports);
    for (let index = 0; index < oracleEndpointsMax + 10; index += 1) world.tracker.observe({ endpointId: `x${index}`, subject, responseClass, narrow: "n", network: "n", at: 0 });
    expect(world.tracker.endpoints()).toHaveLength(oracleEndpointsMax);
  });
});
