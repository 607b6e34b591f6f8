/**
 * One client's visit: a script that sends a request, reads the answer and decides what to send next. Scripts know no
 * clock and no transport, so the same session runs in virtual time ({@link runDirect}) or over real HTTP ({@link runHttp}).
 */
export interface Session {
  readonly id: string;
  readonly kind: SessionKind;
  /** Event time of the first request, milliseconds since the epoch. */
  readonly startAt: number;
  /** The loopback address it comes from, `127.x.y.z`. */
  readonly address: string;
  /** TLS client fingerprint, where the gate can see one. */
  readonly ja4?: string;
  /** A fresh script each time; two runs that get the same answers send the same requests. */
  run(): Script;
}

export type Script = Generator<Step, Outcome, TrafficAnswer>;

/** `completed`: the client got what it came for. `gave-up`: it was refused or told nothing. `left`: it never meant to go on. */
export type Outcome = "completed" | "gave-up" | "left";

export interface Step {
  readonly request: TrafficRequest;
  /** Event time before which it must not be sent; when that has passed, it goes at once. */
  readonly dueAt: number;
}

export interface TrafficRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Without `Host`, which the driver sets. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
  /** Set on lookups: whom it asks about, and whether the asker knows that this number has an account. */
  readonly lookup?: LookupIntent;
  /** Set where an address book is sent: who of it has an account. */
  readonly contacts?: readonly number[];
}

export interface LookupIntent {
  readonly national: number;
  readonly knownToExist: boolean;
}

export interface TrafficAnswer {
  /** 0 when no answer came. */
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** Event time at which it was complete. */
  readonly at: number;
}

export const honestKinds = [
  "returning",
  "new-device",
  "typo",
  "new-user",
  "slow-network",
  "carrier-nat",
  "roll-out",
  "contact-sync",
  "family-sync",
  "partner-job",
  "monitor",
  "crawler",
  "dashboard",
  "load-test",
] as const;
export type HonestKind = (typeof honestKinds)[number];
export const attackKinds = [
  "smash-and-grab",
  "slow",
  "distributed",
  "clean-list",
  "enumeration",
  "otp-brute-force",
  "otp-spray",
  "sms-pumping",
  "push-bombing",
  "login-stuffing",
  "login-spray",
] as const;
export type AttackKind = (typeof attackKinds)[number];
export type SessionKind = HonestKind | AttackKind;

/** Merges streams that are each ordered by start into one that is. */
export function* mergeSessions(...streams: readonly Iterable<Session>[]): Generator<Session> {
  const heads = streams.map((stream) => {
    const iterator = stream[Symbol.iterator]();
    return { iterator, next: iterator.next() };
  });
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    for (const head of heads) {
      if (head.next.done === true) continue;
      if (first === undefined || first.next.done === true || head.next.value.startAt < first.next.value.startAt) first = head;
    }
    if (first === undefined || first.next.done === true) return;
    yield first.next.value;
    first.next = first.iterator.next();
  }
}
