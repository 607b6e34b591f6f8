import type { Disclosure } from "@postern/engine";
import { random } from "@postern/testkit";
import type { FollowUpRow } from "../follow-up-row.ts";
import { sampleHash } from "./sample-rows.ts";

/**
 * Months of a lookup endpoint as rows of the store, without playing each exchange: people who ask by day more than by night, on weekdays more than on Sundays; newcomers of whom most follow up
 * within minutes, some mistype first, some never come back; known people who look up now and then. An attack adds questions by fresh addresses at an even pace. The same seed gives the same rows.
 */
export function* storedDays(options: StoredDaysOptions): Generator<{ readonly disclosures: Disclosure[]; readonly followUps: FollowUpRow[] }> {
  const source = random(`${options.seed}/stored-days`);
  const { from, days, newcomersPerDay, attack } = options;
  const net = options.net ?? 10;
  const unfollowedShare = options.unfollowedShare ?? 0.2;
  let people = 0;
  let attacked = 0;
  let owed = 0;
  const known: { readonly address: string; readonly subject: string }[] = [];
  for (let n = 0; n < days; n++) {
    const start = from + n * dayMs;
    const disclosures: Disclosure[] = [];
    const followUps: FollowUpRow[] = [];
    let rows = 0;
    const ask = (at: number, address: string, subject: string, credential = ""): void => {
      disclosures.push({ ...rowOf(`${options.seed}-${n}-${rows++}`, at, options.endpointId ?? "lookup", address, subject), credential });
    };
    const follow = (at: number, address: string, subject: string): void => {
      followUps.push({
        id: `${options.seed}-${n}-${rows++}.f`,
        exchangeId: `f${n}-${rows}`,
        at: Math.round(at),
        endpointId: "sign-in",
        kind: "sign-in",
        subject,
        narrow: sampleHash(7),
        address,
      });
    };
    const weekday = new Date(start).getUTCDay();
    const factor = (weekday === 0 ? 0.6 : weekday === 6 ? 0.8 : 1) * (1 + (options.growthPerDay ?? 0)) ** n * (0.85 + 0.3 * source.float());
    const out = options.outageDays?.includes(n) === true;
    for (let i = 0, count = Math.round(newcomersPerDay * factor); i < count; i++) {
      const at = start + daylightMs(source.float(), source.float(), source.float());
      const who = people++;
      const address = addressOf(net, who);
      const subject = subjectOf(3 * who);
      if (source.float() < 0.15) ask(at - 20_000, address, subjectOf(3 * who + 1));
      ask(at, address, subject);
      if (out || source.float() < unfollowedShare) continue;
      follow(at + 30_000 + source.float() * 120_000, address, subject);
      known.push({ address, subject });
    }
    for (let i = 0, count = Math.min(known.length, Math.round(newcomersPerDay * 0.4 * factor)); i < count; i++) {
      const one = known[Math.floor(source.float() * known.length)];
      if (one === undefined) break;
      const at = start + daylightMs(source.float(), source.float(), source.float());
      ask(at, one.address, one.subject);
      if (!out && source.float() < 0.93) follow(at + 60_000, one.address, one.subject);
    }
    if (attack !== undefined && n >= attack.fromDay) {
      owed += attack.perDay * (1 + (attack.growthPerDay ?? 0)) ** (n - attack.fromDay);
      for (let count = Math.floor(owed), i = 0; i < count; i++) {
        ask(
          start + (dayMs * (i + 0.5)) / count,
          addressOf(net + 1, attack.inOneNetwork === true ? attacked % attack.addresses : scattered(attacked % attack.addresses)),
          subjectOf(3 * attacked + 2),
          attack.credential,
        );
        attacked++;
      }
      owed %= 1;
    }
    yield { disclosures, followUps };
  }
}

export interface StoredDaysOptions {
  readonly seed: string;
  /** Midnight UTC. */
  readonly from: number;
  readonly days: number;
  readonly newcomersPerDay: number;
  readonly unfollowedShare?: number;
  readonly growthPerDay?: number;
  /** Days, counted from 0, on which nobody can follow up. */
  readonly outageDays?: readonly number[];
  readonly endpointId?: string;
  /** First number of people's addresses; the attack's have the next. */
  readonly net?: number;
  readonly attack?: {
    readonly fromDay: number;
    readonly perDay: number;
    readonly addresses: number;
    readonly growthPerDay?: number;
    readonly inOneNetwork?: boolean;
    readonly credential?: string;
  };
}

const dayMs = 86_400_000;

/** From 7 to 23 mostly: the larger of two even draws of a window, one in sixteen at any hour. */
function daylightMs(a: number, b: number, c: number): number {
  const hour = c < 1 / 16 ? 24 * a : 7 + 16 * ((a + b) / 2);
  return Math.min(dayMs - 600_000, Math.max(30_000, hour * 3_600_000));
}

function addressOf(first: number, n: number): string {
  return `${first}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;
}

/** Homes all over the world: no two of them neighbours. */
function scattered(n: number): number {
  return (n * 40_503_001) % 16_777_213;
}

function subjectOf(number: number): string {
  return sampleHash(number + 1_000_000);
}

function rowOf(id: string, at: number, endpointId: string, address: string, subject: string): Disclosure {
  return {
    id,
    exchangeId: id,
    at: Math.round(at),
    endpointId,
    subjectType: "phone",
    subject,
    answer: "truthful",
    responseClass: sampleHash(1),
    narrow: sampleHash(2),
    address,
    credential: "",
  };
}
