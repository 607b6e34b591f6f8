import { createHash, randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { basename, join } from "node:path";
import {
  type Disclosure,
  type Exchange,
  type Finding,
  type IncidentsState,
  type LedgerState,
  type LedgerStep,
  type NewcomerHour,
  PosternError,
  type Ports,
  type Signal,
  storeExchange,
} from "@postern/engine";
import { NewcomerHistory } from "../hub/floor/newcomer-history.ts";
import { type HubState, loadHubState, saveHubState } from "../hub/hub-state.ts";
import { Uptime } from "../hub/uptime.ts";
import { followUpRows } from "../store/follow-up-row.ts";
import { Journal, segmentBytesMax } from "../store/journal.ts";

/**
 * Keeps what an import saw under the data directory, as the store loads it: rows of exchanges, disclosures and signals in `journal/`, and what was
 * learned where the hub keeps it (see {@link HubState}), so that commands and a later `protect` go on from there. Only keyed hashes, templates and counts; see `storeExchange`. Throws DATA_DIR_UNUSABLE.
 */
export class DataSink {
  readonly #dir: string;
  readonly #epoch: number;
  readonly #ports: Ports;
  readonly #exchanges: Journal;
  readonly #disclosures: Journal;
  readonly #signals: Journal;
  readonly #followUps: Journal;
  #rows: object[] = [];
  #disclosed: object[] = [];
  #followed: object[] = [];

  constructor(dir: string, keyEpoch: number, ports: Ports) {
    this.#dir = dir;
    this.#epoch = keyEpoch;
    this.#ports = ports;
    const journal = (kind: string): Journal => Journal.open({ dir: join(dir, "journal"), kind, segmentBytesMax, segmentAgeMs: Number.POSITIVE_INFINITY, now: Date.now });
    this.#exchanges = journal("exchanges");
    this.#disclosures = journal("disclosures");
    this.#signals = journal("signals");
    this.#followUps = journal("followups");
  }

  exchange(exchange: Exchange, step: LedgerStep, rows: readonly Disclosure[]): void {
    const { endpoint, responseClass } = step;
    const view = step.view.exchange === exchange ? step.view : { ...step.view, exchange };
    this.#rows.push(storeExchange(view, { endpointId: endpoint?.id, template: endpoint?.template, subjects: step.subjects, responseClassId: responseClass?.id }, this.#ports));
    this.#followed.push(...followUpRows(exchange, step.anchors));
    for (const row of rows) this.#disclosed.push({ ...row, keyEpoch: this.#epoch });
    if (this.#rows.length >= rowsAtOnce) this.#flush();
  }

  signals(signals: readonly Signal[]): void {
    this.#signals.appendAll(signals);
  }

  close(learned: ImportLearned): void {
    this.#flush();
    this.#exchanges.close();
    this.#disclosures.close();
    this.#signals.close();
    this.#followUps.close();
    const before = loadLearned(this.#dir);
    const uptime = new Uptime(before?.uptime);
    uptime.imported(learned.recording.id, learned.recording.from, learned.recording.to);
    const newcomers = new NewcomerHistory(before?.newcomers);
    for (const [endpointId, hours] of learned.newcomers) newcomers.heard(learned.recording.id, endpointId, hours);
    try {
      saveHubState(this.#dir, {
        version: 1,
        ledger: learned.ledger,
        incidents: before === undefined ? learned.incidents : withEarlier(learned.incidents, before.incidents),
        missing: before?.missing ?? [],
        triage: before?.triage ?? {},
        ...(before?.annotations === undefined ? {} : { annotations: before.annotations }),
        uptime: uptime.exportState(),
        findings: learned.findings,
        newcomers: newcomers.exportState(),
        ...(before?.floors === undefined ? {} : { floors: before.floors }),
      });
    } catch (cause) {
      throw new PosternError("DATA_DIR_UNUSABLE", `What was learned cannot be kept in ${this.#dir}.`, { cause });
    }
  }

  #flush(): void {
    this.#disclosures.appendAll(this.#disclosed);
    this.#disclosed = [];
    this.#followUps.appendAll(this.#followed);
    this.#followed = [];
    this.#exchanges.appendAll(this.#rows);
    this.#rows = [];
  }
}

/** What one import leaves behind. */
export interface ImportLearned {
  readonly ledger: LedgerState;
  readonly incidents: IncidentsState;
  readonly findings: readonly Finding[];
  /** Newcomers of guarded endpoints by the hour. */
  readonly newcomers: readonly (readonly [endpointId: string, hours: readonly NewcomerHour[]])[];
  /** Its name, first and last event: the time its records speak for. */
  readonly recording: { readonly id: string; readonly from: number; readonly to: number };
}

/** What was learned here before, by an import or by a hub; undefined when nothing was. Throws DATA_DIR_UNUSABLE when it is there and cannot be used. */
export function loadLearned(dir: string): HubState | undefined {
  const state = loadHubState(dir);
  if (state === undefined && existsSync(join(dir, "hub", "state.json"))) {
    throw new PosternError("DATA_DIR_UNUSABLE", `What was learned before, ${join(dir, "hub", "state.json")}, is damaged.`, {
      remedy: "Move it away; it is learned again from the traffic.",
    });
  }
  return state;
}

/**
 * A short name for the content of these inputs: a file's name and a hash of its first {@link headBytes} bytes. A log that has grown since keeps its
 * name, so that a line has one id however often it is read. Standard input gets another name each time: a repeat counts twice.
 */
export function idPrefixOf(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(basename(file)).update("\0").update(headOf(file)).update("\0");
  return `imp-${hash.digest("hex").slice(0, 12)}`;
}

/** One write for so many rows: an import is not durable row by row, it is repeated. */
const rowsAtOnce = 1_024;
/** As many as the incidents themselves keep, about. */
const closedMax = 1_000;
/** The first lines hold the first times; short enough that a log still growing has passed it. */
const headBytes = 1_024;

/** Incidents of earlier recordings stay, unless this one tells the same story again. */
function withEarlier(now: IncidentsState, before: IncidentsState): IncidentsState {
  const groups = new Set(now.open.map((one) => one.group));
  const ids = new Set([...now.open, ...now.closed].map((one) => one.id));
  const open = before.open.filter((one) => !groups.has(one.group) && !ids.has(one.id));
  return { ...now, open: [...now.open, ...open], closed: [...before.closed.filter((one) => !ids.has(one.id)), ...now.closed].slice(-closedMax) };
}

function headOf(file: string): Uint8Array {
  if (file === "-") return randomBytes(8);
  try {
    const fd = openSync(file, "r");
    try {
      const bytes = Buffer.alloc(headBytes);
      return bytes.subarray(0, readSync(fd, bytes, 0, headBytes, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    return new Uint8Array();
  }
}
