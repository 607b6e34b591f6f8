import { describe, expect, test } from "vitest";
import { viewOf } from "../exchange/view-of.ts";
import { jsonExchange } from "../testing/json-exchange.ts";
import { ports } from "../testing/ports.ts";
import { answersMin, FrontControllers, networksMin, parametersMax, pathsMax, valuesMax } from "./front-controllers.ts";

const routes = ["login", "register", "lookup"];
const letters = "abcdefghijklmnopqrstuvwxyz";
/** A word for a number, as names of routes are. */
const word = (n: number): string => `do${String(n).replaceAll(/\d/g, (digit) => letters.charAt(Number(digit)))}`;

/** A plain word for a number below a thousand: paths and parameters of other words are not learned. */
const plain = (n: number): string => `order${n}`;

let asked = 0;
function ask(fronts: FrontControllers, path: string, answer: unknown = { ok: true }): void {
  asked++;
  fronts.observe(viewOf(jsonExchange({ id: `x${asked}`, at: asked, address: `10.${asked % 200}.7.1`, path, answer }), ports));
}

/** What people do there: each route with a parameter and an answer of its own. */
function use(fronts: FrontControllers, path: string, times: number): void {
  for (let n = 0; n < times; n++) {
    const route = routes[n % routes.length] ?? "";
    ask(fronts, `${path}?action=${route}&${route}id=${n}`, { [`${route}ed`]: n });
  }
}

/** The hashes of the routes of a path, by their words; undefined where it is no front. */
function routesOf(fronts: FrontControllers, path: string): readonly string[] | undefined {
  return fronts.fronts().find((front) => front.path === path)?.routes;
}
const hashes = (words: readonly string[]): readonly string[] => words.map((text) => ports.hash("segment", text));

describe("front controllers at their bounds", () => {
  test("more paths than the bound make no front forgotten, and none of them keeps a busier one out", () => {
    const fronts = new FrontControllers(ports);
    use(fronts, "/api", 48);
    for (let n = 0; n < pathsMax + 50; n++) ask(fronts, `/${plain(n)}?action=${word(n)}`);
    expect(routesOf(fronts, "api")).toEqual(hashes(routes));
    use(fronts, "/later", 48);
    expect(routesOf(fronts, "later")).toEqual(hashes(routes));
  });

  test("as many fronts as the bound are kept, here and after a restart, and go on being told apart", () => {
    const fronts = new FrontControllers(ports);
    for (let n = 0; n < pathsMax + 3; n++) use(fronts, `/${plain(n)}`, 32);
    expect(fronts.fronts()).toHaveLength(pathsMax);
    expect(routesOf(fronts, plain(0))).toEqual(hashes(routes));
    const more = [...fronts.exportState(), { host: "api.example", path: "beyond", name: "action", routes: hashes(routes) }];
    expect(new FrontControllers(ports, more).fronts()).toEqual(fronts.fronts());
  });

  test("invented values push no route out, and make none that few networks were answered", () => {
    const fronts = new FrontControllers(ports);
    use(fronts, "/api", 48);
    for (let n = 0; n < 2 * valuesMax; n++) ask(fronts, `/api?action=${word(n)}`);
    expect(routesOf(fronts, "api")).toEqual(hashes(routes));
  });

  test("a front has at most so many routes; those it has stay", () => {
    const fronts = new FrontControllers(ports);
    use(fronts, "/api", 48);
    for (let n = 0; n < valuesMax + 20; n++) for (let k = 0; k < Math.max(answersMin, networksMin); k++) ask(fronts, `/api?action=${word(n)}`);
    expect(routesOf(fronts, "api")).toHaveLength(valuesMax);
    expect(routesOf(fronts, "api")).toEqual(expect.arrayContaining([...hashes(routes)]));
  });

  test("whoever comes first with invented parameters hides no front", () => {
    const fronts = new FrontControllers(ports);
    const padding = Array.from({ length: 2 * parametersMax }, (_, n) => `${plain(n)}=yes`).join("&");
    ask(fronts, `/api?${padding}`);
    use(fronts, "/api", 64);
    expect(routesOf(fronts, "api")).toEqual(hashes(routes));
  });
});
