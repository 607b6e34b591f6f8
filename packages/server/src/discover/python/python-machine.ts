import type { SyntaxNode } from "@lezer/common";
import type { Budget } from "../static/budget.ts";
import type { RouterModel } from "../value.ts";
import type { Closure, Instance, Kind, Names, SourceText, Thing } from "../static/thing.ts";
import type { Given, PythonSite } from "./python-calls.ts";

/** What the evaluator asks of others: modules, and what frameworks make of calls. */
export interface PythonWorld {
  /** A module by its dotted name, from a file; `level` dots before it. */
  load(name: string, level: number, from: SourceText): Thing;
  /** A name within a module: what it holds, or a module below it. */
  within(module: Thing, name: string): Thing | undefined;
  callExternal(path: string, given: Given, site: PythonSite): Thing | undefined;
  callRouter(target: Thing, name: string, given: Given, site: PythonSite): Thing;
  /** `super().__init__(…)` of a class that stands on an app or router of a package: what the package's constructor is told. */
  initRouter(router: RouterModel, path: string, given: Given, site: PythonSite): void;
  /** A decorator on something that is not known and reads like a route. */
  unknownDecorator(node: SyntaxNode, why: string, given: Given, source: SourceText): void;
}

/** What the parts of the evaluator ask of one another; `python-evaluator.ts` puts them together. */
export interface PythonMachine {
  readonly world: PythonWorld;
  readonly budget: Budget;
  /** Functions that were run, or stand behind a route. */
  readonly called: Set<SyntaxNode>;
  block(nodes: readonly SyntaxNode[], frame: Names, source: SourceText): Thing | undefined;
  expr(node: SyntaxNode, frame: Names, source: SourceText): Thing;
  given(list: SyntaxNode, frame: Names, source: SourceText): Given;
  site(node: SyntaxNode, source: SourceText): PythonSite;
  apply(target: Thing, given: Given, site: PythonSite): Thing;
  call(fn: Closure, given: Given): Thing;
  member(target: Thing, name: string): Thing;
  memberOfKind(kind: Kind, name: string): Thing | undefined;
  classOf(self: Instance | (Thing & { kind: "router" })): Kind | undefined;
  outsideBase(kind: Kind): string | undefined;
  closure(node: SyntaxNode, frame: Names, source: SourceText): Closure;
  decorate(decorator: SyntaxNode, target: Thing, frame: Names, source: SourceText): Thing;
}
