import { labelOf, plainOutcome } from "../detect/kinds/outcome.ts";
import type { AnchorFinder } from "../detect/anchors/anchor-finder.ts";
import type { Creations } from "../detect/anchors/creations.ts";
import type { OracleTracker } from "../detect/oracle/oracle-tracker.ts";
import type { TypingSlips } from "../detect/oracle/typing-slips.ts";
import type { Anchor } from "../decide/gate-policy.ts";
import type { SubjectRules } from "../decide/subject-rules.ts";
import type { InventoryEndpoint } from "../inventory/inventory.ts";
import { isRead } from "./is-read.ts";
import type { Reading } from "./reading.ts";

/**
 * Tells the oracles who exists: whoever is seen to sign in had an account when he was asked about, whoever signs up had none. What he mistyped on the way is nobody's.
 */
export class ExistenceLabels {
  readonly #parts: LabelParts;

  constructor(parts: LabelParts) {
    this.#parts = parts;
  }

  /** An anchored subject exists: that labels the answers it got wherever it was asked about; where it came into being, those before were about nobody. */
  anchored(anchor: Anchor, asked: InventoryEndpoint, declared: Anchor["kind"] | undefined, status: number): void {
    this.#parts.relabelled();
    const own = anchor.endpointId === asked.id;
    const [only] = anchor.subjects;
    let says: "created" | "before" | "unknown" = anchor.kind === "sign-up" ? "created" : "before";
    if (only !== undefined && anchor.subjects.length === 1 && (declared === undefined || !own) && existenceKinds.has(anchor.kind)) {
      // A 201 whose token is accepted now was counted when it was given.
      if (own || anchor.kind !== "sign-up") this.#parts.creations.succeeded(anchor.endpointId, only, true);
      else this.#parts.creations.letIn(only);
      says = this.#parts.creations.says(anchor.endpointId, own ? status : anchor.kind === "sign-up" ? 201 : 200);
    }
    for (const subject of anchor.subjects.slice(0, 4)) {
      if (says === "created") this.#created(anchor.endpointId, subject, anchor.network, anchor.at);
      if (says === "before") this.#parts.oracles.sideLabel({ subject, exists: true, at: anchor.at, narrow: anchor.network });
      for (const endpointId of this.#parts.rules.endpointIds()) {
        const label = { endpointId, subject, at: anchor.at, narrow: anchor.network };
        // Who signs in has an account; who signs up had none when he was refused.
        if (says === "before" && (endpointId !== anchor.endpointId || (anchor.kind === "sign-in" && this.#parts.anchors.isDoor(endpointId))))
          this.#parts.oracles.label({ ...label, exists: true });
      }
      for (const slip of this.#parts.slips.before(anchor.network, subject)) {
        this.#parts.oracles.sideLabel({ subject: slip.subject, exists: false, at: slip.at, narrow: anchor.network });
        this.#parts.oracles.label({ endpointId: slip.endpointId, subject: slip.subject, exists: false, at: slip.at, narrow: anchor.network, confidence: 0.9 });
      }
    }
  }

  /** Somebody may have come into being by this, and what was answered about him before was about nobody: a 201, or a success with a proof that let nobody in. */
  answered({ exchange, at, endpoint: { id }, step }: Reading): void {
    const { responseClass } = step;
    const { status } = exchange.response;
    if (responseClass === undefined || isRead(exchange.method) || status < 200 || status > 299 || step.anchors.some((anchor) => anchor.endpointId === id)) return;
    const proven = this.#parts.anchors.lastProof && step.subjects.length === 1 && !this.#parts.anchors.handsOut(id) && plainOutcome(labelOf(responseClass)) !== "refused";
    if (status !== 201 && !proven) return;
    for (const { hash } of step.subjects.slice(0, 4)) {
      this.#parts.creations.succeeded(id, hash, false);
      if (status === 201 ? this.#parts.creations.says(id, 201) === "created" : this.#parts.creations.isSignUp(id)) this.#created(id, hash, step.actor.network, at);
    }
  }

  /** What a sign-up itself answered was about nobody yet, too. */
  #created(creator: string, subject: string, narrow: string, at: number): void {
    this.#parts.relabelled();
    const itself = this.#parts.creations.isSignUp(creator);
    this.#parts.oracles.sideLabel({ subject, exists: true, at, createdAt: at + 1, narrow });
    for (const endpointId of this.#parts.rules.endpointIds())
      if (endpointId !== creator || itself) this.#parts.oracles.created({ endpointId, subject, at: endpointId === creator ? at + 1 : at, narrow });
  }
}

export interface LabelParts {
  readonly oracles: OracleTracker;
  readonly anchors: AnchorFinder;
  readonly creations: Creations;
  readonly rules: SubjectRules;
  readonly slips: TypingSlips;
  /** Something became known about who exists. */
  readonly relabelled: () => void;
}

/** Anchors that show whether the person was there before. */
const existenceKinds: ReadonlySet<Anchor["kind"]> = new Set(["sign-in", "sign-up", "code-verified"]);
