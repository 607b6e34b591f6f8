import { dateOf } from "./slow-follow-up.ts";
import type { SlowAlarm, SlowSource } from "./slow-facts.ts";
import { slowPolicy as policy } from "./slow-policy.ts";

/**
 * D2 over months: a source, or a /24 of them, that asks a few a day for ever. The likelihood ratio over distinct people, each followed up at some time in the window or never, between an honest
 * caller (45 % never) and an enumerator (95 %). It forgets nothing that the store still has: not at a restart, not for a flood of other sources, not after a pause.
 *
 * `sources`: those with the most evidence, as the store ranks them; `tested`: how many there were in all, for which the threshold pays (Bonferroni).
 *
 * Misses: fewer than about thirty people a source and window; sources that share an address with many honest users. Mistakes: a monitor or partner that asks about ever new people without
 * following up and shows no credential.
 */
export function slowSources(sources: readonly SlowSource[], tested: number): readonly SlowAlarm[] {
  const threshold = policy.sourceAlarmLog + Math.log(Math.max(1, tested));
  const told = new Map<string, number>();
  const alarms: SlowAlarm[] = [];
  const networks = new Set<string>();
  for (const source of sources.toSorted((a, b) => evidenceOf(b) - evidenceOf(a))) {
    const evidence = evidenceOf(source);
    if (evidence < threshold || (source.kind === "network" && source.addresses < policy.networkSourcesMin)) continue;
    // The evidence for a network is not that of one address in it.
    if (source.kind === "network" && alarms.some((one) => one.endpointId === source.endpointId && inNetwork(one.key, source.source))) continue;
    if (source.kind === "address" && networks.has(`${source.endpointId} ${networkOf24(source.source)}`)) continue;
    const before = told.get(source.endpointId) ?? 0;
    told.set(source.endpointId, before + 1);
    if (source.kind === "network") networks.add(`${source.endpointId} ${source.source}`);
    if (before >= policy.sourcesToldMax) continue;
    alarms.push({
      detector: "enumeration.source",
      endpointId: source.endpointId,
      key: source.source,
      level: "high",
      confidence: 0.999999,
      sureOn: source.lastDay,
      since: source.firstDay,
      evidence: {
        key: source.source,
        logEvidence: round(evidence),
        threshold: round(threshold),
        asked: source.asked,
        asked30: source.asked30,
        asked7: source.asked7,
        unfollowed: source.unfollowed,
        activeDays: source.days,
        since: dateOf(source.firstDay),
        ...(source.kind === "network" ? { addresses: source.addresses } : {}),
        meaning:
          source.kind === "network"
            ? "addresses of one network ask about ever new people and hardly ever do what honest users do next"
            : "asks about ever new people and hardly ever does what honest users do next",
      },
    });
  }
  return alarms.map((alarm) => {
    const more = (told.get(alarm.endpointId) ?? 0) - policy.sourcesToldMax;
    return more > 0 ? { ...alarm, evidence: { ...alarm.evidence, moreSources: more } } : alarm;
  });
}

/** Natural logarithm of the likelihood ratio; the store ranks by the same. */
export function evidenceOf({ asked, unfollowed }: Pick<SlowSource, "asked" | "unfollowed">): number {
  return unfollowed * perUnfollowed + (asked - unfollowed) * perFollowed;
}

/** What a person never followed up adds, and one followed up takes. */
export const perUnfollowed = Math.log(policy.enumeratorUnanchored / policy.honestUnanchored);
export const perFollowed = Math.log((1 - policy.enumeratorUnanchored) / (1 - policy.honestUnanchored));

function inNetwork(address: string, network: string): boolean {
  return networkOf24(address) === network;
}

function networkOf24(address: string): string {
  const end = address.lastIndexOf(".");
  return end < 0 || address.endsWith("/24") ? address : `${address.slice(0, end)}.0/24`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
