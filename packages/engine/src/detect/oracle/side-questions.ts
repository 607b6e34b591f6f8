import type { Actor } from "../../exchange/actor.ts";
import type { ExchangeView } from "../../exchange/view.ts";
import type { ResponseClass } from "../../understood.ts";
import { headerOf } from "../../exchange/view-of.ts";
import { callerKind } from "./answer-time.ts";
import { kindOf } from "./endpoint-oracle.ts";
import type { OracleTracker } from "./oracle-tracker.ts";

/** One truthful answer, with what is known of where it stands in a flow. */
export interface SideQuestion {
  readonly endpointId: string;
  readonly view: ExchangeView;
  readonly responseClass: ResponseClass;
  readonly actor: Actor;
  /** Who it names, if it names one alone. */
  readonly subject: string | undefined;
  /** The one whom an id in it leads back to, by an earlier answer to the same network. */
  readonly root: string | undefined;
  readonly door: boolean;
  readonly anchor: boolean;
  /** At a door: it let nobody in. */
  readonly refused: boolean;
  readonly at: number;
}

/** Tells the tracker what this answer shows beside its class, see `SideChannels`. */
export function hearBeside(oracles: OracleTracker, seen: SideQuestion): void {
  const { endpointId, view, responseClass, actor, subject, root, door, at } = seen;
  const { status } = responseClass;
  if (status === 0 || status >= 500) return;
  const kind = kindOf(callerKind(view));
  const asker = actor.narrow;
  if (subject !== undefined) {
    oracles.tried(endpointId, {
      subject,
      classId: responseClass.id,
      status,
      retryAfter: headerOf(view.exchange.response.headers, "retry-after") !== "",
      accepted: door && !seen.refused,
      door,
      network: actor.network,
      asker,
      kind,
      at,
    });
    // What somebody with a credential makes is his own, and he is told so.
    if (view.credential !== undefined || status === 429) return;
    if (status === 201) {
      oracles.saw(endpointId, "sign-up", { subject, outcome: "made", at, kind, asker });
      // It was not there before; whoever signs up afterwards meets it.
      oracles.sideLabel({ subject, exists: false, at, narrow: subject }, { endpointId, channel: "sign-up" });
    } else if (status >= 400 && oracles.makesAccounts(endpointId)) oracles.saw(endpointId, "sign-up", { subject, outcome: responseClass.id, at, kind, asker });
  } else if (root !== undefined && !door && !seen.anchor && view.credential === undefined && status !== 429)
    oracles.saw(endpointId, "follow-up", { subject: root, outcome: responseClass.id, at, kind, asker });
}
