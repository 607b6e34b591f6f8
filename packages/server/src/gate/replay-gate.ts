import type { Anchor, Disclosure, GateEngine, Ports } from "@postern/engine";
import { tailOf } from "../store/journal-tail.ts";
import { recoverJournal } from "../store/recover-journal.ts";
import { replayJournal } from "../store/replay-journal.ts";
import { networkHash } from "./judging-gate.ts";

/**
 * Puts back into the engine what the gate's own journal says it disclosed, and the anchors it was told of, in the order they happened: credits and
 * evidence spent before a crash stay spent. Rows of the hub or of an import were never charged and are left out.
 *
 * Bounds: {@link replayBytesMax} of journal, newest; older than `since` changes nothing that matters.
 */
export function replayGate(engine: GateEngine, ports: Ports, dir: string, { since, former, only, anchored }: ReplayGateOptions): Replayed {
  recoverJournal(dir, "disclosures");
  recoverJournal(dir, "anchors");
  const known = new Set(engine.endpointIds());
  const unknown = new Set<string>();
  const networks = new Map<string, string>();
  const anchors = anchorsOf(dir, since);
  const anchor = (one: Anchor): void => {
    engine.anchor(one);
    anchored?.(one);
  };
  let next = anchors.next();
  let rows = 0;
  for (const { row } of replayJournal(dir, "disclosures", tailOf(dir, "disclosures", replayBytesMax))) {
    if (!isGateRow(row) || row.at < since) continue;
    const endpointId = former.get(row.endpointId) ?? row.endpointId;
    if (!known.has(endpointId)) {
      if (unknown.size < unknownMax) unknown.add(endpointId);
      continue;
    }
    if (only !== undefined && !only.has(endpointId)) continue;
    for (; next.done !== true && next.value.at <= row.at; next = anchors.next()) anchor(next.value);
    let network = networks.get(row.address);
    if (network === undefined) {
      network = networkHash(ports, row.address);
      if (networks.size < networksMax) networks.set(row.address, network);
    }
    engine.replay(endpointId === row.endpointId ? row : { ...row, endpointId }, network);
    rows++;
  }
  for (; next.done !== true; next = anchors.next()) anchor(next.value);
  engine.drain();
  return { rows, unknown };
}

export interface ReplayGateOptions {
  /** Event time, milliseconds. */
  readonly since: number;
  /** Ids that guards had before, with those they have now. */
  readonly former: ReadonlyMap<string, string>;
  /** Rows of these endpoints alone, for guards that came to be known later. */
  readonly only?: ReadonlySet<string>;
  /** Is told of each anchor, too. */
  readonly anchored?: (anchor: Anchor) => void;
}

export interface Replayed {
  readonly rows: number;
  /** Endpoints that rows speak of and no guard is known for: replay them when one is. */
  readonly unknown: ReadonlySet<string>;
}

/** Credits come back in two days and flags last a month: what is older changes nothing that matters. */
export const replayMs = 31 * 86_400_000;
/**
 * About 550,000 rows at 9 µs each: five seconds of start. A gate that is away for longer is worse than one that forgets an old question. What it
 * misses: somebody who has half a million rows written after his own, and then a restart, is a newcomer again.
 */
export const replayBytesMax = 192 * 1024 * 1024;
/** About 200,000 anchors: as long a memory as the questions have where a fifth of them is followed up. */
export const anchorBytesMax = 64 * 1024 * 1024;
const unknownMax = 4_096;
const networksMax = 100_000;

function* anchorsOf(dir: string, since: number): Generator<Anchor> {
  for (const { row } of replayJournal(dir, "anchors", tailOf(dir, "anchors", anchorBytesMax))) if (isAnchor(row) && row.at >= since) yield row;
}

function isGateRow(row: unknown): row is Disclosure {
  return (
    typeof row === "object" &&
    row !== null &&
    "gate" in row &&
    "endpointId" in row &&
    "subject" in row &&
    "narrow" in row &&
    "at" in row &&
    typeof row.at === "number" &&
    "address" in row
  );
}

function isAnchor(row: unknown): row is Anchor {
  return typeof row === "object" && row !== null && "subjects" in row && Array.isArray(row.subjects) && "network" in row && "at" in row && typeof row.at === "number";
}
