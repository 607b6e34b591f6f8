import { describe, expect, it } from "vitest";
import { Creations, endpointsMax, peopleMax, returnsMin } from "./creations.ts";

/** `visits` people of a town of `town` sign in, every `newEvery`th visitor is new and signs up first. */
function town(creations: Creations, visits: number, town: number, newEvery: number): void {
  for (let n = 0; n < visits; n++) {
    if (n % newEvery === 0) creations.succeeded("join", `new-${n}`, true);
    else creations.succeeded("enter", `p-${(Math.imul(n, 2_654_435_761) >>> 0) % town}`, true);
  }
}

describe("Creations", () => {
  it("tells a sign-up from a sign-in by who comes back, whatever the statuses", () => {
    for (const status of [200, 201]) {
      const creations = new Creations();
      town(creations, 600, 300, 6);
      expect([creations.says("join", status), creations.says("enter", status)], String(status)).toEqual(["created", "before"]);
    }
  });

  it("says nothing of a 200 while an endpoint with more people could still show it, and believes a 201", () => {
    const creations = new Creations();
    town(creations, 60, 1_000_000, 6);
    expect([creations.says("join", 200), creations.says("join", 201), creations.says("enter", 200)]).toEqual(["unknown", "created", "before"]);
  });

  it("takes nobody who was let in before for created: a password that is reset, a second step of a sign-in", () => {
    const creations = new Creations();
    for (let n = 0; n < 300; n++) {
      creations.succeeded("enter", `p-${n % 200}`, true);
      if (n % 5 === 0) creations.succeeded("reset", `p-${n % 200}`, true);
    }
    expect([creations.says("reset", 200), creations.says("reset", 201)]).toEqual(["before", "before"]);
  });

  it("tells the step that creates people from the one that checks their code", () => {
    const creations = new Creations();
    for (let n = 0; n < 600; n++) {
      if (n % 6 === 0) {
        creations.succeeded("join", `new-${n}`, false);
        creations.succeeded("check", `new-${n}`, true);
      } else creations.succeeded("enter", `p-${n % 300}`, true);
    }
    expect([creations.isSignUp("join"), creations.isSignUp("check"), creations.isSignUp("enter"), creations.isSignUp("unheard")]).toEqual([true, false, false, false]);
  });

  it("measures nobody by an endpoint that fewer people pass", () => {
    const creations = new Creations();
    for (let n = 0; n < 40; n++) creations.succeeded("enter", `p-${n}`, true);
    for (let n = 0; n < 8; n++) creations.succeeded("reset", `p-${n}`, false);
    expect([creations.says("enter", 200), creations.isSignUp("enter")]).toEqual(["before", false]);
  });

  it("is not turned by a few who come back to a sign-up", () => {
    const creations = new Creations();
    town(creations, 1_200, 300, 6);
    for (let n = 0; n < returnsMin; n++) creations.succeeded("join", `new-${n * 6}`, true);
    expect(creations.says("join", 200)).toBe("created");
  });

  it("keeps what it learned over a restart and a new name, and nobody's hash", () => {
    const creations = new Creations();
    town(creations, 600, 300, 6);
    const state = JSON.stringify(creations.exportState());
    expect(state).not.toMatch(/new-|p-/);
    const again = new Creations(JSON.parse(state));
    again.renamed("join", "join-2");
    expect([again.says("join-2", 200), again.says("enter", 200)]).toEqual(["created", "before"]);
  });

  it(`remembers ${peopleMax} people and ${endpointsMax} endpoints; what comes after is judged by its status`, () => {
    const creations = new Creations();
    creations.succeeded("enter", "first", true);
    for (let n = 0; n < peopleMax; n++) creations.succeeded("enter", `p-${n}`, true);
    creations.succeeded("enter", "first", true);
    expect(creations.exportState()).toEqual([{ id: "enter", first: peopleMax + 2, returned: 0, after: 0 }]);
    for (let n = 0; n < endpointsMax + 5; n++) creations.succeeded(`e-${n}`, "somebody", false);
    expect(creations.exportState()).toHaveLength(endpointsMax);
    expect(creations.says(`e-${endpointsMax + 4}`, 201)).toBe("created");
  });
});
