import { expect, test } from "vitest";
import type { Exchange } from "./exchange/exchange.ts";
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
