import { describe, expect, it } from "vitest";
import type { RequestHead } from "./gate-port.ts";
import { finishedMax, HubLead, leadMax, leadMsMax, settledMin, shapesMax, sourceLeadMax, waitersMax, waitMsMax } from "./hub-lead.ts";

const phone = (n: number): readonly string[] => ["subscribers", `+4479${String(10_000_000 + n)}`];

/** A gate before a hub that reads when it is told to. */
class Bench {
  now = 0;
  connected = true;
  hastened = 0;
  /** First words of guarded paths. */
  readonly guarded = new Set<string>();
  seq = 0;
  readonly lead = new HubLead({ connected: () => this.connected, hasten: () => void this.hastened++, nowMs: () => this.now });

  /** What a request may do: `free` of the bound, `gone` on under it, or wait. */
  ask(segments: readonly string[], source = "a", query = ""): Asked {
    const head: RequestHead = { at: 0, method: "GET", host: "", target: "", rawHeaders: [], address: source };
    const shape = this.lead.shapeOf("GET", segments, query, false);
    const asked: Asked = { head, state: "gone" };
    if (shape === undefined) asked.state = "free";
    else if (!this.lead.admit(head, source, shape)) {
      asked.state = "waits";
      this.lead.wait(
        head,
        source,
        shape,
        () => (asked.state = "gone"),
        () => this.guarded.has(segments[0] ?? ""),
      );
    }
    return asked;
  }

  answer(...asked: readonly Asked[]): void {
    for (const { head } of asked) this.lead.finished(head, ++this.seq);
  }

  read(): void {
    this.lead.acknowledged(this.seq);
  }

  /** All of it in one go, and read: what an hour of traffic leaves behind. */
  past(count: number, segments: (n: number) => readonly string[]): void {
    for (let n = 0; n < count; n++) {
      this.answer(this.ask(segments(n)));
      this.read();
    }
  }

  pass(ms: number): void {
    this.now += ms;
    this.lead.sweep();
  }
}

interface Asked {
  readonly head: RequestHead;
  state: "free" | "gone" | "waits";
}

const states = (asked: readonly Asked[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { state } of asked) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
};
const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

describe("how far the gate runs ahead of the hub", () => {
  it("lets a source be eight questions ahead, and the next go on when the hub has read what came before", () => {
    const bench = new Bench();
    const asked = times(40, (n) => bench.ask(phone(n)));
    expect(states(asked)).toEqual({ gone: sourceLeadMax, waits: 40 - sourceLeadMax });
    bench.answer(...asked.slice(0, sourceLeadMax));
    // Answered is not read.
    expect(states(asked)).toEqual({ gone: sourceLeadMax, waits: 40 - sourceLeadMax });
    expect(bench.hastened).toBeGreaterThan(0);
    bench.read();
    expect(states(asked)).toEqual({ gone: 2 * sourceLeadMax, waits: 40 - 2 * sourceLeadMax });
  });

  it("lets all sources together be so far ahead, however many they are", () => {
    const bench = new Bench();
    const asked = times(500, (n) => bench.ask(phone(n), `10.0.${n}.1`));
    expect(states(asked)).toEqual({ gone: leadMax, waits: 500 - leadMax });
  });

  it("serves sources in turn: one that has hundreds waiting does not stand before one that has one", () => {
    const bench = new Bench();
    const crowd = times(leadMax, (n) => bench.ask(phone(n), `10.0.${n}.1`));
    const many = times(300, (n) => bench.ask(phone(1_000 + n), "attacker"));
    const honest = bench.ask(phone(9_000), "honest");
    bench.answer(...crowd.slice(0, 2));
    bench.read();
    expect(honest.state).toBe("gone");
    expect(states(many)).toEqual({ gone: 1, waits: 299 });
  });

  it("lets everything go that is guarded by now, and nothing else", () => {
    const bench = new Bench();
    const asked = times(30, (n) => bench.ask(phone(n)));
    const other = bench.ask(["accounts", "10001234"]);
    bench.guarded.add("subscribers");
    bench.lead.reconsider();
    expect([states(asked), other.state]).toEqual([{ gone: 30 }, "waits"]);
    expect(bench.lead.overdue).toBe(0);
  });

  it("never holds a request longer than the bound, and counts those it let go unread", () => {
    const bench = new Bench();
    const asked = times(20, (n) => bench.ask(phone(n)));
    bench.pass(waitMsMax - 1);
    expect(states(asked)).toEqual({ gone: sourceLeadMax, waits: 12 });
    bench.pass(1);
    expect(states(asked)).toEqual({ gone: 20 });
    expect(bench.lead).toMatchObject({ waited: 12, overdue: 12, waiting: 0 });
  });

  it("holds nothing back with the hub away, and lets go what waits when it goes", () => {
    const bench = new Bench();
    const before = times(30, (n) => bench.ask(phone(n)));
    expect(bench.lead.waiting).toBe(22);
    bench.connected = false;
    bench.lead.disconnected();
    expect(states(before)).toEqual({ gone: 30 });
    expect(states(times(100, (n) => bench.ask(phone(100 + n))))).toEqual({ free: 100 });
    // Back again it counts from nothing.
    bench.answer(...before);
    bench.connected = true;
    bench.read();
    expect(states(times(10, (n) => bench.ask(phone(300 + n))))).toEqual({ gone: sourceLeadMax, waits: 2 });
  });

  it("does not wait for a hub that is connected and says nothing", () => {
    const bench = new Bench();
    bench.answer(...times(sourceLeadMax, (n) => bench.ask(phone(n))));
    expect(bench.ask(phone(100)).state).toBe("waits");
    bench.pass(waitMsMax + 1);
    expect(states(times(20, (n) => bench.ask(phone(200 + n))))).toEqual({ gone: 20 });
    expect(bench.lead.overdue).toBe(21);
  });

  it("counts no request against its source that a slow service takes long to answer", () => {
    const bench = new Bench();
    times(sourceLeadMax, (n) => bench.ask(phone(n)));
    bench.pass(leadMsMax + 1);
    expect(bench.ask(phone(50)).state).toBe("gone");
  });

  it("forgets a request whose client left, and gives its place to nobody", () => {
    const bench = new Bench();
    const asked = times(sourceLeadMax + 2, (n) => bench.ask(phone(n)));
    const [left, next] = asked.slice(sourceLeadMax) as [Asked, Asked];
    bench.answer(left);
    bench.answer(...asked.slice(0, 1));
    bench.read();
    expect([left.state, next.state, bench.lead.waiting]).toEqual(["waits", "gone", 0]);
  });

  it("has no more than so many wait; one beyond goes on at once", () => {
    const bench = new Bench();
    const asked = times(sourceLeadMax + waitersMax, (n) => bench.ask(phone(n)));
    expect(states(asked)).toEqual({ gone: sourceLeadMax, waits: waitersMax });
    expect(bench.ask(phone(1), "somebody else").state).toBe("gone");
    expect(bench.ask(phone(2)).state).toBe("gone");
    expect(bench.lead.overdue).toBe(1);
  });
});

describe("what is kept", () => {
  /** So many requests are over and not read: they waited for a hub that reads slowly, and went on. */
  const unread = (count: number): Bench => {
    const bench = new Bench();
    for (let done = 0; done < count; done += waitersMax) {
      const asked = times(Math.min(waitersMax, count - done), (n) => bench.ask(phone(done + n), `10.${n}.0.1`));
      bench.lead.acknowledged(0);
      bench.pass(waitMsMax);
      bench.answer(...asked);
    }
    bench.lead.acknowledged(0);
    bench.pass(leadMsMax + 1);
    bench.lead.acknowledged(0);
    return bench;
  };

  it("of requests that are over and not read are so many: one beyond holds up nobody", () => {
    const answered = (bench: Bench): Record<string, number> => {
      bench.answer(...times(sourceLeadMax, (n) => bench.ask(phone(50_000 + n), "new")));
      return states(times(2, (n) => bench.ask(phone(60_000 + n), "new")));
    };
    expect(answered(unread(finishedMax - sourceLeadMax))).toEqual({ waits: 2 });
    expect(answered(unread(finishedMax - 1))).toEqual({ gone: 2 });
  });

  it("of shapes are so many: who makes ever new ones pushes out those nobody asks, which are read anew, and none that is asked meanwhile", () => {
    const bench = new Bench();
    const used = (n: number): readonly string[] => ["orders", String(10_000 + n)];
    bench.past(settledMin, phone);
    bench.past(settledMin, used);
    for (let n = 0; n < shapesMax; n++) {
      bench.answer(bench.ask(["p"], "flood", `n${n}=1`));
      bench.read();
      if (n % 1_000 === 0) expect(bench.ask(used(n)).state).toBe("free");
    }
    expect(bench.ask(used(1)).state).toBe("free");
    const asked = bench.ask(phone(9_000));
    expect(asked.state).toBe("gone");
    bench.answer(asked);
    bench.past(settledMin - 1, phone);
    expect(bench.ask(phone(9_001)).state).toBe("free");
  });
});

describe("what the bound does not touch", () => {
  it("a shape of question the hub has read often enough", () => {
    const bench = new Bench();
    bench.past(settledMin - 1, phone);
    expect(bench.ask(phone(5_000)).state).toBe("gone");
    bench.past(1, () => phone(6_000));
    expect(states(times(100, (n) => bench.ask(phone(7_000 + n))))).toEqual({ free: 100 });
    // Another is another.
    expect(bench.ask(["accounts"], "a", "email=a%40b.example").state).toBe("gone");
  });

  it("a page without any value in it once it was read, and names at a place where many names were", () => {
    const bench = new Bench();
    bench.past(1, () => ["page", "about"]);
    expect(bench.ask(["page", "about"]).state).toBe("free");
    expect(bench.ask(["page", "imprint"]).state).toBe("gone");
    const name = (n: number): readonly string[] => ["users", `${"abcdefghijklmnopqrstuvwxyz".charAt(n % 26)}${"nopqrstuvwxyzabcdefghijklm".charAt(Math.floor(n / 26))}`, "status"];
    bench.past(settledMin - 1, name);
    expect(bench.ask(["users", "anna", "status"]).state).toBe("gone");
    bench.past(2, (n) => ["users", ["carla", "dora"][n] ?? "", "status"]);
    expect(bench.ask(["users", "berta", "status"]).state).toBe("free");
  });

  it("nothing is left behind by whatever happens in whatever order", () => {
    const bench = new Bench();
    let seed = 7;
    const below = (n: number): number => (seed = (seed * 48_271) % 2_147_483_647) % n;
    const live: Asked[] = [];
    for (let n = 0; n < 4_000; n++) {
      const turn = below(10);
      if (turn < 5) live.push(bench.ask(["p", `${below(1e9)}x${n}`, `q${"abcdefgh".charAt(below(8))}`], `s${below(30)}`, below(2) === 0 ? "" : `n${below(4)}=1`));
      else if (turn < 8 && live.length > 0) bench.answer(...live.splice(below(live.length), 1));
      else if (turn === 8) bench.read();
      else bench.pass(below(200));
      const ahead = live.filter(({ state }) => state === "waits").length;
      expect(bench.lead.waiting).toBe(ahead);
    }
    bench.answer(...live);
    bench.read();
    bench.pass(1);
    expect(bench.lead.waiting).toBe(0);
    expect(bench.lead.sources).toBe(0);
  });
});
