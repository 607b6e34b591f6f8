import { PosternError } from "@postern/engine";
import type { Config } from "../../config/config-schema.ts";
import { type CanaryLists, readCanaryFile, typeOfIdentifier } from "../../config/canary-lists.ts";
import { type MadeKind, madeKinds, neverRegistered } from "../../probe/never-registered.ts";
import { leastPerSide } from "../../probe/probe-plan.ts";
import type { ProbeLists } from "../../probe/run-probe.ts";

/** The two lists to ask about, and spare identifiers that are on neither. Throws USAGE with what is missing. */
export function probeLists(options: ListsOptions, config: Config): ProbeLists & { readonly spare: readonly string[] } {
  const given: CanaryLists = options.canaries === undefined ? config.canaries : readCanaryFile(options.canaries);
  const registered = [...new Set(given.registered)];
  if (registered.length < leastPerSide) {
    throw new PosternError(
      "USAGE",
      `${registered.length === 0 ? "No registered identifiers are" : `Only ${registered.length} registered identifiers are`} named; it takes ${leastPerSide}`,
      {
        remedy: "Sign test accounts up and list them: `postern probe --make phone > canaries.yaml` writes the file to fill in; then --canaries canaries.yaml.",
      },
    );
  }
  const kind = options.kind ?? kindOf(registered, given);
  const own = [...new Set(given.unregistered)].filter((one) => !registered.includes(one));
  const needed = Math.max(leastPerSide, registered.length);
  if (own.length < leastPerSide && kind === undefined)
    throw new PosternError("USAGE", `Only ${own.length} never-registered identifiers are named; it takes ${leastPerSide}, and none can be made of this kind`, {
      remedy: `List them as \`unregistered\`, or say what they are: --kind ${madeKinds.join("|")}.`,
    });
  const made = kind === undefined ? [] : neverRegistered(kind, Math.min(1_000, needed + spareMax), options.seed).map((one) => like(registered[0] ?? "", one, kind));
  const unregistered = own.length >= leastPerSide ? own : [...own, ...made.slice(0, needed - own.length)];
  const spare = made.slice(needed).length > 0 ? made.slice(needed) : unregistered;
  return { registered, unregistered, spare };
}

export interface ListsOptions {
  readonly canaries?: string;
  readonly kind?: MadeKind;
  readonly seed: string;
}

const spareMax = 64;

function kindOf(registered: readonly string[], given: CanaryLists): MadeKind | undefined {
  const types = new Set(registered.map((one) => given.type ?? typeOfIdentifier(one) ?? "other"));
  const [only] = types;
  return types.size === 1 ? madeKinds.find((kind) => kind === only) : undefined;
}

/** A made-up telephone number is spelt as the registered ones are: with or without `+`, or with a hyphen after the country. */
function like(sample: string, made: string, kind: MadeKind): string {
  if (kind !== "phone") return made;
  const country = made.startsWith("+1") ? 2 : 3;
  if (/^\d{1,3}-\d+$/.test(sample)) return `${made.slice(1, country)}-${made.slice(country)}`;
  if (sample.startsWith("00")) return `00${made.slice(1)}`;
  return sample.startsWith("+") ? made : made.slice(1);
}
