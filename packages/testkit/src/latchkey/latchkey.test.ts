import { afterEach, describe, expect, test } from "vitest";
import { totpAt } from "./customer-plane.ts";
import { type FlawId, flawIds, flaws, parseFlaws } from "./flaws.ts";
import { createLatchkey, type Latchkey } from "./latchkey.ts";
import { backupCharsMax, contactsMax } from "./client-plane.ts";
import { approvalMs } from "./service.ts";
import { addressLimit, createAddressLimit } from "./address-limit.ts";
import { carrierPrices } from "./carrier.ts";
import { attestationOf, customerKeyOf, customerLoginOf, deviceKeyOf, deviceOfKey, pinOf } from "./secrets.ts";
import { registrationMs, triesMax } from "./registration.ts";
import { dashed, international, strangersFrom } from "../population.ts";

const start = Date.UTC(2026, 2, 2, 9);
const opened: Latchkey[] = [];
afterEach(() => {
  for (const latchkey of opened.splice(0)) latchkey.close();
});

/** A service and a small client for it; `at` of the client moves by hand. */
function world(...on: FlawId[]) {
  const latchkey = createLatchkey({ flaws: flaws(...on), accounts: 500, seed: "w", now: () => start });
  opened.push(latchkey);
  const client = {
    latchkey,
    people: latchkey.population,
    at: start,
    call: (method: string, url: string, options: { body?: unknown; headers?: [string, string][]; address?: string } = {}) => {
      const answer = latchkey.handle({
        method,
        url,
        headers: options.headers ?? [],
        address: options.address ?? "127.9.9.9",
        at: client.at,
        ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      });
      const json: Record<string, unknown> = answer.body === "" ? {} : JSON.parse(answer.body);
      return { status: answer.status, json, durationMs: answer.durationMs, headers: answer.headers, body: answer.body };
    },
    status: (national: number, headers: [string, string][] = [], address = "127.9.9.9") => client.call("GET", `/client/v1/users/${dashed(national)}/status`, { headers, address }),
    /** Signs person 1 in by SMS and returns the new device. */
    register: (reference: string) => {
      const base = `/client/v1/users/${reference}/devices/registration`;
      const headers: [string, string][] = [["X-Latchkey-Attestation", attestationOf("w", "i1")]];
      const requestId = String(client.call("POST", `${base}/start`, { body: { via: "sms" }, headers }).json["request_id"]);
      client.at += 7_000;
      return client.call("POST", `${base}/${requestId}/complete`, { body: { pin: pinOf("w", requestId), device_name: "new" } });
    },
  };
  return client;
}

describe("the flawed lookup", () => {
  test("gives exactly the leaked columns for a known number and a refusal for an unknown one", () => {
    const { status, people } = world("F1", "F2", "F3");
    const known = status(people.numberAt(1));
    expect(known.status).toBe(200);
    expect(Object.keys(known.json).sort()).toEqual(["account_id", "device_count", "force_ott", "status", "success"]);
    expect(known.json).toMatchObject({ account_id: people.accountIdAt(1), success: true });
    const unknown = status(people.numberAt(strangersFrom));
    expect(unknown).toMatchObject({ status: 200, json: { success: false } });
  });

  test("refuses what is no number of the example world, whatever the flaws", () => {
    const { call } = world("F1", "F2", "F3");
    for (const who of ["1-15550100", "999-1555010", "999-abc", "15550100", "999-15550100%00"]) {
      expect([400, 401]).toContain(call("GET", `/client/v1/users/${who}/status`).status);
    }
    expect(call("GET", "/nowhere").status).toBe(404);
    expect(call("GET", `/${"a".repeat(5_000)}`).status).toBe(404);
    expect(call("DELETE", "/client/v1/users/999-15550100/status").status).toBe(405);
  });
});

describe("flaw truth table: each switch alone", () => {
  /** What an outsider without attestation can do, measured by asking. */
  function measured(...on: FlawId[]): Record<FlawId, boolean> {
    const { status, people } = world(...on);
    const attested: [string, string][] = [["X-Latchkey-Attestation", attestationOf("w", "i9")]];
    const bodyOf = (national: number, n: number): string => status(national, attested, `127.8.${n}.1`).body;
    const meanMs = (from: number): number => {
      let sum = 0;
      for (let n = 0; n < 40; n += 1) sum += status(people.numberAt(from + n), attested, `127.7.${n}.${from % 200}`).durationMs;
      return sum / 40;
    };
    const answers = Array.from({ length: 60 }, () => status(people.numberAt(1), attested).status);
    return {
      F1: status(people.numberAt(1), [], "127.6.1.1").status === 200,
      F2: !answers.includes(429),
      F3: bodyOf(people.numberAt(1), 1) !== bodyOf(people.numberAt(strangersFrom), 2),
      F4: meanMs(1) - meanMs(strangersFrom) > 10,
    };
  }

  for (const flaw of flawIds) {
    test(`${flaw} on brings ${flaw} and nothing else`, () => {
      expect(measured(flaw)).toEqual(flaws(flaw));
    });
  }
  test("all off: none of them", () => {
    expect(measured()).toEqual(flaws());
  });
  test("F1 to F3 on, F4 off: those three", () => {
    expect(measured("F1", "F2", "F3")).toEqual(flaws("F1", "F2", "F3"));
  });
  test("F4 takes 15 to 25 ms longer for a known number, body and status being the same", () => {
    const { status, people } = world("F1", "F2", "F4");
    for (let index = 0; index < 100; index += 1) {
      const known = status(people.numberAt(index));
      const unknown = status(people.numberAt(strangersFrom + index));
      expect(known.body).toBe(unknown.body);
      expect(known.durationMs).toBeGreaterThanOrEqual(17);
      expect(known.durationMs).toBeLessThanOrEqual(31);
      expect(unknown.durationMs).toBeLessThanOrEqual(6);
    }
  });
  test("with F1 off a made-up attestation is refused and a real one taken", () => {
    const { status, people } = world("F2", "F3");
    expect(status(people.numberAt(1)).json["message"]).toBe("Attestation token is missing.");
    expect(status(people.numberAt(1), [["X-Latchkey-Attestation", "i1.00000000000000000000000000000000"]]).status).toBe(401);
    expect(status(people.numberAt(1), [["X-Latchkey-Attestation", attestationOf("w", "i1")]]).status).toBe(200);
  });
  test("an unknown flaw's name is named", () => {
    expect(parseFlaws("F1, f3")).toEqual({ ok: true, flaws: flaws("F1", "F3") });
    expect(parseFlaws("none")).toEqual({ ok: true, flaws: flaws() });
    expect(parseFlaws("F1,F99")).toEqual({ ok: false, unknown: "F99" });
  });
});

describe("registration of a device", () => {
  test("goes pending, then accepted, then gives a key that opens the account's own doors only", () => {
    const w = world("F1", "F2", "F3");
    const id = w.people.accountIdAt(1);
    const base = `/client/v1/users/${id}/devices/registration`;
    const requestId = String(w.call("POST", `${base}/start`, { body: { via: "sms" } }).json["request_id"]);
    expect(w.call("GET", `${base}/${requestId}/status`).json["status"]).toBe("pending");
    w.at += 6_000;
    expect(w.call("GET", `${base}/${requestId}/status`).json["status"]).toBe("accepted");
    const done = w.call("POST", `${base}/${requestId}/complete`, { body: { pin: pinOf("w", requestId), device_name: "new one" } });
    expect(done.json).toMatchObject({ success: true, account_id: id, device: { name: "new one" } });
    const device = done.json["device"];
    expect(device).toMatchObject({ secret_seed: expect.stringMatching(/^[0-9a-f]{40}$/), api_key: expect.stringMatching(/^lkd_/) });
    const key = /"api_key":"([^"]+)"/.exec(done.body)?.[1] ?? "";
    const bearer: [string, string][] = [["Authorization", `Bearer ${key}`]];
    expect(w.call("GET", `/client/v1/users/${id}/tokens`, { headers: bearer }).status).toBe(200);
    expect(w.call("GET", `/client/v1/users/${id + 1}/tokens`, { headers: bearer }).status).toBe(403);
    expect(w.call("GET", `/client/v1/users/${id}/tokens`).status).toBe(401);
    expect(w.call("GET", "/client/v1/notices", { headers: bearer }).json).toMatchObject({ notices: [{ text: "A new device was added: new one" }] });
    expect(w.call("POST", `${base}/${requestId}/complete`, { body: { pin: pinOf("w", requestId) } }).status).toBe(409);
  });

  test(`is burnt by ${triesMax} wrong pins, even for the right one after`, () => {
    const w = world("F1", "F2", "F3");
    const base = `/client/v1/users/${w.people.accountIdAt(1)}/devices/registration`;
    const requestId = String(w.call("POST", `${base}/start`, { body: { via: "call" } }).json["request_id"]);
    const right = pinOf("w", requestId);
    const wrong = right === "000000" ? "000001" : "000000";
    for (let left = triesMax - 1; left >= 0; left -= 1) {
      expect(w.call("POST", `${base}/${requestId}/complete`, { body: { pin: wrong } })).toMatchObject({ status: 401, json: { tries_left: left } });
    }
    expect(w.call("POST", `${base}/${requestId}/complete`, { body: { pin: right } }).status).toBe(403);
  });

  test("expires after ten minutes, and cannot be completed under another account", () => {
    const w = world("F1", "F2", "F3");
    const base = (index: number) => `/client/v1/users/${w.people.accountIdAt(index)}/devices/registration`;
    const requestId = String(w.call("POST", `${base(1)}/start`, { body: { via: "sms" } }).json["request_id"]);
    expect(w.call("POST", `${base(2)}/${requestId}/complete`, { body: { pin: pinOf("w", requestId) } }).status).toBe(404);
    w.at += registrationMs + 1;
    expect(w.call("GET", `${base(1)}/${requestId}/status`).json["status"]).toBe("expired");
    expect(w.call("POST", `${base(1)}/${requestId}/complete`, { body: { pin: pinOf("w", requestId) } }).status).toBe(410);
  });

  test("by push waits for the old device: approved goes on, denied does not, nobody means expired", () => {
    const w = world("F1", "F2", "F3");
    const id = w.people.accountIdAt(1);
    const base = `/client/v1/users/${id}/devices/registration`;
    const bearer: [string, string][] = [["Authorization", `Bearer ${deviceKeyOf("w", w.people.deviceIdAt(1) ?? 0)}`]];
    const begin = () => String(w.call("POST", `${base}/start`, { body: { via: "push" } }).json["request_id"]);
    const stateOf = (requestId: string) => w.call("GET", `${base}/${requestId}/status`).json["status"];
    const approved = begin();
    expect(w.call("POST", `${base}/${approved}/complete`, { body: { pin: pinOf("w", approved) } }).status).toBe(401);
    expect(w.call("GET", "/client/v1/approvals", { headers: bearer }).json).toMatchObject({ approvals: [{ id: approved, kind: "device" }] });
    expect(w.call("POST", `/client/v1/approvals/${approved}/approve`, { headers: bearer }).status).toBe(200);
    expect(stateOf(approved)).toBe("accepted");
    expect(w.call("POST", `${base}/${approved}/complete`, { body: { pin: pinOf("w", approved) } }).status).toBe(200);
    const denied = begin();
    w.call("POST", `/client/v1/approvals/${denied}/deny`, { headers: bearer });
    expect(stateOf(denied)).toBe("rejected");
    const forgotten = begin();
    w.at += approvalMs + 1;
    expect(stateOf(forgotten)).toBe("expired");
    expect(w.call("POST", `/client/v1/approvals/${forgotten}/approve`, { headers: bearer }).status).toBe(410);
  });

  test("with multi-device switched off is refused to an account that has a device", () => {
    const w = world("F1", "F2", "F3");
    const id = w.people.accountIdAt(1);
    const bearer: [string, string][] = [["Authorization", `Bearer ${deviceKeyOf("w", w.people.deviceIdAt(1) ?? 0)}`]];
    expect(w.call("PUT", `/client/v1/users/${id}/multi-device`, { headers: bearer, body: { enabled: false } }).status).toBe(200);
    expect(w.register(String(id)).status).not.toBe(200);
    w.call("PUT", `/client/v1/users/${id}/multi-device`, { headers: bearer, body: { enabled: true } });
    expect(w.register(String(id)).status).toBe(200);
  });

  test("on the hardened service goes by number, and a decoy for a stranger looks the same until the pin", () => {
    const w = world();
    const headers: [string, string][] = [["X-Latchkey-Attestation", attestationOf("w", "i1")]];
    expect(w.register(dashed(w.people.numberAt(1))).status).toBe(200);
    const shapes = [w.people.numberAt(2), w.people.numberAt(strangersFrom)].map((national) => {
      const base = `/client/v1/users/${dashed(national)}/devices/registration`;
      const begun = w.call("POST", `${base}/start`, { body: { via: "sms" }, headers });
      const requestId = String(begun.json["request_id"]);
      w.at += 7_000;
      const polled = w.call("GET", `${base}/${requestId}/status`);
      const wrong = w.call("POST", `${base}/${requestId}/complete`, { body: { pin: "nope" } });
      return [begun.status, Object.keys(begun.json), polled.body, wrong.body];
    });
    expect(shapes[0]).toEqual(shapes[1]);
  });
});

describe("the signed-in app", () => {
  const headers: [string, string][] = [["Authorization", `Bearer ${deviceKeyOf("w", 5_000_002)}`]];

  test("synchronises an address book of at most five hundred numbers, and nobody without a key does", () => {
    const w = world("F1", "F2", "F3");
    const numbers = [w.people.numberAt(3), w.people.numberAt(strangersFrom), w.people.numberAt(4)].map(international);
    expect(w.call("POST", "/client/v1/contacts/sync", { body: { numbers } }).status).toBe(401);
    expect(w.call("POST", "/client/v1/contacts/sync", { headers, body: { numbers } }).json).toMatchObject({ matches: [{ number: numbers[0] }, { number: numbers[2] }] });
    const full = Array.from({ length: contactsMax }, () => numbers[0]);
    expect(w.call("POST", "/client/v1/contacts/sync", { headers, body: { numbers: full } }).status).toBe(200);
    expect(w.call("POST", "/client/v1/contacts/sync", { headers, body: { numbers: [...full, numbers[0]] } }).status).toBe(400);
  });

  test("keeps one encrypted backup and gives it back; one too large is refused", () => {
    const w = world("F1", "F2", "F3");
    const url = `/client/v1/users/${w.people.accountIdAt(1)}/backup`;
    expect(w.call("GET", url, { headers }).status).toBe(404);
    expect(w.call("PUT", url, { headers, body: { ciphertext: "b25l", salt: "s" } }).status).toBe(200);
    expect(w.call("PUT", url, { headers, body: { ciphertext: "dHdv", salt: "t" } }).status).toBe(200);
    expect(w.call("GET", url, { headers }).json).toMatchObject({ ciphertext: "dHdv", salt: "t" });
    expect(w.call("PUT", url, { headers, body: { ciphertext: "x".repeat(backupCharsMax + 1), salt: "t" } }).status).toBe(400);
  });

  test("a key made up or of another world opens nothing", () => {
    expect(deviceOfKey("w", deviceKeyOf("w", 7))).toBe(7);
    expect(deviceOfKey("other", deviceKeyOf("w", 7))).toBeUndefined();
    expect(deviceOfKey("w", "lkd_7_00000000000000000000000000000000")).toBeUndefined();
  });
});

describe("the customer plane", () => {
  const headers: [string, string][] = [["X-Latchkey-Api-Key", customerKeyOf("w", 0)]];

  test("needs a customer's key for everything", () => {
    const w = world("F1", "F2", "F3");
    for (const url of [`/customer/v1/users/${w.people.accountIdAt(1)}/status`, "/customer/v1/phones/info", "/customer/v1/users"]) {
      expect(w.call("GET", url).status).toBe(401);
      expect(w.call("GET", url, { headers: [["X-Latchkey-Api-Key", "lkc_0"]] }).status).toBe(401);
    }
  });

  test("shows four digits of a number, never more", () => {
    const w = world("F1", "F2", "F3");
    const national = w.people.numberAt(1);
    const answer = w.call("GET", `/customer/v1/users/${w.people.accountIdAt(1)}/status`, { headers });
    expect(answer.json).toMatchObject({ status: { phone_number: `XXX-XXX-${String(national).slice(-4)}` } });
    expect(answer.body).not.toContain(String(national));
    expect(w.call("POST", `/customer/v1/users/${w.people.accountIdAt(1)}/sms`, { headers }).body).not.toContain(String(national));
  });

  test("creates a user once per number, and the lookup knows it from then on", () => {
    const w = world("F1", "F2", "F3");
    const national = w.people.numberAt(strangersFrom + 5);
    expect(w.status(national).json["success"]).toBe(false);
    const body = { email: "a@mail.example", cellphone: String(national), country_code: "999" };
    const created = w.call("POST", "/customer/v1/users", { headers, body });
    expect(created.json["success"]).toBe(true);
    expect(w.call("POST", "/customer/v1/users", { headers, body: { ...body, email: "b@mail.example" } }).json["user"]).toEqual(created.json["user"]);
    expect(w.status(national).json["success"]).toBe(true);
    expect(w.latchkey.holds(national)).toBe(true);
    expect(w.call("POST", "/customer/v1/users", { headers, body: { ...body, country_code: "1" } }).status).toBe(400);
  });

  test("verifies the TOTP a device shows, one step late too, and no other", () => {
    const w = world("F1", "F2", "F3");
    const id = w.people.accountIdAt(1);
    const seed = /"secret_seed":"([0-9a-f]+)"/.exec(w.register(String(id)).body)?.[1] ?? "";
    const token = totpAt(seed, w.at);
    expect(w.call("GET", `/customer/v1/verify/${token}/${id}`, { headers }).status).toBe(200);
    w.at += 30_000;
    expect(w.call("GET", `/customer/v1/verify/${token}/${id}`, { headers }).status).toBe(200);
    w.at += 120_000;
    expect(w.call("GET", `/customer/v1/verify/${token}/${id}`, { headers }).status).toBe(401);
  });

  test("asks for an approval that the device grants within two minutes", () => {
    const w = world("F1", "F2", "F3");
    const id = w.people.accountIdAt(1);
    const asked = w.call("POST", `/customer/v1/users/${id}/approval_requests`, { headers, body: { message: "Sign in?" } });
    const uuid = /"uuid":"([^"]+)"/.exec(asked.body)?.[1] ?? "";
    const url = `/customer/v1/approval_requests/${uuid}`;
    expect(w.call("GET", url, { headers }).json).toMatchObject({ approval_request: { status: "pending" } });
    w.call("POST", `/client/v1/approvals/${uuid}/approve`, { headers: [["Authorization", `Bearer ${deviceKeyOf("w", w.people.deviceIdAt(1) ?? 0)}`]] });
    expect(w.call("GET", url, { headers }).json).toMatchObject({ approval_request: { status: "approved" } });
  });

  test("signs a customer in to the dashboard, and says the same to a wrong password as to an unknown mail", () => {
    const w = world();
    const { email, password } = customerLoginOf("w", 2);
    expect(w.call("POST", "/v1/login", { body: { email, password } }).json).toMatchObject({ success: true, customer: 2 });
    const wrong = w.call("POST", "/v1/login", { body: { email, password: "x" } });
    const unknown = w.call("POST", "/v1/login", { body: { email: "nobody@customer-2.example", password } });
    expect([wrong.status, wrong.body]).toEqual([401, unknown.body]);
  });
});

test("while the carrier is down nobody can start by SMS or call, push still works, and all is well again after", () => {
  const latchkey = createLatchkey({ flaws: flaws("F1", "F2", "F3"), accounts: 100, seed: "o", now: () => start, outages: [{ from: start, to: start + 1_000 }] });
  opened.push(latchkey);
  const begin = (via: string, at: number) =>
    latchkey.handle({
      method: "POST",
      url: `/client/v1/users/${latchkey.population.accountIdAt(1)}/devices/registration/start`,
      headers: [],
      body: JSON.stringify({ via }),
      address: "127.1.1.1",
      at,
    }).status;
  expect([begin("sms", start - 1), begin("sms", start), begin("call", start + 999), begin("push", start), begin("sms", start + 1_000)]).toEqual([200, 503, 503, 200, 200]);
});

test("the carrier's meter counts every message it is asked for", () => {
  const w = world("F1", "F2", "F3");
  w.register(String(w.people.accountIdAt(1)));
  const base = `/client/v1/users/${w.people.accountIdAt(2)}/devices/registration/start`;
  w.call("POST", base, { body: { via: "call" } });
  expect(w.latchkey.carrier()).toEqual({ sms: 1, calls: 1, costMillicents: carrierPrices.sms + carrierPrices.call });
});

test("the address limit lets the burst through, then says how long to wait; at its bound it forgets the oldest address", () => {
  const limit = createAddressLimit(2);
  for (let n = 0; n < addressLimit.burst; n += 1) expect(limit.take("a", start)).toBe(0);
  const seconds = limit.take("a", start);
  expect(seconds).toBe(2);
  expect(limit.take("a", start + seconds * 1_000)).toBe(0);
  limit.take("b", start);
  limit.take("c", start);
  expect(limit.take("a", start)).toBe(0);
});
