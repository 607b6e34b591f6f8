import type { Ports } from "../../exchange/ports.ts";
import type { Subject } from "../../exchange/subject.ts";
import { naturalKeyTypes } from "../../exchange/subject.ts";
import type { ExchangeView } from "../../exchange/view.ts";
import type { Actor } from "../../exchange/actor.ts";
import type { ResponseClass } from "../../understood.ts";
import { hash53 } from "../observe/hash53.ts";
import { RotatingMap } from "../oracle/rotating-map.ts";
import type { EndpointKind, KindVerdict } from "./endpoint-kind.ts";
import { EndpointTries, type TriesState } from "./endpoint-tries.ts";
import { FlowMemory } from "./flow-memory.ts";
import { kindPolicy as policy } from "./kind-policy.ts";
import { Leads, type LeadsState, type TriedKind } from "./leads.ts";
import { labelOf, type TryOutcome } from "./outcome.ts";
import { Prompts, type PromptsState, type PromptStep } from "./prompts.ts";
import { type Field, requestFields } from "./request-fields.ts";

/**
 * Finds out what endpoints are for, from what callers do and how they are answered: what they correct until they are let in is a secret or a code; what is accepted again days
 * later is a secret, what never is and always has one length is a code; what always came before a code was checked sent it. Names only break a tie.
 * The operator's word wins. Everything else stays `unproven`, and nothing is judged there.
 *
 * Misses: secrets in headers and lists; sign-ins by a GET, and codes checked by one whose answers differ neither in status nor in a flag; endpoints where nobody ever corrects himself; a code that is a link. Mistakes: a form whose one field is
 * corrected again and again and used again later, by three networks or more, passes for a sign-in. Who fakes corrections from three networks makes a kind, and gains noise.
 *
 * Bounds: {@link endpointsMax} endpoints; callers and accounts in rotating memories. Holds values in clear only inside one call; of secrets 16 bits, in memory only.
 */
export class EndpointKinds {
  readonly #ports: Ports;
  readonly #seed: number;
  readonly #endpoints = new Map<string, EndpointTries>();
  readonly #last = new RotatingMap<Last>(callersMax);
  readonly #secrets = new RotatingMap<Secret>(secretsMax);
  readonly #flows = new FlowMemory();
  readonly #leads: Leads;
  readonly #prompts: Prompts;
  /** Of the exchange read last: whom it asked on another device, and who agreed. */
  lastPrompt: PromptStep = noPrompt;

  constructor(ports: Ports, state?: KindsState) {
    this.#ports = ports;
    this.#seed = Number.parseInt(ports.hash("link", "kinds").slice(0, 8), 16);
    this.#leads = new Leads(state?.leads);
    this.#prompts = new Prompts(ports, state?.prompts);
    for (const { id, ...tries } of state?.tries.slice(0, endpointsMax) ?? []) this.#endpoints.set(id, new EndpointTries(tries.safe, tries));
  }

  /** Reads one exchange, in order of time. Undefined where nothing was tried, or nothing is known of the endpoint yet. */
  observe(seen: KindSeen): Attempt | undefined {
    const { view, responseClass } = seen;
    this.lastPrompt = noPrompt;
    const fields = requestFields(view, seen.pathValues, this.#ports, this.#endpoints.get(seen.endpointId));
    if (fields.length === 0) return undefined;
    const keys = this.#accountsOf(seen, fields);
    if (mayChange(view)) {
      const step = this.#prompts.observe(seen, seen.subjects[0]?.hash, fields, keys[0]);
      const { declared } = seen;
      this.lastPrompt =
        declared === undefined
          ? step
          : { prompted: declared === "push-prompt" && view.exchange.response.status < 300 ? keys[0] : undefined, agreed: step.agreed, named: step.named };
    }
    const attempt = responseClass === undefined || (fields.length < 2 && seen.declared === undefined) ? undefined : this.#try(seen, fields, labelOf(responseClass), keys);
    if (keys.length > 0 && attempt === undefined) this.#remember(seen, fields, keys, view.exchange.response.status);
    return attempt;
  }

  verdict(endpointId: string, declared?: EndpointKind): KindVerdict {
    const tries = this.#endpoints.get(endpointId);
    const proof = tries?.proof;
    if (declared !== undefined) return { kind: declared, basis: "declared", proof, because: "the configuration says so" };
    const kind = tries === undefined ? "unproven" : kindOfTries(tries);
    if (kind === "code-check")
      return { kind, basis: "flow", proof, because: `callers correct ${proof} until they are let in; it always has ${tries?.lengthMin} characters, and none is accepted twice` };
    if (kind === "sign-in") return { kind, basis: "flow", proof, because: `callers correct ${proof} until they are let in, and are let in with the same one again later` };
    const role = this.#leads.roleOf(endpointId, (id) => this.#triedAs(id));
    const people = this.#prompts.prompts(endpointId);
    const prompts = people > 0 ? `${people} people decided on other devices what was asked here` : undefined;
    if (role !== undefined) return { kind: role.kind, basis: "flow", proof: undefined, because: prompts === undefined ? role.because : `${role.because}; and ${prompts}` };
    if (prompts !== undefined) return { kind: "push-prompt", basis: "flow", proof: undefined, because: prompts };
    return { kind: "unproven", basis: "none", proof, because: "the traffic has not shown what it is for" };
  }

  /** How a try that was answered like this came out; undefined where nothing is known to be tried. */
  outcomeOf(endpointId: string, responseClass: ResponseClass): TryOutcome | undefined {
    const tries = this.#endpoints.get(endpointId);
    return tries === undefined || kindOfTries(tries) === "unproven" ? undefined : tries.outcome(labelOf(responseClass));
  }

  /** Answers below 400 that refuse what was tried, by {@link labelOf}, as learned; none where refusals have a status of their own. */
  refusalsOf(endpointId: string): readonly string[] {
    const tries = this.#endpoints.get(endpointId);
    return tries === undefined || kindOfTries(tries) === "unproven" ? none : tries.refusals;
  }

  /** The field that carries what is tried there, where the traffic has shown it. */
  proofOf(endpointId: string): string | undefined {
    return this.#endpoints.get(endpointId)?.proof;
  }

  /** How many letters or digits its codes have; undefined where none was accepted. */
  codeLength(endpointId: string): number | undefined {
    const length = this.#endpoints.get(endpointId)?.lengthMin;
    return length === undefined || !Number.isFinite(length) ? undefined : length;
  }

  /** Whether calls of this endpoint send codes. */
  isSend(endpointId: string, declared?: EndpointKind): boolean {
    return declared !== undefined ? declared === "code-send" : this.#leads.roleOf(endpointId, (id) => this.#triedAs(id))?.kind === "code-send";
  }

  /** Whether calls of this endpoint ask somebody on another device. */
  isPrompt(endpointId: string, declared?: EndpointKind): boolean {
    return declared !== undefined ? declared === "push-prompt" : this.#prompts.prompts(endpointId) > 0;
  }

  /** Whether people decided what it said that it had asked them, and nobody what it refused to ask. */
  refusedPromptsNobody(endpointId: string): boolean {
    return this.#prompts.prompts(endpointId) > 0 && !this.#prompts.promptsRefusing(endpointId);
  }

  renamed(from: string, to: string): void {
    const before = this.#endpoints.get(from);
    if (before !== undefined) {
      this.#endpoints.delete(from);
      // Paths are counted anew under another template, and so are its fields.
      if (!this.#endpoints.has(to)) this.#endpoints.set(to, before);
    }
    this.#leads.renamed(from, to);
    this.#prompts.renamed(from, to);
  }

  /** Names of fields that are no common words are hashed; no value is in it. */
  exportState(): KindsState {
    return { tries: [...this.#endpoints].map(([id, tries]) => ({ id, ...tries.exportState() })), leads: this.#leads.exportState(), prompts: this.#prompts.exportState() };
  }

  #triedAs(endpointId: string): TriedKind {
    const tries = this.#endpoints.get(endpointId);
    return tries === undefined ? "unproven" : kindOfTries(tries);
  }

  #try(seen: KindSeen, fields: readonly Field[], label: string, keys: readonly string[]): Attempt | undefined {
    const { endpointId, at } = seen;
    let tries = this.#endpoints.get(endpointId);
    if (tries === undefined) {
      if (this.#endpoints.size >= endpointsMax) return undefined;
      tries = new EndpointTries(!mayChange(seen.view));
      this.#endpoints.set(endpointId, tries);
    }
    tries.saw(fields, (field) => isNatural(field, seen.subjects));
    this.#compare(seen, tries, fields, label);
    const proof: string | undefined =
      seen.declared === undefined ? tries.proof : seen.declared === "sign-in" || seen.declared === "code-check" ? tries.likelyProof(fields) : undefined;
    const given = proof === undefined ? undefined : fields.find((field) => field.name === proof)?.value;
    if (given === undefined) return undefined;
    const outcome = tries.outcome(label);
    const challenge = this.#hashOf(tries, fields, proof ?? "");
    const account = seen.subjects.find((subject) => naturalKeyTypes.includes(subject.type))?.hash ?? seen.roots[0] ?? challenge;
    if (outcome === "accepted") this.#accepted(seen, tries, given, account, challenge, keys);
    else if (outcome === "refused") tries.refused++;
    const kind = seen.declared ?? kindOfTries(tries);
    if ((kind !== "sign-in" && kind !== "code-check") || outcome === "none" || outcome === "unclear") return undefined;
    return { kind, outcome, account, challenge, given, at };
  }

  /** What the caller sent here last, against what it sends now. */
  #compare(seen: KindSeen, tries: EndpointTries, fields: readonly Field[], label: string): void {
    const key = `${seen.endpointId}|${seen.actor.narrow}`;
    const last = this.#last.get(key);
    const hashes: number[] = [];
    for (const { value } of fields) hashes.push(hash53(value, this.#seed));
    // Nearly every request of an endpoint has the same fields.
    const names = last !== undefined && areNamed(fields, last.names) ? last.names : fields.map((field) => field.name);
    const now: Last = { at: seen.at, names, hashes, label };
    if (last === undefined) this.#last.add(key, now);
    else this.#last.set(key, now);
    if (last === undefined || seen.at - last.at > policy.retryWithinMs || last.names !== names) return;
    const kept: string[] = [];
    const changed: string[] = [];
    for (let i = 0; i < names.length; i++) {
      (last.hashes[i] === hashes[i] ? kept : changed).push(names[i] ?? "");
    }
    if (kept.length === 0 || changed.length > policy.changedMax) return;
    const { carries } = seen.view.exchange;
    tries.retried(last.label, label, seen.actor.network, kept, changed, !tries.safe && (carries.responseHeaders || carries.responseBody));
  }

  #accepted(seen: KindSeen, tries: EndpointTries, given: string, account: string, challenge: string, keys: readonly string[]): void {
    tries.accepted++;
    tries.lengthMin = Math.min(tries.lengthMin, given.length);
    tries.lengthMax = Math.max(tries.lengthMax, given.length);
    if (!isWord(given)) tries.unlike++;
    const bits = this.#bitsOf(given);
    const key = `${seen.endpointId}|${account}`;
    const before = this.#secrets.get(key);
    if (before === undefined || seen.at - before.at > policy.reuseAfterMs) {
      if (before !== undefined) {
        if (before.bits === bits) tries.reused++;
        else tries.changed++;
      }
      if (before === undefined || before.challenge !== challenge || before.bits !== bits)
        this.#leads.accepted(seen, this.#flowsOf(keys), bits, before !== undefined && before.bits !== bits);
      this.#secrets.set(key, { at: seen.at, bits, challenge });
    }
  }

  #flowsOf(keys: readonly string[]): readonly ReturnType<FlowMemory["of"]>[] {
    return keys.map((key) => this.#flows.of(key));
  }

  #remember(seen: KindSeen, fields: readonly Field[], keys: readonly string[], status: number): void {
    const changes = mayChange(seen.view);
    const values = changes ? fields.filter((field) => field.value.length >= 4 && !field.name.startsWith("path:")).map((field) => this.#bitsOf(field.value)) : none;
    const call = { endpointId: seen.endpointId, at: seen.at, changes, well: status >= 200 && status < 400, values };
    for (const key of keys) this.#flows.add(key, call);
  }

  /** Whom a request is about, for following a flow: people it leads back to, else the ids in it. */
  #accountsOf(seen: KindSeen, fields: readonly Field[]): readonly string[] {
    if (seen.roots.length > 0) return seen.roots.slice(0, 2);
    const own = seen.subjects.filter((subject) => naturalKeyTypes.includes(subject.type));
    if (own.length > 0) return own.length > 2 ? none : own.map((subject) => subject.hash);
    const ids: string[] = [];
    for (const { name, value } of fields) {
      if (ids.length === 2) break;
      if (value.length >= 5 && (name.startsWith("path:") || value.length >= 16)) ids.push(hash53(value, this.#seed).toString(36));
    }
    return ids;
  }

  /** What something was tried on, whoever tried: keyed hash of the values that stay while the try changes. */
  #hashOf(tries: EndpointTries, fields: readonly Field[], proof: string): string {
    let text = "tried on";
    for (const { name, value } of fields) if (name !== proof && tries.isKey(name)) text += `\n${name}=${value}`;
    return this.#ports.hash("segment", text);
  }

  #bitsOf(value: string): number {
    return hash53(value, this.#seed) % 65_536;
  }
}

/** One exchange, as far as kinds are concerned. */
export interface KindSeen {
  readonly view: ExchangeView;
  readonly at: number;
  readonly endpointId: string;
  readonly pathValues: readonly string[];
  readonly subjects: readonly Subject[];
  /** Hashes of the people it leads back to, those in it included. */
  readonly roots: readonly string[];
  readonly actor: Actor;
  readonly responseClass: ResponseClass | undefined;
  readonly declared: EndpointKind | undefined;
}

/** A secret or a code was tried. */
export interface Attempt {
  readonly kind: "sign-in" | "code-check";
  readonly outcome: Exclude<TryOutcome, "none" | "unclear">;
  /** Keyed hash of the account: a natural key of the request, whom ids lead back to, or the challenge. */
  readonly account: string;
  /** Keyed hash of everything it was tried on. */
  readonly challenge: string;
  /** What was tried, in clear: for this call only. */
  readonly given: string;
  readonly at: number;
}

export interface KindsState {
  readonly tries: readonly ({ readonly id: string } & TriesState)[];
  readonly leads: LeadsState;
  readonly prompts: PromptsState;
}

interface Last {
  readonly at: number;
  readonly names: readonly string[];
  readonly hashes: readonly number[];
  readonly label: string;
}

interface Secret {
  readonly at: number;
  readonly bits: number;
  readonly challenge: string;
}

function kindOfTries(tries: EndpointTries): TriedKind {
  if (tries.proof === undefined) return "unproven";
  // A page is read again and again, too: nobody signs in by a GET.
  if (tries.reused >= policy.reusedMin && tries.reused > tries.changed) return tries.safe ? "unproven" : "sign-in";
  return tries.codeLike && (tries.reused < policy.reusedMin || tries.reused * 4 < tries.changed) ? "code-check" : "unproven";
}

function areNamed(fields: readonly Field[], names: readonly string[]): boolean {
  if (fields.length !== names.length) return false;
  for (let i = 0; i < names.length; i++) if (fields[i]?.name !== names[i]) return false;
  return true;
}

function mayChange({ exchange }: ExchangeView): boolean {
  return exchange.method !== "GET" && exchange.method !== "HEAD" && exchange.method !== "OPTIONS";
}

function isNatural(field: Field, subjects: readonly Subject[]): boolean {
  const { name, value } = field;
  for (const { type, location } of subjects) if (naturalKeyTypes.includes(type) && name.endsWith(`:${location.name}`) && name.startsWith(location.in)) return true;
  const mark = value.indexOf("@");
  if (mark > 0 && mark < value.length - 3 && value.includes(".", mark)) return true;
  return value.startsWith("+") && value.length >= 9 && value.length <= 20;
}

function isWord(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i) | 32;
    if (!((code >= 97 && code <= 122) || (text.charCodeAt(i) >= 48 && text.charCodeAt(i) <= 57))) return false;
  }
  return true;
}

const none: readonly never[] = [];
const noPrompt: PromptStep = { prompted: undefined, agreed: undefined, named: undefined };
/** Endpoints with two values or more in a request; more than a service has. */
export const endpointsMax = 4_096;
/** Callers' last requests; at the bound the oldest half goes, which costs a vote. */
const callersMax = 32_768;
const secretsMax = 65_536;
