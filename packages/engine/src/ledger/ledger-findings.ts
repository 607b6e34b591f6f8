import type { Ports } from "../exchange/ports.ts";
import type { Finding } from "../assess/finding.ts";
import { existenceOracle } from "../assess/checks/existence-oracle.ts";
import { uniformAnswerDiffers } from "../assess/checks/uniform-answer-differs.ts";
import { timingOracle } from "../assess/checks/timing-oracle.ts";
import { missingAuthentication } from "../assess/checks/missing-authentication.ts";
import type { AnchorFinder } from "../detect/anchors/anchor-finder.ts";
import type { OwnAnswers } from "../detect/oracle/own-answers.ts";
import type { OracleTracker } from "../detect/oracle/oracle-tracker.ts";
import type { GuardKeeper } from "../decide/guard-keeper.ts";
import type { SubjectRules } from "../decide/subject-rules.ts";
import type { OracleTraffics } from "../decide/oracle-traffic.ts";
import type { Inventory, InventoryEndpoint } from "../inventory/inventory.ts";
import { isRead } from "./is-read.ts";

/** Every weakness known now, newest evidence inside. */
export function ledgerFindings(known: KnownWeaknesses): Finding[] {
  const { inventory, oracles, anchors, ownAnswers, guards, traffic: asked, rules, ports } = known;
  const findings: Finding[] = [];
  const endpoints = inventory.endpoints();
  const closedObjects = new Set(endpoints.filter((one) => isRead(one.method) && one.posture().verdict === "enforced").map(objectOf));
  for (const endpoint of endpoints) {
    const missing = missingAuthentication(endpoint, ports, { refusedElsewhere: isRead(endpoint.method) && closedObjects.has(objectOf(endpoint)) });
    // Where operations are known, each is judged by itself.
    if (missing !== undefined && (endpoint.operations?.byKey.size ?? 0) === 0) findings.push(missing);
  }
  for (const endpoint of guards.doors()) {
    const state = oracles.state(endpoint.id);
    const timing = oracles.timing(endpoint.id);
    const door = anchors.isDoor(endpoint.id);
    const own = ownAnswers.state(endpoint.id);
    // A sign-up proves who asked; that it refuses somebody who is known stands all the same.
    const closed = !door && state.channel !== "sign-up" && anchors.isAnchorEndpoint(endpoint.id);
    const told = (state.verdict !== "none" || (timing !== undefined && timing.verdict !== "none")) && !closed;
    if (!told && own === undefined) continue;
    // After a restart the counts of questions start anew; until the first one the endpoint's own stand for them.
    const traffic = asked.get(endpoint.id) ?? {
      lookups: endpoint.requests,
      firstAt: endpoint.firstAt,
      lastAt: endpoint.lastAt,
      examples: [...endpoint.posture().examples],
    };
    const seen = {
      endpoint: { id: endpoint.id, method: endpoint.method, host: endpoint.host, path: endpoint.template },
      subjectTypes: rules.of(endpoint).map((rule) => rule.type),
      // Anybody may knock at a door.
      authentication: door ? "not enforced" : endpoint.posture().verdict,
      signIn: door,
      traffic,
    } as const;
    const theirs = told ? [existenceOracle({ ...seen, state }, ports), timingOracle({ ...seen, timing }, ports)] : [];
    for (const finding of [...theirs, uniformAnswerDiffers({ endpoint: seen.endpoint, own, ...traffic }, ports)]) {
      // Its page is that of the endpoint it is shown in; its name says which of those it is.
      if (finding !== undefined) findings.push(endpoint.shownAs === undefined ? finding : { ...finding, endpoint: { ...finding.endpoint, id: endpoint.shownAs.id } });
    }
  }
  for (const call of inventory.calls()) {
    const missing = missingAuthentication(call, ports);
    if (missing !== undefined) findings.push(missing);
  }
  return findings;
}

/** The parts of a ledger that know of weaknesses. */
export interface KnownWeaknesses {
  readonly inventory: Inventory;
  readonly oracles: OracleTracker;
  readonly anchors: AnchorFinder;
  readonly ownAnswers: OwnAnswers;
  readonly guards: GuardKeeper;
  readonly traffic: OracleTraffics;
  readonly rules: SubjectRules;
  readonly ports: Ports;
}

/** Host and path up to the first parameter and including it: the object that is read. A path without one is an object by itself. */
function objectOf(endpoint: InventoryEndpoint): string {
  const end = endpoint.clearTemplate.indexOf("}");
  const path = end < 0 ? endpoint.clearTemplate : endpoint.clearTemplate.slice(0, end + 1);
  return `${endpoint.host} ${path.replaceAll(/\{[^{}/]{0,100}\}/g, "{}")}`;
}
