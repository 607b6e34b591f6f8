import { describe, expect, test } from "vitest";
import { missingAuthentication } from "../assess/checks/missing-authentication.ts";
import { carriesAll } from "../exchange/exchange.ts";
import { viewOf } from "../exchange/view-of.ts";
import { Inventory } from "./inventory.ts";
import { CredentialDoor, credentialsMax, doorsMax, KnownCredentials, soonMs, suspectsMax } from "./known-credentials.ts";
import { Posture } from "./posture.ts";
import { ports } from "../testing/ports.ts";

/** One clinic: `/results` asks only that a token is there, `/patients` and `/notes` know those of `genuine`. */
class Clinic {
  readonly inventory = new Inventory(ports);
  readonly genuine = new Set(Array.from({ length: 20 }, (_, n) => `genuine-token-number-${n}`));
  /** Paths that know tokens. */
  checks = new Set(["/patients", "/notes"]);
  at = 1_760_000_000_000;
  #serial = 0;

  call(path: string, token: string | undefined, network = 1): number {
    const ok = token !== undefined && (!this.checks.has(path) || this.genuine.has(token));
    this.at += 1_000;
    const exchange = {
      id: `x${this.#serial++}`,
      at: this.at,
      method: "GET",
      url: path,
      client: { address: `10.${network}.0.1` },
      request: { headers: [["Host", "clinic.example"], ...(token === undefined ? [] : ([["Authorization", `Bearer ${token}`]] as const))] as const },
      response: { status: ok ? 200 : 401, headers: [["Content-Type", "application/json"]] as const, body: ok ? '{"id":1}' : '{"error":"no"}' },
      carries: carriesAll,
    };
    this.inventory.observe(viewOf(exchange, ports));
    return exchange.response.status;
  }

  /** A day's work: every genuine token at every path, one stranger at each. */
  work(...paths: readonly string[]): this {
    let network = 0;
    for (const token of this.genuine) for (const path of paths) this.call(path, token, (network++ % 5) + 1);
    for (const path of paths) this.call(path, undefined, 9);
    return this;
  }

  endpoint(path: string) {
    return this.inventory.endpoints().find(({ template }) => template === path) ?? expect.fail();
  }

  verdict(path: string): string {
    return this.endpoint(path).exactPosture().verdict;
  }
}
const all = ["/patients", "/notes", "/results"];
const forged = (n: number): string => `forged-token-number-${n}`;

describe("a door that asks only for the presence of a token", () => {
  test.each([
    ["before", ["/patients", "/results"]],
    ["moments after", ["/results", "/patients"]],
  ])("is not enforced where it answers tokens that another door refused %s, and the finding names the exchanges", (_, paths) => {
    const clinic = new Clinic().work(...all);
    for (let n = 0; n < 6; n++) for (const path of paths) clinic.call(path, forged(n), 20 + n);
    expect(clinic.verdict("/results")).toBe("not enforced");
    expect(clinic.endpoint("/results").exactPosture().refusedElsewhere).toMatchObject({ credentials: 6, networks: 6, answers: 6 });
    expect(clinic.verdict("/patients")).toBe("enforced");
    expect(clinic.verdict("/notes")).toBe("enforced");
    const finding = missingAuthentication(clinic.endpoint("/results"), ports) ?? expect.fail();
    expect(finding.evidence).toMatchObject({ answeredWithCredentialRefusedElsewhere: 6, credentialsRefusedElsewhere: 6 });
    expect(finding.examples).toHaveLength(6);
  });

  test("is unproven, not enforced, where the tokens are few or one network's", () => {
    const clinic = new Clinic().work(...all);
    for (let n = 0; n < 6; n++) for (const path of ["/results", "/patients"]) clinic.call(path, forged(n), 20);
    expect(clinic.verdict("/results")).toBe("unproven");
  });

  test("is unproven where two such doors vouch for each other", () => {
    const clinic = new Clinic().work(...all, "/scans");
    for (let n = 0; n < 6; n++) for (const path of ["/patients", "/results", "/scans"]) clinic.call(path, forged(n), 20 + n);
    expect([clinic.verdict("/results"), clinic.verdict("/scans")]).toEqual(["unproven", "unproven"]);
  });

  test("is unproven where nobody was seen to come without a token, and without a bad one", () => {
    const clinic = new Clinic();
    for (const token of clinic.genuine) clinic.call("/results", token);
    for (const token of clinic.genuine) clinic.call("/patients", token);
    for (let n = 0; n < 6; n++) clinic.call("/patients", forged(n), 20 + n);
    expect(clinic.verdict("/results")).toBe("unproven");
  });

  test("keeps the verdict over a restart", () => {
    const clinic = new Clinic().work(...all);
    for (let n = 0; n < 6; n++) for (const path of all) clinic.call(path, forged(n), 20 + n);
    const restored = Posture.restore(JSON.parse(JSON.stringify(clinic.endpoint("/results").auth.exportState())));
    expect(restored.report().verdict).toBe("not enforced");
  });
});

describe("an honest door stays enforced", () => {
  test("where every token that was presented to it was genuine", () => {
    const clinic = new Clinic().work(...all);
    for (let n = 0; n < 6; n++) clinic.call("/patients", forged(n), 20 + n);
    expect(clinic.verdict("/notes")).toBe("enforced");
  });

  test("where tokens that it answered ended later", () => {
    const clinic = new Clinic().work(...all);
    clinic.at += soonMs;
    for (const token of [...clinic.genuine].slice(0, 6)) {
      clinic.genuine.delete(token);
      clinic.call("/patients", token, 3);
    }
    expect(clinic.verdict("/results")).toBe("enforced");
  });

  test("where a door for administrators says 401 to tokens that are answered at the others", () => {
    const clinic = new Clinic();
    clinic.checks = new Set(["/patients", "/notes"]);
    clinic.work(...all);
    const users = Array.from({ length: 6 }, (_, n) => `token-of-a-user-${n}`);
    // Known to /notes, not to /patients.
    clinic.checks = new Set(["/patients"]);
    clinic.call("/notes", undefined);
    users.forEach((token, n) => ["/patients", "/results", "/notes"].forEach((path) => clinic.call(path, token, 20 + n)));
    clinic.checks = new Set(["/notes"]);
    clinic.call("/notes", "expired-long-ago", 8);
    expect(clinic.verdict("/results")).toBe("enforced");
    expect(clinic.verdict("/notes")).toBe("enforced");
  });

  test("where the tokens are of another service behind the same host, which answers none of those answered here", () => {
    const clinic = new Clinic().work("/results");
    for (let n = 0; n < 6; n++) {
      clinic.genuine.add(`partner-${n}-0123456789`);
      clinic.call("/patients", `partner-${n}-0123456789`, n);
      for (const path of ["/patients", "/results"]) clinic.call(path, forged(n), 20 + n);
    }
    expect(clinic.verdict("/results")).toBe("enforced");
  });
});

test("memory is bounded: credentials of all hosts, and suspects of one door", () => {
  const known = new KnownCredentials();
  const [door, other] = [new CredentialDoor(), new CredentialDoor()];
  known.answered("h", "shared", door, { id: "a", at: 1 }, 1, true);
  known.answered("h", "shared", other, { id: "b", at: 1 }, 1, true);
  for (let n = 0; n < credentialsMax + 10; n++) {
    known.refused("h", `c${n}`, other, { id: "c", at: 2 }, n);
    if (n < suspectsMax + 10) known.answered("h", `c${n}`, door, { id: "d", at: 3 }, n, true);
  }
  expect(known.size).toBe(credentialsMax);
  expect(door.refusedElsewhere).toMatchObject({ credentials: suspectsMax, networks: suspectsMax });
});

test("parts of one endpoint do not vouch for each other once they are one", () => {
  const known = new KnownCredentials();
  const [one, two, other] = [new CredentialDoor(), new CredentialDoor(), new CredentialDoor()];
  for (const door of [one, two, other]) known.answered("h", "genuine", door, { id: "a", at: 1 }, 1, true);
  for (let n = 0; n < 3; n++) {
    known.refused("h", `c${n}`, other, { id: "b", at: 2 }, n);
    for (const door of [one, two]) known.answered("h", `c${n}`, door, { id: "c", at: 3 }, n, true);
  }
  expect(one.refusedElsewhere.credentials).toBe(0);
  one.absorb(two);
  expect(one.refusedElsewhere.credentials).toBe(3);
});

test("doors of one credential are bounded: its first eight are under doubt when it is refused later, and eight that refused it say whether a door should have", () => {
  const doubted = (doors: number): number => {
    const known = new KnownCredentials();
    const [refuser, ...answering] = Array.from({ length: doors + 1 }, () => new CredentialDoor());
    const last = answering.at(-1);
    if (refuser === undefined || last === undefined) return expect.fail();
    for (const door of [refuser, last]) known.answered("h", "genuine", door, { id: "a", at: 1 }, 1, true);
    for (const door of answering) known.answered("h", "forged", door, { id: "b", at: 2 }, 2, true);
    known.refused("h", "forged", refuser, { id: "c", at: 3 }, 2);
    return last.refusedElsewhere.doubted;
  };
  expect([doubted(doorsMax), doubted(doorsMax + 1)]).toEqual([1, 0]);
  const proven = (strangers: number): number => {
    const known = new KnownCredentials();
    const [door, mate] = [new CredentialDoor(), new CredentialDoor()];
    for (const one of [door, mate]) known.answered("h", "genuine", one, { id: "a", at: 1 }, 1, true);
    for (let n = 0; n < strangers; n++) known.refused("h", "forged", new CredentialDoor(), { id: "b", at: 2 }, 2);
    known.refused("h", "forged", mate, { id: "c", at: 2 }, 2);
    known.answered("h", "forged", door, { id: "d", at: 3 }, 2, true);
    return door.refusedElsewhere.credentials;
  };
  expect([proven(doorsMax - 1), proven(doorsMax)]).toEqual([1, 0]);
});
