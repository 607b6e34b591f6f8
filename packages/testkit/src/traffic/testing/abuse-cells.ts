import type { Mode } from "@postern/engine";
import { createLatchkey } from "../../latchkey/latchkey.ts";
import { flaws } from "../../latchkey/flaws.ts";
import { type Abuse, type AbuseDoor, latchkeyDoor, loginSpray, loginStuffing, otpBruteForce, otpSpray, pushBombing, smsPumping } from "../abuse.ts";
import { population } from "../../population.ts";
import { random } from "../../random.ts";
import { personAddress, sharedAddress } from "../address-book.ts";
import { honestDay } from "../honest-day.ts";
import { mergeSessions } from "../session.ts";
import { type AbuseRun, runAbuse } from "./abuse-run.ts";
import { createClinic } from "./clinic.ts";
import { createKiosk } from "./kiosk.ts";
import { honestVisits, type SmallService, type Visitor } from "./small-service.ts";

/** One row of the table of abuse: a service, honest traffic for three days, and at most one attack on the third. */
export interface AbuseCell {
  readonly id: string;
  readonly detector: string | undefined;
  /** Tries, messages or prompts within which it must be told at `high`. */
  readonly within?: number;
  /** `enforce`: before a gate that stops what it is told to. Default: it observes. */
  run(seed: string, mode?: Mode): AbuseRun;
}

const dayMs = 86_400_000;
const from = Date.UTC(2026, 2, 2);
const to = from + 3 * dayMs;
const attackFrom = from + 2 * dayMs + 10 * 3_600_000;

/** Attacks on a small service by their names, the same on each. `perPrefix`: the n-th number of one prefix. */
const attacks: readonly (readonly [id: string, detector: string, within: number, of: (service: SmallService, seed: string) => Abuse])[] = [
  ["otp-spray, one address, 1 account in 5 s", "otp.spray", 50, ({ door }, seed) => otpSpray(door, { from: attackFrom, seed, victims: 60, everyMs: 5_000 })],
  ["otp-spray, fresh address each, 1 in 1 min", "otp.spray", 50, ({ door }, seed) => otpSpray(door, { from: attackFrom, seed, victims: 200, everyMs: 60_000, addresses: 200 })],
  ["otp-spray, fresh address each, 1 in 20 min", "otp.spray", 50, ({ door }, seed) => otpSpray(door, { from: attackFrom, seed, victims: 40, everyMs: 1_200_000, addresses: 200 })],
  [
    "one code on many accounts, 1 in 20 min",
    "otp.spray",
    50,
    ({ door, codeDigits }, seed) =>
      otpSpray(door, { from: attackFrom, seed, victims: 40, everyMs: 1_200_000, addresses: 200, tries: 1, sameCode: codeDigits === 4 ? "1234" : "ABC123" }),
  ],
  [
    "otp-brute-force, one account, 40 addresses",
    "otp.brute-force",
    10,
    ({ door }, seed) => otpBruteForce(door, { from: attackFrom, seed, victims: 20, everyMs: 30_000, victim: 17, addresses: 40 }),
  ],
  [
    "sms-pumping, 1 message in 1 min",
    "sms.pumping",
    20,
    (service, seed) => smsPumping(onePrefix(service), { from: attackFrom, seed, victims: 60, everyMs: 60_000, addresses: 60 }),
  ],
  ["sms-pumping, 1 message in 1 s", "sms.pumping", 20, (service, seed) => smsPumping(onePrefix(service), { from: attackFrom, seed, victims: 120, everyMs: 1_000, addresses: 60 })],
  ["sms-pumping, 1 message in 2 s", "sms.pumping", 20, (service, seed) => smsPumping(onePrefix(service), { from: attackFrom, seed, victims: 80, everyMs: 2_000, addresses: 60 })],
  ["sms-pumping, 1 message in 10 s", "sms.pumping", 20, (service, seed) => smsPumping(onePrefix(service), { from: attackFrom, seed, victims: 60, everyMs: 10_000, addresses: 60 })],
  ["login-stuffing, one address", "login.stuffing", 15, ({ door }, seed) => loginStuffing(door, { from: attackFrom, seed, victims: 60, everyMs: 5_000 })],
  [
    "login-stuffing, fresh address each, 1 in 1 min",
    "login.stuffing",
    50,
    ({ door }, seed) => loginStuffing(door, { from: attackFrom, seed, victims: 300, everyMs: 60_000, addresses: 300 }),
  ],
  [
    "login-spray, fresh address each, 1 in 15 min",
    "login.spray",
    10,
    ({ door }, seed) => loginSpray(door, { from: attackFrom, seed, victims: 50, everyMs: 900_000, addresses: 300 }),
  ],
];

export const abuseCells: readonly AbuseCell[] = [
  ...(
    [
      ["kiosk", createKiosk],
      ["clinic", createClinic],
    ] as const
  ).flatMap(([name, make]) =>
    attacks.map(([id, detector, within, of]): AbuseCell => ({
      id: `${name}: ${id}`,
      detector,
      within,
      run: (seed, mode) => {
        const service = make(seed);
        return runAbuse(service, honestVisits(service, { seed, from, to, perDay: 300, people: 400 }), of(service, seed), from, to, mode);
      },
    })),
  ),
  {
    id: "kiosk: honest days with a silent outage of messages, a crowd, and an office that sets up 60 adjoining numbers",
    detector: undefined,
    run: (seed, mode) => honest(createKiosk(seed, { outages: [outage] }), seed, mode),
  },
  { id: "kiosk: honest, everybody in three prefixes, no message for twelve hours, 300 visits a day", detector: undefined, run: (seed, mode) => town(seed, 300, mode) },
  { id: "kiosk: honest, everybody in three prefixes, no message for twelve hours, 1,500 visits a day", detector: undefined, run: (seed, mode) => town(seed, 1_500, mode) },
  { id: "clinic: honest days with a crowd, and an office that sets up 60 adjoining numbers", detector: undefined, run: (seed, mode) => honest(createClinic(seed), seed, mode) },
  { id: "latchkey: honest days with an outage, a crowd and office roll-outs", detector: undefined, run: (seed, mode) => latchkeyRun(seed, () => undefined, mode, true) },
  {
    id: "latchkey: otp-spray, fresh address each, 1 in 1 min",
    detector: "otp.spray",
    within: 50,
    run: (seed, mode) => latchkeyRun(seed, (door) => otpSpray(door, { from: attackFrom, seed, victims: 100, everyMs: 60_000, addresses: 100 }), mode),
  },
  {
    id: "latchkey: push-bombing",
    detector: "push.bombing",
    within: 5,
    run: (seed, mode) => latchkeyRun(seed, (door) => pushBombing(door, { from: attackFrom, seed, victims: 12, everyMs: 40_000, addresses: 3, victim: 3 }), mode),
  },
];

const outage = { from: attackFrom, to: attackFrom + 3 * 3_600_000 };

/** Prefixes of the two services repeat every so many people. */
function onePrefix(service: SmallService): AbuseDoor {
  const { door } = service;
  return { ...door, begin: (n, headers, via, sends) => door.begin(service.neighbour(n), headers, via, sends) };
}

function honest(service: SmallService, seed: string, mode?: Mode): AbuseRun {
  const usual = honestVisits(service, { seed, from, to, perDay: 300, people: 400 });
  const crowdFrom = from + dayMs + 19 * 3_600_000;
  const crowd = honestVisits(service, { seed: `${seed}/crowd`, from: crowdFrom, to: crowdFrom + 1_200_000, perDay: 21_600, people: 4_000 });
  const officeFrom = from + dayMs + 9 * 3_600_000;
  const office = honestVisits(service, {
    seed: `${seed}/office`,
    from: officeFrom,
    to: officeFrom + 600_000,
    perDay: 17_280,
    people: 400,
    who: (visit) => ({ n: service.neighbour(visit), address: sharedAddress(20, 1) }),
  });
  return runAbuse(service, mergeSessions(usual, crowd, office), undefined, from, to, mode);
}

/** A small town: all numbers begin alike, and messages are swallowed without a word for half a day. */
function town(seed: string, perDay: number, mode?: Mode): AbuseRun {
  const service = createKiosk(seed, { outages: [{ from: attackFrom, to: attackFrom + 12 * 3_600_000 }] });
  const source = random(`${seed}/town`);
  const homes = population({ seed, accounts: 300 });
  const who = (): Visitor => {
    const person = source.int(300);
    return { n: service.neighbour(Math.floor(person / 3)) + (person % 3), address: personAddress(homes, person) };
  };
  return runAbuse(service, honestVisits(service, { seed, from, to, perDay, people: 300, who }), undefined, from, to, mode);
}

function latchkeyRun(seed: string, attackOf: (door: AbuseDoor) => Abuse | undefined, mode?: Mode, everything = false): AbuseRun {
  const service = createLatchkey({ flaws: flaws("F1", "F2", "F3"), accounts: 20_000, seed, now: () => from, ...(everything ? { outages: [outage] } : {}) });
  const people = service.population;
  const until = everything ? to : attackFrom + 7_200_000;
  const crowds = everything ? [{ at: from + dayMs + 19 * 3_600_000, forMs: 1_200_000, sessions: 300 }] : [];
  const days = honestDay({ population: people, seed, sessionsPerDay: everything ? 300 : 200, from, to: until, crowds, ...(everything ? { rollOutDevices: 60 } : {}) });
  const run = runAbuse(service, days, attackOf(latchkeyDoor(people, (n) => people.numberAt(n))), from, until, mode);
  service.close();
  return run;
}
