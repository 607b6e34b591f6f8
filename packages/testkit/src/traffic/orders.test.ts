import { describe, expect, test } from "vitest";
import { runDirect } from "../drive/run-direct.ts";
import { flaws } from "../latchkey/flaws.ts";
import { createLatchkey } from "../latchkey/latchkey.ts";
import { jsonObject } from "../latchkey/message.ts";
import { deviceKeyOf } from "../latchkey/secrets.ts";
import { orderDays, ordersPath, orderWalk, withOrders } from "./orders.ts";

const from = Date.UTC(2026, 2, 2);
const shop = (): ReturnType<typeof createLatchkey> => withOrders(createLatchkey({ flaws: flaws("F1"), accounts: 2_000, seed: "shop", now: () => from }));

describe("a shop whose orders are read by their number", () => {
  test("lists to everybody his own orders, and finds those of others for clerks alone", () => {
    const service = shop();
    const ask = (path: string, index?: number): { readonly status: number; readonly ids: unknown[] } => {
      const key = index === undefined ? [] : [["Authorization", `Bearer ${deviceKeyOf("shop", service.population.deviceIdAt(index) ?? 0)}`] as const];
      const answer = service.handle({ method: "GET", url: `${ordersPath}${path}`, headers: key, address: "127.1.0.1", at: from });
      const { orders, found } = jsonObject(answer.body);
      const list = Array.isArray(orders) ? orders : Array.isArray(found) ? found : [];
      return { status: answer.status, ids: list.map(({ id }: { id: number }) => id) };
    };
    expect(ask("").status).toBe(401);
    const lists = [50, 51, 52].map((index) => ask("", index).ids);
    expect(new Set(lists.flat()).size).toBe(18);
    expect(ask("/search?customer=51", 3).ids).toEqual(lists[1]);
    expect(ask("/search?customer=51", 50).status).toBe(404);
  });

  test("has days in which nearly every order that is opened was handed to its reader, and all of them are there", () => {
    const handed = new Set<string>();
    let opened = 0;
    let foreign = 0;
    const service = shop();
    const world = { population: service.population, seed: "days", from, to: from + 86_400_000 };
    runDirect(orderDays({ visitsADay: 400, clerks: 4, callsADay: 30 }, world), service, world, ({ url, request, response }) => {
      const caller = request.headers.find(([name]) => name === "Authorization")?.[1] ?? "";
      const { orders, found } = jsonObject(typeof response.body === "string" ? response.body : "");
      const list = Array.isArray(orders) ? orders : Array.isArray(found) ? found : [];
      for (const { id } of list) handed.add(`${caller} ${id}`);
      const id = /orders\/(7\d{6})$/.exec(url)?.[1];
      if (id === undefined) return;
      opened += 1;
      expect(response.status).toBe(200);
      if (!handed.has(`${caller} ${id}`)) foreign += 1;
    });
    expect(opened).toBeGreaterThan(800);
    expect(foreign).toBeGreaterThan(0);
    expect(foreign / opened).toBeLessThan(0.03);
  });

  test("tells one who walks its numbers every order that is not his own, when nobody stands before it", () => {
    const service = shop();
    const attack = orderWalk({ people: service.population, seed: "walk", from, accounts: 3, size: 600, ratePerSecond: 10 });
    runDirect(attack.sessions, service, { from, to: from + 3_600_000 });
    expect(attack.notes.size).toBeGreaterThanOrEqual(597);
    expect(new Set(attack.notes.values())).toEqual(new Set(["exists"]));
  });
});
