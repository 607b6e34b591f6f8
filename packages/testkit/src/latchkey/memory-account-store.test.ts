import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { population } from "../population.ts";
import { type AccountStore, openAccountStore } from "./account-store.ts";
import { memoryAccountStore } from "./memory-account-store.ts";

const people = population({ seed: "two stores", accounts: 40 });
/** Ids and numbers of people of day one, of those who come, and of nobody. */
const account = fc.integer({ min: people.accountIdAt(0) - 1, max: people.accountIdAt(45) });
const number = fc.integer({ min: 0, max: 60 }).map((index) => people.numberAt(index));
const device = fc.integer({ min: (people.deviceIdAt(0) ?? 0) - 1, max: (people.deviceIdAt(0) ?? 0) + 60 });
const request = fc.integer({ min: 0, max: 6 }).map((n) => `r${n}`);
const at = fc.integer({ min: 0, max: 50 });

type Step = (store: AccountStore, step: number) => unknown;
const step: fc.Arbitrary<Step> = fc.oneof(
  number.map(
    (national): Step =>
      (store) =>
        store.accountByNumber(national),
  ),
  account.map(
    (id): Step =>
      (store) =>
        store.accountById(id),
  ),
  number.map(
    (national): Step =>
      (store) =>
        store.accountByNumber(national) === undefined ? store.addAccount(national, `${national}@mail.example`, 0) : "there",
  ),
  fc.tuple(account, fc.boolean()).map(
    ([id, on]): Step =>
      (store) =>
        store.setMultiDevice(id, on),
  ),
  device.map(
    (id): Step =>
      (store) =>
        store.device(id),
  ),
  account.map(
    (id): Step =>
      (store) =>
        store.devices(id),
  ),
  fc.tuple(account, at).map(
    ([id, when]): Step =>
      (store, n) =>
        store.addDevice(id, `telephone ${n}`, when),
  ),
  account.map(
    (id): Step =>
      (store) =>
        store.notices(id),
  ),
  fc.tuple(account, at).map(
    ([accountId, createdAt]): Step =>
      (store, n) =>
        store.addRegistration({ requestId: `r${n % 7}-${n}`, accountId, via: "sms", pin: "1", createdAt, tries: 0, completed: false }),
  ),
  fc.tuple(request, fc.integer({ min: 0, max: 60 })).map(([id, n]): Step => (store) => {
    store.countTry(`${id}-${n}`);
    if (n % 2 === 0) store.completeRegistration(`${id}-${n}`);
    return store.registration(`${id}-${n}`);
  }),
  fc.tuple(account, at).map(
    ([accountId, createdAt]): Step =>
      (store, n) =>
        store.addApproval({ id: `a${n}`, accountId, kind: "login", message: "?", createdAt, state: "pending" }),
  ),
  fc.tuple(fc.integer({ min: 0, max: 60 }), fc.constantFrom("approved" as const, "denied" as const)).map(([n, state]): Step => (store) => {
    store.decideApproval(`a${n}`, state);
    return store.approval(`a${n}`);
  }),
  fc.tuple(account, at).map(
    ([id, since]): Step =>
      (store) =>
        store.pendingApprovals(id, since),
  ),
  fc.tuple(account, at).map(
    ([id, when]): Step =>
      (store) =>
        store.putBackup(id, `c${when}`, "s", when),
  ),
  account.map(
    (id): Step =>
      (store) =>
        store.backup(id),
  ),
  at.map(
    (when): Step =>
      (store) =>
        store.prune(when - 25),
  ),
);

describe("accounts in memory", () => {
  test("answer whatever is asked and done in any order as the database does", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const database = openAccountStore(people);
        const memory = memoryAccountStore(people);
        try {
          for (const [n, one] of steps.entries()) expect(one(memory, n)).toEqual(one(database, n));
        } finally {
          database.close();
        }
      }),
      { numRuns: 60 },
    );
  });

  test("give at most fifty devices, the twenty newest notices and twenty waiting approvals, as the database does", () => {
    const stores = [openAccountStore(people), memoryAccountStore(people)];
    const id = people.accountIdAt(3);
    for (const store of stores)
      for (let n = 0; n < 60; n += 1) {
        store.addDevice(id, `telephone ${n}`, n % 30);
        store.addApproval({ id: `a${n}`, accountId: id, kind: "device", message: "?", createdAt: n, state: "pending" });
      }
    const [database, memory] = stores.map((store) => [store.devices(id), store.notices(id), store.pendingApprovals(id, 5), store.accountById(id)]);
    expect(memory).toEqual(database);
    stores[0]?.close();
  });
});
