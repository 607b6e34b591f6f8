import { type Exchange, type Ledger, type LedgerStep, NumberChanges, type NumberChangesState, type Signal } from "@postern/engine";
import { keepLatest } from "../keep-latest.ts";
import { NumberChangeFile } from "./number-change-file.ts";
import type { TakeoverStep } from "./questions-file.ts";

/**
 * Numbers that were reported to have changed hands, by command or API, held against new devices and new passwords of traffic ({@link NumberChanges}).
 * Bounds: the last {@link lastChangesMax} reports are known again when they are told twice; a report beyond that counts as a new one.
 */
export class ChangedNumbers {
  readonly #file: NumberChangeFile;
  readonly #changes = new NumberChanges();
  readonly #last = new Map<string, number>();
  readonly #due: Signal[] = [];

  /** Call {@link ChangedNumbers.hear} when steps of an earlier life were taken up. */
  constructor(dataDir: string, before: NumberChangesState | undefined) {
    this.#file = new NumberChangeFile(dataDir);
    if (before !== undefined) this.#changes.restore(before);
  }

  /**
   * A number (its keyed hash) was ported or changed hands. Told twice within {@link sameChangeMs}, it is the one change: `known`. On the disk when this returns.
   */
  report(subject: string, at: number): { readonly at: number; readonly known: boolean } {
    const before = this.known(subject, at);
    if (before === undefined) this.#file.append({ subject, at });
    return { at: before ?? at, known: before !== undefined };
  }

  /** When the change was reported to have been that this one is, if it was reported. */
  known(subject: string, at: number): number | undefined {
    this.hear();
    const before = this.#last.get(subject);
    return before !== undefined && Math.abs(before - at) <= sameChangeMs ? before : undefined;
  }

  /** Takes up what was reported since; what it tells is {@link ChangedNumbers.due}. */
  hear(): void {
    for (const { subject, at } of this.#file.fresh()) {
      keepLatest(this.#last, subject, at, lastChangesMax);
      const signal = this.#changes.changed(subject, at);
      if (signal !== undefined) this.#due.push(signal);
    }
  }

  /** What reports told, once. */
  due(): readonly Signal[] {
    this.hear();
    return this.#due.splice(0);
  }

  /** New devices and new passwords of an exchange; none until anybody ever reported a change. */
  stepsOf(step: LedgerStep, exchange: Exchange, ledger: Ledger): readonly TakeoverStep[] {
    return this.#changes.used ? stepsOf(step, exchange, ledger) : none;
  }

  observe(steps: readonly TakeoverStep[]): readonly Signal[] {
    return steps.flatMap((one) => this.#changes.observe(...one) ?? []);
  }

  exportState(): NumberChangesState {
    return this.#changes.exportState();
  }
}

function stepsOf({ endpoint, subjects, anchors }: LedgerStep, exchange: Exchange, ledger: Ledger): readonly TakeoverStep[] {
  const steps: TakeoverStep[] = [];
  for (const { kind, subjects: people, at, endpointId } of anchors) if (kind === "device-completion") for (const person of people) steps.push(["device", person, at, endpointId]);
  const { status } = exchange.response;
  const [person] = subjects;
  if (endpoint !== undefined && person !== undefined && subjects.length === 1 && status >= 200 && status < 300 && ledger.kindOf(endpoint).kind === "password-reset")
    steps.push(["reset", person.hash, exchange.at, endpoint.id]);
  return steps;
}

/** A carrier that tells again after a failure, and an operator who tells what the carrier told: within an hour it is one change. */
export const sameChangeMs = 3_600_000;
/** As many as {@link NumberChanges} remembers. */
const lastChangesMax = 10_000;
const none: readonly TakeoverStep[] = [];
