import { describe, expect, it } from "vitest";
import type { Ports } from "../../exchange/ports.ts";
import { ports } from "../../testing/ports.ts";
import { LinkTable } from "./link-table.ts";

/** A cheap one for the test at the bound. */
const plain: Ports = { ...ports, hash: (_type, normal) => normal };
const hour = 3_600_000;

describe("LinkTable", () => {
  it("leads an id back to the subjects it was returned for, in the network it was returned to and in no other", () => {
    const links = new LinkTable(ports);
    links.add("net-a", "1000234", ["s1"], 1_000);
    expect(links.find("net-a", "1000234", 2_000)).toEqual(["s1"]);
    expect(links.find("net-b", "1000234", 2_000)).toEqual([]);
    expect(links.find("net-a", "1000235", 2_000)).toEqual([]);
  });

  it("forgets after an hour without use, and starts afresh then", () => {
    const links = new LinkTable(ports);
    links.add("n", "id", ["s1"], 0);
    expect(links.find("n", "id", hour)).toEqual(["s1"]);
    expect(links.find("n", "id", hour + 1)).toEqual([]);
    links.add("n", "id", ["s2"], hour + 2);
    expect(links.find("n", "id", hour + 3)).toEqual(["s2"]);
  });

  it("lets a value that leads to more than four people lead nowhere, for as long as it is seen", () => {
    const links = new LinkTable(ports);
    for (let n = 0; n < 4; n++) links.add("n", "true", [`s${n}`], n);
    expect(links.find("n", "true", 10)).toHaveLength(4);
    links.add("n", "true", ["s4"], 11);
    expect(links.find("n", "true", 12)).toEqual([]);
    links.add("n", "true", ["s0"], 13);
    expect(links.find("n", "true", 14)).toEqual([]);
  });

  it("holds 131,072 values and then forgets the oldest", () => {
    const links = new LinkTable(plain);
    for (let n = 0; n < 131_072 + 10; n++) links.add("n", String(n), ["s"], 1);
    expect(links.size).toBe(131_072);
    expect(links.find("n", "9", 2)).toEqual([]);
    expect(links.find("n", "10", 2)).toEqual(["s"]);
  });
});
