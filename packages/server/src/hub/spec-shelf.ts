import { type Inventory, PosternError, type Ports } from "@postern/engine";
import { type AddedSpec, differencesMax, type RemovedSpecView, type SpecDiff, type SpecDifference, type SpecUpload, type SpecView } from "../api/discovery-views.ts";
import { diffTraffic } from "../specs/diff-traffic.ts";
import type { Difference } from "../specs/difference.ts";
import type { KnownSpecs } from "../specs/known-specs.ts";
import { observedApi } from "../specs/observed-api.ts";
import { hiddenNames } from "../specs/reveal-names.ts";
import type { SpecChange } from "../specs/spec-changes.ts";
import { readApiText } from "../specs/read-api.ts";
import type { AuditEntry } from "../state/audit-log.ts";

/** The documents kept beside a running hub, and what traffic says to each. Every change is in the audit log before it is made. */
export class SpecShelf {
  readonly #specs: KnownSpecs;
  readonly #options: SpecShelfOptions;
  #documented: { readonly changes: number; readonly names: ReadonlyMap<string, string> } | undefined;
  /** Counts on with every change. */
  changes = 0;

  constructor(specs: KnownSpecs, options: SpecShelfOptions) {
    this.#specs = specs;
    this.#options = options;
  }

  list(): readonly SpecView[] {
    return this.#specs.list();
  }

  async add({ name, kind, text }: SpecUpload, by: string): Promise<AddedSpec> {
    if (text.trim() === "") throw new PosternError("SPEC_INVALID", "The document is empty.");
    const api = await readApiText(text, "The document", this.#options.ports);
    if (api.operations.length === 0)
      throw new PosternError("SPEC_INVALID", "The document describes no operation.", { remedy: "An OpenAPI document lists them under `paths`, a collection under `item`." });
    const called = name ?? (api.title === "" ? "Untitled" : api.title);
    await this.#audit(by, "spec.add", called, { kind, operations: api.operations.length });
    const kept = this.#specs.add(api, called, kind, by);
    this.changes++;
    return { ...kept, problems: api.problems };
  }

  async remove(id: string, by: string): Promise<SpecView> {
    const spec = this.#find(id);
    await this.#audit(by, "spec.remove", spec.name, { operations: spec.operations });
    this.#specs.remove(spec.name, by);
    this.changes++;
    return spec;
  }

  removed(): readonly RemovedSpecView[] {
    return this.#specs.removed();
  }

  async restore(id: string, by: string): Promise<SpecView> {
    const spec = this.#specs.removed().find((one) => one.id === id);
    if (spec === undefined) throw new PosternError("NOT_FOUND", "No removed document is kept under this id");
    await this.#audit(by, "spec.restore", spec.name, { operations: spec.operations });
    const kept = this.#specs.restore(spec.name, by);
    this.changes++;
    if (kept === undefined) throw new PosternError("NOT_FOUND", "No removed document is kept under this id");
    return kept;
  }

  /** Names of fields that the documents give, by the hash traffic has them under; read anew after a change. */
  documented(): ReadonlyMap<string, string> {
    if (this.#documented?.changes !== this.changes) this.#documented = { changes: this.changes, names: hiddenNames(this.#specs.names(), this.#options.ports) };
    return this.#documented.names;
  }

  /** What was done to the documents, here or by command. */
  history(): readonly SpecChange[] {
    return this.#specs.changes();
  }

  diff(id: string, inventory: Inventory): SpecDiff {
    const spec = this.#find(id);
    const api = this.#specs.read(id);
    if (api === undefined)
      return { spec, comparable: false, documented: spec.operations, seen: 0, same: 0, withoutBase: "", counts: countsOf([]), items: [], undecided: [], otherHosts: [] };
    const diff = diffTraffic(api, observedApi(inventory), this.#options.ports);
    return {
      spec,
      comparable: true,
      documented: diff.documented,
      seen: diff.seen,
      same: diff.matched.length,
      withoutBase: diff.withoutBase,
      counts: countsOf(diff.differences),
      items: diff.differences
        .filter(ofTraffic)
        .slice(0, differencesMax)
        .map((one) => ({ ...one, where: inventory.fieldNames.reveal(one.where, () => this.documented()) })),
      undecided: diff.undecided.slice(0, undecidedMax),
      otherHosts: diff.otherHosts.slice(0, hostsMax),
    };
  }

  #find(id: string): SpecView {
    const spec = this.#specs.list().find((one) => one.id === id);
    if (spec === undefined) throw new PosternError("NOT_FOUND", "No document is kept under this id");
    return spec;
  }

  async #audit(by: string, action: string, subject: string, detail: AuditEntry["detail"]): Promise<void> {
    await this.#options.audit({ at: Date.now(), actor: by, action, subject, detail });
  }
}

export interface SpecShelfOptions {
  readonly ports: Ports;
  readonly audit: (entry: AuditEntry) => Promise<unknown>;
}

/** As many as a person reads through. */
const undecidedMax = 200;
const hostsMax = 100;

function ofTraffic(one: Difference): one is Difference & SpecDifference {
  return one.kind === "shadow" || one.kind === "zombie" || one.kind === "drift" || one.kind === "unused";
}

function countsOf(differences: readonly Difference[]): SpecDiff["counts"] {
  const of = (kind: Difference["kind"]): number => differences.filter((one) => one.kind === kind).length;
  return { shadow: of("shadow"), zombie: of("zombie"), drift: of("drift"), unused: of("unused") };
}
