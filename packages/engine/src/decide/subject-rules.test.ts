import { expect, test } from "vitest";
import { viewOf } from "../exchange/view-of.ts";
import { Inventory } from "../inventory/inventory.ts";
import type { InventoryEndpoint } from "../inventory/inventory-endpoint.ts";
import { jsonExchange } from "../testing/json-exchange.ts";
import { ports } from "../testing/ports.ts";
import { SubjectRules } from "./subject-rules.ts";

const rulesMax = 300;

test("hosts that somebody invents fill no more than the bound, and an endpoint in use is known as before", () => {
  const inventory = new Inventory(ports, { hostsMax: 8 });
  const rules = new SubjectRules(undefined, rulesMax);
  const looked = (host: string, n: number): InventoryEndpoint => {
    const asked = jsonExchange({ id: `x${n}`, at: n, address: "192.0.2.1", path: `/users/%2B4670${1_000_000 + n}`, status: 201, answer: {} });
    const endpoint = inventory.observe(viewOf({ ...asked, url: asked.url.replace("api.example", host) }, ports));
    if (endpoint === undefined) throw new Error("not taken up");
    rules.of(endpoint);
    return endpoint;
  };
  let real: InventoryEndpoint | undefined;
  for (let n = 0; n < 200; n++) real = looked("api.example", n);
  for (let n = 0; n < rulesMax + 50; n++) looked(`invented${n}.example`, 1_000 + n);
  expect([...rules.endpointIds()]).toHaveLength(rulesMax);
  expect(looked("api.example", 200)).toBe(real);
  expect(rules.known(real?.id ?? "")).toMatchObject([{ location: { in: "path" }, type: "phone" }]);
});
