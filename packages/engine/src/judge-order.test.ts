import { expect, test } from "vitest";
import type { Exchange } from "./exchange/exchange.ts";
import { type ExchangeRows, exchangeWeight } from "./exchange/exchange-rows.ts";
import type { Ports } from "./exchange/ports.ts";
import { Judge } from "./judge.ts";

const ports: Ports = { hash: (type, normal) => plain(`${type}\n${normal}`), random: () => 1, decodeUtf8: () => "" };

function plain(text: string): string {
  let hash = 7;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) >>> 0;
  return hash.toString(16).padStart(8, "0").repeat(2);
}

function exchange(at: number): Exchange {
  return {
    id: `x${at}`,
    at,
    method: "GET",
    url: "/health",
    client: { address: "192.0.2.1" },
    request: { headers: [] },
    response: { status: 204, headers: [] },
    carries: { host: false, query: true, requestHeaders: false, requestBody: false, responseHeaders: false, responseBody: false },
  };
}

function judged(times: Iterable<number>): { late: number; order: number[]; indexes: number[] } {
  const order: number[] = [];
  const indexes: number[] = [];
  const judge = new Judge(
    ports,
    { mode: "observe", newId: () => "s" },
    { decision: (index, decision) => (indexes.push(index), order.push(decision.at)), exchange: () => undefined, signals: () => undefined },
  );
  for (const at of times) judge.push(exchange(at));
  judge.finish();
  return { late: judge.late, order, indexes };
}

test("a short input is judged in order of time however it is shuffled, and each decision keeps its place of input", () => {
  const times = Array.from({ length: 2_000 }, (_, i) => ((i * 7_919) % 2_000) * 10);
  const { late, order, indexes } = judged(times);
  expect(late).toBe(0);
  expect(order).toEqual(times.toSorted((a, b) => a - b));
  expect(indexes.map((index) => times[index])).toEqual(order);
});

test("exchanges that wait as rows are judged as if they had been pushed one by one, and put together once each", () => {
  const times = Array.from({ length: 3_000 }, (_, i) => ((i * 7_919) % 2_000) * 10);
  const order: [index: number, id: string][] = [];
  const put: number[] = [];
  const judge = new Judge(
    ports,
    { mode: "observe", newId: () => "s" },
    { decision: (index, decision) => order.push([index, decision.id]), exchange: () => undefined, signals: () => undefined },
  );
  const rowsOf = (from: number, length: number): ExchangeRows => ({
    length,
    at: (row) => times[from + row] ?? 0,
    weight: () => exchangeWeight(exchange(0)),
    exchange: (row) => {
      put.push(from + row);
      return exchange(times[from + row] ?? 0);
    },
  });
  judge.pushRows(rowsOf(0, 1_000));
  judge.push(exchange(times[1_000] ?? 0));
  judge.pushRows(rowsOf(1_001, 1_999));
  judge.finish();
  expect(order.map(([, id]) => id)).toEqual(times.toSorted((a, b) => a - b).map((at) => `x${at}`));
  expect(order.map(([index]) => index).toSorted((a, b) => a - b)).toEqual(times.map((_, n) => n));
  for (const [index, id] of order) if (id !== `x${times[index]}`) expect.unreachable(`${index} is not ${id}`);
  expect(put).toHaveLength(2_999);
});
