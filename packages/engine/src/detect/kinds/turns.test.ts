import { expect, test } from "vitest";
import { networksMax, Turns, turnsMax } from "./turns.ts";

test("what turned one way for several networks tells; what turns both ways does not", () => {
  const turns = new Turns();
  for (let n = 0; n < 4; n++) {
    turns.add("200 no", "200 yes", `n${n}`, ["form:pin"]);
    turns.add("200#a", "200#b", `n${n}`, ["query:page"]);
    turns.add("200#b", "200#a", `n${n}`, ["query:page"]);
  }
  expect(turns.oneWay().map(({ from, to, networks }) => [from, to, networks])).toEqual([["200 no", "200 yes", 4]]);
});

test("what is known by as many networks as are counted stays, however many turn the other way after them", () => {
  const turns = new Turns();
  for (let n = 0; n < 400; n++) {
    turns.add("401", "200 yes", `n${n}`, ["form:pin"]);
    if (n % 20 === 0) turns.add("200 yes", "401", `shared${n}`, ["form:pin"]);
  }
  expect(turns.oneWay().map(({ from, to }) => [from, to])).toEqual([["401", "200 yes"]]);
});

test("one network counts once, however often it corrects itself", () => {
  const turns = new Turns();
  for (let n = 0; n < 100; n++) turns.add("401", "200#a", "the same", ["json:pin"]);
  expect(turns.oneWay()).toMatchObject([{ networks: 1 }]);
});

test("holds so many turns and networks and no more", () => {
  const turns = new Turns();
  for (let n = 0; n < 10 * turnsMax; n++) turns.add(`200#${n}`, "200#z", "n", ["a"]);
  for (let n = 0; n < 10 * networksMax; n++) turns.add("200#0", "200#z", `n${n}`, [`field${n}`]);
  const state = turns.exportState();
  expect(state.length).toBe(turnsMax);
  expect(Math.max(...state.map(({ networks }) => networks.length))).toBe(networksMax);
  expect(Math.max(...state.map(({ fields }) => fields.length))).toBeLessThanOrEqual(8);
});
