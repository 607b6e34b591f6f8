import { describe, expect, test } from "vitest";
import { type ExchangeView } from "../exchange/view.ts";
import { viewOf } from "../exchange/view-of.ts";
import { explainTemplate } from "./explain-template.ts";
import { Inventory } from "./inventory.ts";
import type { TemplateRule } from "./template-rules.ts";
import { ports } from "../testing/ports.ts";

let asked = 0;
function get(url: string): ExchangeView {
  asked++;
  return viewOf(
    {
      id: `x${asked}`,
      at: 1_700_000_000_000 + asked,
      method: "GET",
      url: `http://api.example${url}`,
      client: { address: `192.0.2.${asked % 40}` },
      request: { headers: [] },
      response: { status: 200, headers: [["content-type", "application/json"]], body: '{"ok":true}' },
      carries: { host: true, query: true, requestHeaders: true, requestBody: true, responseHeaders: true, responseBody: true },
    },
    ports,
  );
}

const seen = (inventory: Inventory): Record<string, number> => Object.fromEntries(inventory.endpoints().map((one) => [one.clearTemplate, one.requests]));
const documented = (template: string, more: Partial<TemplateRule> = {}): TemplateRule => ({ kind: "pin", template, known: "document", ...more });
const names = ["okafor", "lindqvist", "moreau"];
const urls = names.flatMap((name) => [`/doctors/${name}`, `/doctors/${name}`, `/doctors/${name}/slots/2026-01-02`]);
const document = [documented("/doctors/{slug}"), documented("/doctors/{slug}/slots/{day}"), documented("/doctors/emergencyline"), documented("/hooks/insurer")];
const joined = { "/doctors/{slug}": 6, "/doctors/{slug}/slots/{day}": 3 };

function learned(rules: readonly TemplateRule[], paths: readonly string[] = urls): Inventory {
  const inventory = new Inventory(ports);
  inventory.govern(rules);
  for (const url of paths) inventory.observe(get(url));
  return inventory;
}

describe("a document's parameters", () => {
  test("take in words, named as the document has them, before and after traffic; gone with the document", () => {
    const before = learned(document);
    expect(seen(before)).toEqual(joined);
    const after = learned([]);
    const apart = seen(after);
    expect(Object.keys(apart)).toHaveLength(6);
    after.govern(document);
    expect(seen(after)).toEqual(joined);
    after.govern([]);
    expect(seen(after)).toEqual(apart);
    before.govern([]);
    expect(seen(before)).toEqual(apart);
    expect(seen(Inventory.restore(ports, JSON.parse(JSON.stringify(after.exportState())), {}, document))).toEqual(joined);
  });

  test("leave alone what the document lists as a constant beside them, words of interfaces, and other paths", () => {
    const inventory = learned(document, [...urls, "/doctors/emergencyline", "/doctors/search", "/nurses/okafor"]);
    expect(seen(inventory)).toEqual({ ...joined, "/doctors/emergencyline": 1, "/doctors/search": 1, "/nurses/okafor": 1 });
  });

  test("change nothing where no word stands: endpoints keep their names", () => {
    const paths = ["/orders/1", "/orders/2", "/orders/3/items/9"];
    const plain = learned([], paths).endpoints();
    const ruled = learned([documented("/orders/{number}"), documented("/orders/{number}/items/{item}")], paths).endpoints();
    expect(ruled.map(({ id }) => id)).toEqual(plain.map(({ id }) => id));
  });

  test("hold below one another: the first place with a word shows all below it", () => {
    const inventory = learned(
      [documented("/teams/{team}/files/{file}")],
      ["/teams/1/files/7", "/teams/1/files/setup-okafor.exe", "/teams/2/files/setup-moreau.exe", "/teams/blue-okafor/files/setup-moreau.exe"],
    );
    expect(seen(inventory)).toEqual({ "/teams/{team}/files/{file}": 4 });
  });

  test("are not words where the document says numbers; hold for the host it names, and where it names none that is seen", () => {
    expect(Object.keys(seen(learned([documented("/doctors/{slug}", { typed: ["slug"] })])))).toHaveLength(6);
    expect(Object.keys(seen(learned([documented("/doctors/{slug}", { host: "other.example" }), documented("/x", { host: "api.example" })])))).toHaveLength(6);
    expect(Object.keys(seen(learned([documented("/doctors/{slug}", { host: "other.example" })])))).toHaveLength(2);
  });

  test("of source take in words of interfaces, too, but not those that name an action or the caller", () => {
    const paths = ["/topics/marketing", "/topics/research", "/topics/search"];
    expect(seen(learned([documented("/topics/{kind}", { known: "source" })], paths))).toEqual({ "/topics/{kind}": 2, "/topics/search": 1 });
    expect(seen(learned([documented("/topics/{kind}")], paths))).toMatchObject({ "/topics/marketing": 1, "/topics/search": 1 });
  });

  test("give way to people", () => {
    const split = learned([...document, { kind: "split", template: "/doctors/moreau" }]);
    expect(seen(split)).toMatchObject({ "/doctors/{slug}": 4, "/doctors/moreau": 2 });
    const merged = learned([...document, { kind: "merge", template: "/doctors/{who}" }], [...urls, "/doctors/emergencyline"]);
    expect(seen(merged)).toMatchObject({ "/doctors/{who}": 7 });
  });

  test("are told as the reason, and constants they name stand in clear", () => {
    const inventory = learned(document, [...urls, "/hooks/insurer"]);
    const slug = inventory.endpoints().find((one) => one.template === "/doctors/{slug}");
    expect(slug === undefined ? [] : explainTemplate(slug)[1]).toMatchObject({ by: "rule", because: expect.stringMatching(/^a kept document has it so/) });
    expect(inventory.endpoints().map((one) => one.template)).toContain("/hooks/insurer");
  });
});
