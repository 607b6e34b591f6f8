import { defaultBudget } from "@postern/engine";
import type { Budget } from "@postern/engine";
import type { Config, DeclaredEndpoint } from "./config-schema.ts";

/** The budget in force on an endpoint: its own words, then `protect`, then the built-in. A new caller never starts above what it may ever have. */
export function budgetOf(config: Pick<Config, "protect">, endpoint?: Pick<DeclaredEndpoint, "budget">): Budget {
  const own = { ...withoutUndefined(config.protect), ...withoutUndefined(endpoint?.budget ?? {}) };
  const maxCredits = own.disclosureBudget ?? defaultBudget.maxCredits;
  return {
    startCredits: Math.min(own.startCredits ?? defaultBudget.startCredits, maxCredits),
    maxCredits,
    unanchoredCeiling: own.unanchoredCeiling ?? defaultBudget.unanchoredCeiling,
    ...(own.wrongCodes === undefined ? {} : { wrongCodes: own.wrongCodes }),
    ...(own.wrongCodesOnOne === undefined ? {} : { wrongCodesOnOne: own.wrongCodesOnOne }),
    ...(own.slowStrangers === undefined ? {} : { slowStrangers: own.slowStrangers }),
    ...(own.holdStuffers === undefined ? {} : { holdStuffers: own.holdStuffers }),
    ...(own.holdSprayed === undefined ? {} : { holdSprayed: own.holdSprayed }),
    ...(own.holdPumped === undefined ? {} : { holdPumped: own.holdPumped }),
    ...(own.signedInCredits === undefined ? {} : { signedInCredits: own.signedInCredits }),
  };
}

function withoutUndefined(budget: NonNullable<DeclaredEndpoint["budget"]>): NonNullable<DeclaredEndpoint["budget"]> {
  return Object.fromEntries(Object.entries(budget).filter(([, value]) => value !== undefined));
}
