import { expect, test } from "vitest";
import { placesMax, WatchedAnswers, watchedMax } from "./watched-answers.ts";

/** The same promise by a Map, as plainly as it can be said. */
class Plain {
  readonly answers = new Map<string, { places: Map<number, boolean> }>();

  note(high: number, low: number, place: number, least: number): boolean {
    const key = `${high} ${low}`;
    let answer = this.answers.get(key);
    if (answer === undefined) {
      const [oldest] = this.answers.keys();
      if (this.answers.size >= watchedMax && oldest !== undefined) this.answers.delete(oldest);
      answer = { places: new Map() };
      this.answers.set(key, answer);
    }
    const { places } = answer;
    if (places.has(place)) {
      places.set(place, true);
      return false;
    }
    if (places.size >= placesMax) places.clear();
    places.set(place, false);
    const once = [...places.values()].filter((again) => !again).length;
    if (once < least || once * 2 < places.size) return false;
    this.answers.delete(key);
    return true;
  }
}

function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test("decides as a Map of Maps would, for few answers and for more than it watches, whatever their order", () => {
  for (const answers of [3, 40, watchedMax, watchedMax + 30, 3 * watchedMax]) {
    const next = numbers(answers);
    const watched = new WatchedAnswers();
    const plain = new Plain();
    let decided = 0;
    for (let n = 0; n < 12_000; n++) {
      // Squared: some answers come all the time. Equal low halves share a bucket.
      const answer = Math.floor((next(1_000) * next(1_000) * answers) / 1_000_000);
      const [high, low, place] = [answer | 0, (answer % 7) - 3, next(60)];
      const told = watched.note(high, low, place, 6);
      expect(told).toBe(plain.note(high, low, place, 6));
      if (told) decided++;
    }
    expect(decided).toBeGreaterThan(0);
  }
});

test("starts anew with an answer that was given for more first segments than are remembered", () => {
  const watched = new WatchedAnswers();
  const plain = new Plain();
  const least = placesMax * 2;
  for (let place = 0; place < 3 * placesMax; place++)
    expect(watched.note(1, 2, place, place < placesMax + 40 ? least : 24)).toBe(plain.note(1, 2, place, place < placesMax + 40 ? least : 24));
});

test("forgets the answer watched longest when one more than its bound comes", () => {
  const watched = new WatchedAnswers();
  for (let answer = 0; answer < watchedMax; answer++) watched.note(answer, 0, 1, 2);
  expect(watched.note(0, 0, 2, 2)).toBe(true);
  const again = new WatchedAnswers();
  for (let answer = 0; answer <= watchedMax; answer++) again.note(answer, 0, 1, 2);
  expect(again.note(0, 0, 2, 2)).toBe(false);
});
