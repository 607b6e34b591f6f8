import { describe, expect, test } from "vitest";
import type { Subject, SubjectType } from "../../exchange/subject.ts";
import {
  AskedPerson,
  countsMax,
  decidesMin,
  endpointsMax,
  endsMax,
  idleNetworks,
  idlePeople,
  listedMax,
  longMin,
  longNetworks,
  peopleMax,
  placesMax,
  rareIn,
  withoutIdle,
} from "./asked-person.ts";

const subject = (type: SubjectType, name: string, n: number): Subject => ({
  type,
  hash: (n + 1).toString(16).padStart(8, "0").repeat(2),
  location: { in: "query", name },
});
const phone = (n: number): Subject => subject("phone", "phone", n);
const nonce = (n: number): Subject => subject("uuid", "request", n);
const user = (n: number): Subject => subject("integer", "user", n);

/** So many people, each asked about twice with another value beside. */
function polled(asked: AskedPerson, count: number, answer: (n: number, again: boolean) => string = () => "yes", first = 0): void {
  for (let n = first; n < first + count; n++)
    for (const again of [false, true]) {
      const subjects = [phone(n), nonce(2 * n + (again ? 1 : 0))];
      asked.of("e", subjects);
      asked.answered("e", subjects, answer(n, again), `n${n % 5}`);
    }
}

describe("a question with several identifiers", () => {
  test("is about the one that is somebody's by its kind, of several the one that varies, and of those at one place the one who stood in fewest lists", () => {
    const asked = new AskedPerson();
    expect(asked.of("e", [phone(1)])).toEqual(phone(1));
    expect(asked.of("e", [nonce(1), phone(1)])).toEqual(phone(1));
    for (let n = 0; n < 5; n++) asked.of("e", [subject("email", "mail", 1), phone(n)]);
    expect(asked.of("e", [subject("email", "mail", 1), phone(9)])).toEqual(phone(9));
    expect(asked.of("e", [phone(1), phone(2)])).toEqual(phone(1));
    expect(asked.of("e", [phone(1), phone(3)])).toEqual(phone(3));
    expect(asked.of("e", [phone(4), phone(1), phone(2)])).toEqual(phone(4));
    expect(asked.of("e", [phone(4), phone(1), phone(2)])).toEqual(phone(4));
    expect(asked.of("e", [])).toBeUndefined();
  });

  test("is about what decides the answer, where a person's number goes along with every one", () => {
    const asked = new AskedPerson();
    for (let n = 0; n <= decidesMin; n++) {
      asked.of("e", [phone(1), user(n)]);
      asked.answered("e", [phone(1), user(n)], n % 2 === 0 ? "yes" : "no", "n");
    }
    expect(asked.of("e", [phone(1), user(99)])).toEqual(user(99));
    expect(asked.idle("e")).toEqual([]);
  });
});

describe("a list", () => {
  const people = (first: number, count: number): Subject[] => Array.from({ length: count }, (_, n) => phone(first + n));

  test("is about somebody at one of its ends, however long it is and whoever else always stands there", () => {
    const asked = new AskedPerson();
    const always = people(0, 3 * endsMax);
    for (let n = 0; n < listedMax; n++) {
      expect(asked.of("e", n === 0 ? always : [...always, phone(1_000 + n)])).toEqual(n === 0 ? phone(0) : phone(1_000 + n));
      expect(asked.of("f", people(100_000 + n * 1_000, 1_000))).toEqual(phone(100_000 + n * 1_000));
    }
  });

  test("is about nobody where lists as long come from several networks, also after a restart, and shorter ones still are about somebody", () => {
    const asked = new AskedPerson();
    for (let n = 0; n < longNetworks; n++) {
      expect(asked.of("e", people(100 * n, longMin + 1))).toEqual(phone(100 * n));
      asked.answered("e", people(100 * n, longMin + 1), "yes", `n${n}`);
    }
    const again = new AskedPerson();
    again.restore(JSON.parse(JSON.stringify(asked.exportState())));
    for (const one of [asked, again]) {
      expect(one.of("e", people(0, longMin + 1))).toBeUndefined();
      expect(one.of("e", people(5_000, longMin))).toEqual(phone(5_000));
    }
  });
});

describe("what changes no answer", () => {
  test("is idle once people of several networks were answered alike under other values, also after a restart, and is left out beside a person only", () => {
    const asked = new AskedPerson();
    polled(asked, idlePeople - 1);
    expect(asked.idle("e")).toEqual([]);
    polled(asked, 1, undefined, 500);
    const idle = asked.idle("e");
    expect(idle).toEqual(["query:request"]);
    polled(asked, 1, undefined, 600);
    expect(asked.idle("e")).toBe(idle);
    expect(withoutIdle([phone(1), nonce(1)], idle)).toEqual([phone(1)]);
    expect(withoutIdle([user(1), nonce(1)], idle)).toHaveLength(2);
    expect(withoutIdle([nonce(1)], idle)).toHaveLength(1);
    const again = new AskedPerson();
    again.restore(JSON.parse(JSON.stringify(asked.exportState())));
    expect(again.idle("e")).toEqual(["query:request"]);
    asked.renamed("e", "f");
    expect(asked.idle("f")).toEqual(["query:request"]);
  });

  test("is not what one network shows, or one person asked about again and again", () => {
    const asked = new AskedPerson();
    for (let n = 0; n < 100; n++) {
      asked.of("e", [phone(n % 2), nonce(n)]);
      asked.answered("e", [phone(n % 2), nonce(n)], "yes", `n${n}`);
      asked.of("f", [phone(n >> 1), nonce(n)]);
      asked.answered("f", [phone(n >> 1), nonce(n)], "yes", "n");
    }
    expect(idleNetworks).toBeGreaterThan(1);
    expect([asked.idle("e"), asked.idle("f")]).toEqual([[], []]);
  });

  test("is none any more once answers change with it, however long they did not", () => {
    const asked = new AskedPerson();
    polled(asked, 10 * countsMax);
    expect(asked.idle("e")).toHaveLength(1);
    let answers = 0;
    for (let n = 0; asked.idle("e").length > 0 && n < 1_000; n++, answers++) {
      asked.of("e", [phone(1), nonce(1e6 + n)]);
      asked.answered("e", [phone(1), nonce(1e6 + n)], n % 2 === 0 ? "no" : "yes", "n");
    }
    expect(answers).toBeLessThanOrEqual(countsMax / rareIn + 1);
  });
});

test("endpoints, places and people are bounded: what came first gives way, what is beyond a place's bound is never idle", () => {
  const asked = new AskedPerson();
  polled(asked, idlePeople);
  expect(asked.idle("e")).toHaveLength(1);
  for (let n = 0; n < 2 * endpointsMax; n++) asked.of(`x${n}`, [phone(1), nonce(1)]);
  expect(asked.idle("e")).toEqual([]);
  const many = Array.from({ length: placesMax + 1 }, (_, n) => n);
  for (let n = 0; n < 2 * idlePeople; n++) {
    const subjects = [phone(n >> 1), ...many.map((place) => subject("uuid", `p${place}`, 100 * n + place))];
    asked.of("m", subjects);
    asked.answered("m", subjects, "yes", `n${n % 5}`);
  }
  expect(asked.idle("m")).toHaveLength(placesMax - 1);
  const flooded = new AskedPerson();
  for (let n = 0; n < peopleMax * 2; n++) flooded.answered("e", [phone(n), nonce(n)], "yes", `n${n % 5}`);
  for (let n = 0; n < 3 * idlePeople; n++) {
    flooded.of("e", [phone(n), nonce(1e6 + n)]);
    flooded.answered("e", [phone(n), nonce(1e6 + n)], "yes", `n${n % 5}`);
  }
  expect(flooded.idle("e")).toEqual([]);
});
