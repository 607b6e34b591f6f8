import type { NamedClients } from "../../decide/gate-policy.ts";
import type { NamedSubset } from "./scan-candidates.ts";
import { rowsOfSourceMax } from "./contact-sample.ts";
import type { ScanResult } from "./subset-scan.ts";

/** Who an attack's clients are, for people. Numbers are estimates from a sample of sources. Holds networks, fingerprints and programs; no identifier and no whole address. */
export interface IncidentClients {
  /** `named`: the rule catches half of the attack or more; `partly`: a tenth or more; `alike`: nothing seen tells them from honest clients. */
  readonly verdict: "named" | "partly" | "alike";
  readonly sentence: string;
  /** What a person may block, and what it would cost; undefined where no rule is worth its price. */
  readonly rule?: string;
  /** Sources of the attack, about. */
  readonly sources: number;
  /** Share of the attack that the rule catches, 0–1. */
  readonly caught: number;
  /** Callers who followed up as honest people do, in the last day, and those of them the rule would hit. */
  readonly people: number;
  readonly peopleHit: number;
  /** Networks of the attack's sources, most first, where the operator gave a list of networks (`network.asns`). Absent in incidents of older versions. */
  readonly networks?: readonly AttackNetwork[];
}

export interface AttackNetwork {
  /** `AS64500`. */
  readonly asn: string;
  /** As the list has it; `""` where it has none. */
  readonly name: string;
  readonly sources: number;
}

/** Undefined while there is too little to say. `heldOff`: whom the gate was told to hold off alone, if anybody. */
export function incidentClients(result: ScanResult, nameOf: (asn: string) => string | undefined = () => undefined, heldOff?: NamedClients): IncidentClients | undefined {
  const { verdict, sourcesNamed, caught, people, matched, attack, asked } = result;
  if (verdict === "too little") return undefined;
  const share = `${Math.max(1, Math.round(caught * 100))} %`;
  const volume = `about ${figure(attack)} of ${figure(asked)} questions of the last day`;
  const unlike = result.alikeBy.join(", ");
  const networks = result.byAsn.map(({ asn, sources }) => ({ asn, name: nameOf(asn) ?? "", sources }));
  const where =
    networks.length === 0
      ? ""
      : ` By network: ${networks
          .slice(0, networksShown)
          .map((one) => `${titled(one)}: ${figure(one.sources)} of ${figure(sourcesNamed)} sources`)
          .join("; ")}.`;
  const apart = heldOff === undefined ? "" : ` ${heldOffText(heldOff, nameOf)}`;
  if (verdict === "alike") {
    return {
      verdict,
      sentence: `The attack is ${volume}. Its clients cannot be told apart from honest ones${unlike === "" ? "" : ` by ${unlike}`}: any rule that catches them hits honest people. About ${figure(sourcesNamed)} sources never followed up, honest newcomers among them; only what they do next tells.${where}${apart}`,
      sources: sourcesNamed,
      caught: 0,
      people,
      peopleHit: 0,
      networks,
    };
  }
  const rule = result.subsets.map((one) => subsetText(one, nameOf)).join("; or ");
  const cost =
    people === 0
      ? "nobody has followed up here lately, so what it would cost cannot be said"
      : `it would hit ${figure(matched)} of ${figure(people)} callers who followed up as honest people do`;
  return {
    verdict,
    sentence: `The attack is ${volume}. About ${figure(sourcesNamed)} sources with ${rule} are ${share} of it${verdict === "partly" ? "; the rest cannot be told apart from honest clients" : ""}.${where}${apart}`,
    rule: `Block ${rule}: ${cost}.`,
    sources: sourcesNamed,
    caught,
    people,
    peopleHit: matched,
    networks,
  };
}

/** Whether no sign of its clients is needed: all of the attack that the sample shows is by sources of the incident that asked much each, and are told one by one. */
export function fewAreAll({ verdict, attack, attackError }: ScanResult, sources: Iterable<{ readonly asked: number }>): boolean {
  let sampled = 0;
  for (const { asked } of sources) if (asked >= rowsOfSourceMax) sampled += Math.min(asked, 2 * rowsOfSourceMax);
  return verdict === "alike" && attack - attackError <= sampled;
}

/** The gate may find out that it does not suffice, which a signal of its own tells. */
function heldOffText({ subsets, fronts }: NamedClients, nameOf: (asn: string) => string | undefined): string {
  if (fronts !== undefined) {
    const stretches = fronts.length === 1 ? "one stretch" : `${fronts.length} stretches`;
    return `It goes through a list in order. While newcomers are held off, it is only those who ask where that list stands, in ${stretches} of the numbers that moves with it; other newcomers are answered unless the attack goes on among them.`;
  }
  const shown = subsets.slice(0, heldShown).map((parts) => subsetText({ parts }, nameOf));
  const more = subsets.length - shown.length;
  return `While newcomers are held off, it is only those with ${shown.join(", or ")}${more > 0 ? `, or ${more} other ${more === 1 ? "sign" : "signs"} of the attack` : ""}; other newcomers are answered unless the attack goes on among them.`;
}

function subsetText({ parts }: { readonly parts: NamedClients["subsets"][number] }, nameOf: (asn: string) => string | undefined): string {
  return parts
    .map(({ kind, values }) =>
      kind === "ASN" && values.length <= networksShown
        ? values.map((asn) => titled({ asn, name: nameOf(asn) ?? "" })).join(" or ")
        : values.length === 1
          ? `${kind} ${values[0]}`
          : `${values.length} ${plural[kind]} (${values.slice(0, shownMax).join(", ")}${values.length > shownMax ? ", …" : ""})`,
    )
    .join(" together with ");
}

const plural: Readonly<Record<NamedSubset["parts"][number]["kind"], string>> = {
  network: "networks",
  "wide network": "wide networks",
  "TLS fingerprint": "TLS fingerprints",
  "request shape": "request shapes",
  program: "programs",
  "program and version": "program versions",
  "block of identifiers": "blocks of identifiers",
  ASN: "ASNs",
};

function titled({ asn, name }: Pick<AttackNetwork, "asn" | "name">): string {
  return name === "" ? asn : `${asn} ${name}`;
}

const networksShown = 3;
const heldShown = 3;

/** More nobody reads in a sentence. */
const shownMax = 12;

function figure(value: number): string {
  const rounded = value < 100 ? Math.round(value) : Number(value.toPrecision(3));
  return String(rounded).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
