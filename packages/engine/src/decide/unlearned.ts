import { defaultBudget, type GuardedEndpoint } from "./gate-policy.ts";

/** What a guard holds beside its place before anything was learned of its answers: nothing is known to tell, and what is withheld looks like a plain 404. */
export const unlearned: Pick<GuardedEndpoint, "classes" | "tellsNothing" | "uniform" | "budget"> = {
  classes: { scalars: [] },
  tellsNothing: [],
  uniform: { status: 404, headers: [], body: "", learned: false },
  budget: defaultBudget,
};
