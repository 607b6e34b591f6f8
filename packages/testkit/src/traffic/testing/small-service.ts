import type { Latchkey } from "../../latchkey/latchkey.ts";
import { random, type Random } from "../../random.ts";
import { personAddress, sharedAddress } from "../address-book.ts";
import { population } from "../../population.ts";
import type { AbuseDoor } from "../abuse.ts";
import type { Outcome, Script, Session, TrafficAnswer, TrafficRequest } from "../session.ts";
import { appUserAgents } from "../user-agents.ts";

/** A small service for tests, and what people know who use it. */
export interface SmallService extends Pick<Latchkey, "handle"> {
  readonly door: AbuseDoor;
  /** The code that person `n` can read on the telephone now. */
  codeOf(n: number): string | undefined;
  passwordOf(n: number): string;
  readonly codeDigits: number;
  /** The person with the n-th number of one and the same prefix. */
  neighbour(n: number): number;
}

/** Who comes, and from where. */
export interface Visitor {
  readonly n: number;
  readonly address: string;
}

/** Honest visits to a small service: half verify a number, half sign in; people slip, some behind common addresses. Ordered by start. */
export function honestVisits(
  service: SmallService,
  options: { readonly seed: string; readonly from: number; readonly to: number; readonly perDay: number; readonly people: number; readonly who?: (visit: number) => Visitor },
): Session[] {
  const source = random(`${options.seed}/visits`);
  const homes = population({ seed: options.seed, accounts: options.people });
  const sessions: Session[] = [];
  const count = Math.round(((options.to - options.from) / 86_400_000) * options.perDay);
  for (let visit = 0; visit < count; visit += 1) {
    const startAt = Math.round(options.from + ((visit + source.float()) / count) * (options.to - options.from));
    const any = source.int(options.people);
    const { n, address } = options.who?.(visit) ?? { n: any, address: source.chance(0.2) ? sharedAddress(10, source.int(3)) : personAddress(homes, any) };
    sessions.push({
      id: `visit-${options.seed}-${visit}`,
      kind: "returning",
      startAt,
      address,
      run: () => visitOf(service, n, startAt, random(`${options.seed}/visit/${visit}`), visit % 2 === 0),
    });
  }
  return sessions.sort((a, b) => a.startAt - b.startAt);
}

function* visitOf(service: SmallService, n: number, startAt: number, source: Random, verifies: boolean): Script {
  let at = startAt;
  const headers: TrafficRequest["headers"] = [["User-Agent", appUserAgents[n % appUserAgents.length] ?? ""]];
  function* ask(waitMs: number, request: TrafficRequest): Generator<{ readonly dueAt: number; readonly request: TrafficRequest }, TrafficAnswer, TrafficAnswer> {
    const answer = yield { dueAt: at + waitMs, request };
    at = answer.at;
    return answer;
  }
  if (!verifies) {
    const right = service.passwordOf(n);
    if (source.chance(0.15)) yield* ask(0, service.door.signIn(n, right.slice(0, -1), headers));
    yield* ask(source.between(3_000, 9_000), service.door.signIn(n, right, headers));
    return "completed";
  }
  const begun = service.door.begin(n, headers, "code");
  let turn = begun.next();
  while (turn.done !== true) turn = begun.next(yield* ask(300, turn.value));
  const code = service.codeOf(n);
  // Nothing came: people ask once more, then give up.
  if (code === undefined || turn.value === undefined || source.chance(0.06)) return "gave-up" satisfies Outcome;
  if (source.chance(0.06)) yield* ask(source.between(9_000, 30_000), service.door.check(n, turn.value, `${code.slice(0, -1)}${code.endsWith("7") ? "3" : "7"}`, headers));
  yield* ask(source.between(9_000, 60_000), service.door.check(n, turn.value, code, headers));
  return "completed";
}
