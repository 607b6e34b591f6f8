import { expect, it } from "vitest";
import { hash53 } from "../observe/hash53.ts";
import { FieldPlaces, pathCharactersMax, placesMax } from "./field-places.ts";

it("numbers a place by the hash of its path, met once or again", () => {
  const places = new FieldPlaces(5);
  const walk = () => places.field(places.items(places.field(places.root, "orders")), "id");
  expect(walk().path).toBe(".orders[].id");
  expect(walk().number).toBe(hash53(".orders[].id", 5));
  expect(walk()).toBe(walk());
});

it("keeps no more places than its bound whatever names come, numbers all of them alike, and goes on after", () => {
  const places = new FieldPlaces(5);
  const { root } = places;
  const wrong = Array.from({ length: placesMax + 100 }, (_, n) => `k${n}`).filter((name) => places.field(root, name).number !== hash53(`.${name}`, 5));
  expect(wrong).toEqual([]);
  expect(places.size).toBe(placesMax);
  expect(places.root).not.toBe(root);
  expect(places.field(places.root, "id").number).toBe(hash53(".id", 5));
  expect(places.size).toBe(2);
});

it("does not keep long paths", () => {
  const places = new FieldPlaces(5);
  const long = "x".repeat(pathCharactersMax);
  expect(places.field(places.field(places.root, long), "id").number).toBe(hash53(`.${long}.id`, 5));
  expect(places.size).toBe(1);
});
