import type { Ports } from "../../exchange/ports.ts";
import type { ExchangeView } from "../../exchange/view.ts";
import type { Actor } from "../../exchange/actor.ts";
import { responseScalars } from "../anchors/scalars.ts";
import { hash53 } from "../observe/hash53.ts";
import { RotatingMap } from "../oracle/rotating-map.ts";
import { kindPolicy as policy } from "./kind-policy.ts";
import type { Field } from "./request-fields.ts";

/**
 * Finds the requests that ask somebody on another device: what one caller made (an id in the answer) another caller decides within minutes, each decider on a device of his own. An
 * endpoint that asks in several ways (`via` push, message or call) is told apart by the fields that hold one of a few words.
 *
 * Some services prompt and answer with a refusal ("more proof needed") that holds the id: where such an id is decided at an endpoint that prompts, its refusals are no sign that nobody was asked.
 *
 * Which decision means yes: the one that nearly all take. Until that is known every decision counts as one.
 * Misses: prompts that are decided where traffic is not seen, or by a link. Mistakes: whatever else one makes and another finishes within three minutes, where those who finish are
 * as many as those who begin. Bounds: {@link idsMax} ids, a quarter as many of refusals, {@link waysMax} ways of asking; of words and ids hashes, in memory only.
 */
export class Prompts {
  readonly #seed: number;
  readonly #made = new RotatingMap<Made>(idsMax);
  /** Ids in refusals, with their endpoints and callers. Apart: whoever is refused for nothing pushes out no prompt. */
  readonly #refused = new RotatingMap<Pick<Made, "endpointId" | "caller" | "at">>(idsMax >> 2);
  /** Endpoints where somebody decided what had been refused. */
  readonly #refusing: Set<string>;
  readonly #ways = new Map<string, Way>();
  readonly #words = new Map<string, Map<string, Set<number>>>();

  constructor(ports: Ports, state?: PromptsState) {
    this.#seed = Number.parseInt(ports.hash("link", "prompts").slice(0, 8), 16);
    this.#refusing = new Set(state?.refusing?.slice(0, waysMax));
    for (const { id, decisions, deciders, answers } of state?.ways.slice(0, waysMax) ?? [])
      this.#ways.set(id, { decisions, deciders: new Set(deciders.slice(0, decidersMax)), answers: new Map(answers.slice(0, answersMax)) });
  }

  /** Reads an exchange that may change something, in order of time. `named`: hash of the identifier that stands in the request. `account`: whom it is about, who may be known by another. */
  observe(seen: PromptSeen, named: string | undefined, fields: readonly Field[], account: string | undefined): PromptStep {
    const { view, at, endpointId, actor } = seen;
    const { status } = view.exchange.response;
    const caller = actor.credential ?? actor.narrow;
    if (status >= 400 && status < 500 && this.prompts(endpointId) > 0) {
      for (const id of this.#idsIn(view, fields)) this.#refused.set(id, { endpointId, caller, at });
    }
    if (status < 200 || status >= 300) return nothing;
    const way = this.#wayOf(endpointId, fields);
    const agreed = this.#decided(endpointId, way, caller, fields, at);
    if (account === undefined) return agreed === undefined ? nothing : { prompted: undefined, agreed: agreed.account, named: agreed.named };
    const ids = this.#idsIn(view, fields);
    for (const id of ids) this.#made.set(id, { endpointId, way, account, named, caller, at, decided: false });
    return { prompted: ids.length > 0 && this.isPrompt(way) ? account : undefined, agreed: agreed?.account, named: agreed?.named };
  }

  isPrompt(way: string): boolean {
    const known = this.#ways.get(way);
    return known !== undefined && known.deciders.size >= policy.decidedMin && known.deciders.size >= policy.decidersShare * Math.min(known.decisions, decidersMax);
  }

  /** Whether any way of asking of this endpoint is a prompt. */
  prompts(endpointId: string): number {
    let people = 0;
    for (const [way, { deciders }] of this.#ways) if (way.startsWith(`${endpointId}|`) && this.isPrompt(way)) people += deciders.size;
    return people;
  }

  /** Whether somebody decided what this endpoint had refused to ask. */
  promptsRefusing(endpointId: string): boolean {
    return this.#refusing.has(endpointId);
  }

  renamed(from: string, to: string): void {
    if (this.#refusing.delete(from)) this.#refusing.add(to);
    for (const [way, known] of this.#ways) {
      if (!way.startsWith(`${from}|`)) continue;
      this.#ways.delete(way);
      const next = `${to}${way.slice(from.length)}`;
      if (!this.#ways.has(next)) this.#ways.set(next, known);
    }
    const words = this.#words.get(from);
    if (words !== undefined && this.#words.delete(from) && !this.#words.has(to)) this.#words.set(to, words);
  }

  exportState(): PromptsState {
    return {
      ways: [...this.#ways].map(([id, { decisions, deciders, answers }]) => ({ id, decisions, deciders: [...deciders], answers: [...answers] })),
      refusing: [...this.#refusing],
    };
  }

  /** What an answer hands out, hashed: at most {@link idsOfAnswer} values that did not stand in the request. */
  #idsIn(view: ExchangeView, fields: readonly Field[]): readonly string[] {
    const ids: string[] = [];
    for (const value of responseScalars(view)) {
      if (ids.length === idsOfAnswer) break;
      if (value.length >= 8 && !fields.some((field) => field.value === value)) ids.push(hash53(value, this.#seed).toString(36));
    }
    return ids;
  }

  /** Somebody else names an id that was made here: he decides. Gives back about whom, when he agreed. */
  #decided(endpointId: string, answer: string, caller: string, fields: readonly Field[], at: number): Made | undefined {
    for (const { value } of fields) {
      if (value.length < 8) continue;
      const id = hash53(value, this.#seed).toString(36);
      const refused = this.#refused.get(id);
      if (refused !== undefined && refused.caller !== caller && refused.endpointId !== endpointId && at - refused.at <= policy.decidedWithinMs && this.#refusing.size < waysMax)
        this.#refusing.add(refused.endpointId);
      const made = this.#made.get(id);
      if (made === undefined || made.decided || made.caller === caller || made.endpointId === endpointId || at - made.at > policy.decidedWithinMs) continue;
      made.decided = true;
      let way = this.#ways.get(made.way);
      if (way === undefined) {
        if (this.#ways.size >= waysMax) return undefined;
        way = { decisions: 0, deciders: new Set(), answers: new Map() };
        this.#ways.set(made.way, way);
      }
      way.decisions++;
      if (way.deciders.size < decidersMax) way.deciders.add(caller);
      // What most people do is learned from the first two hundred decisions, and stays.
      if (way.decisions <= decidersMax && (way.answers.has(answer) || way.answers.size < answersMax)) way.answers.set(answer, (way.answers.get(answer) ?? 0) + 1);
      const most = Math.max(...way.answers.values());
      const total = Math.min(way.decisions, decidersMax);
      return most < agreedShare * total || (way.answers.get(answer) ?? 0) === most ? made : undefined;
    }
    return undefined;
  }

  /** The endpoint, and which of its few words were said. */
  #wayOf(endpointId: string, fields: readonly Field[]): string {
    let words = this.#words.get(endpointId);
    if (words === undefined) {
      words = new Map();
      if (this.#words.size < waysMax) this.#words.set(endpointId, words);
    }
    let way = `${endpointId}|`;
    for (const { name, value } of fields) {
      if (name.startsWith("path:") || value.length > 16 || !isLetters(value)) continue;
      let known = words.get(name);
      if (known === undefined) {
        if (words.size >= 8) continue;
        known = new Set();
        words.set(name, known);
      }
      const word = hash53(value.toLowerCase(), this.#seed);
      if (known.size <= wordsMax) known.add(word);
      if (known.size <= wordsMax) way += `${name}=${word.toString(36)};`;
    }
    return way;
  }
}

export interface PromptSeen {
  readonly view: ExchangeView;
  readonly at: number;
  readonly endpointId: string;
  readonly actor: Actor;
}

export interface PromptStep {
  /** Whom this request has asked. */
  readonly prompted: string | undefined;
  /** Who agreed to what he was asked. */
  readonly agreed: string | undefined;
  /** By which identifier he was asked. */
  readonly named: string | undefined;
}

export interface PromptsState {
  readonly ways: readonly { readonly id: string; readonly decisions: number; readonly deciders: readonly string[]; readonly answers: readonly (readonly [string, number])[] }[];
  /** Absent in older states. */
  readonly refusing?: readonly string[];
}

interface Made {
  readonly endpointId: string;
  readonly way: string;
  readonly account: string;
  readonly named: string | undefined;
  readonly caller: string;
  readonly at: number;
  decided: boolean;
}

interface Way {
  decisions: number;
  /** Keyed hashes of callers. */
  readonly deciders: Set<string>;
  /** How often each decision was taken. */
  readonly answers: Map<string, number>;
}

function isLetters(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i) | 32;
    if ((code < 97 || code > 122) && text.charCodeAt(i) !== 95) return false;
  }
  return text.length > 1;
}

const nothing: PromptStep = { prompted: undefined, agreed: undefined, named: undefined };
/** Nearly all: seven in ten of those who decide. */
const agreedShare = 0.7;
const idsOfAnswer = 3;
const wordsMax = 8;
const answersMax = 8;
const decidersMax = 200;
export const idsMax = 32_768;
export const waysMax = 256;
