import { hashOfSegment, isPlainWords } from "../exchange/plain-words.ts";
import { lateConstant } from "./late-constant.ts";
import { markDirty, type MergeReason, noteWord, PathNode } from "./path-node.ts";
import type { PathStep } from "./path-step.ts";
import { isConstantLike, isReservedWord, segmentPattern } from "./segment-kind.ts";
import { isShown } from "./shown-constant.ts";
import { interchangeable, isRich, siblingPolicy, strays } from "./sibling-policy.ts";
import { copyBranch, type LeafViews, sameRules, spreadDirt } from "./rule-view.ts";
import { isRuledValue, learnedRules, type RuleNode, ruledConstant } from "./template-rules.ts";
import { ValueCounter } from "./value-counter.ts";

/**
 * Learns the path templates of one host from its paths, streaming, in bounded memory.
 *
 * A segment whose shape says "value" is a parameter at first sight. Words and slugs become one when many siblings look
 * interchangeable (see {@link siblingPolicy}); siblings that carry much more traffic, or a sub-tree of their own, stay
 * constants beside it. A position once merged stays merged. Raw siblings live only in the tree; in
 * templates and on disk they stand as their keyed hash until they may be shown.
 *
 * Mistakes it can make: constants each seen once in a cold start look like values when more than
 * `populationMin` seem possible; values each polled often by few look like constants until `sameTreeMin` of them
 * share a sub-tree; a constant first met after its position merged leaves its first `lateCountMin` sightings with the
 * parameter. The order of input matters only within these thresholds.
 */
export class PathTemplates<Leaf> {
  readonly root = new PathNode<Leaf>(undefined, "", false, 0);
  /** Bumped whenever a template may have changed, also when a word of it may now be shown. */
  epoch = 0;
  #nodes = 1;
  readonly #join: JoinLeaves<Leaf>;
  readonly #bounds: TemplateBounds;

  readonly #hidden: ((constant: string) => string) | undefined;
  readonly #views: LeafViews<Leaf> | undefined;
  /** Places that have a view. */
  #viewed = 0;
  /** Room is short: see {@link cramp}. */
  #cramped = false;
  /** Constants known by their hash only, since the last restore: while there are none nothing is hashed here. */
  #hashed = 0;

  /** `hidden` writes a constant that may not be shown; with it such constants are found again after a restore. Without `views` rules show nothing otherwise than it was learned. */
  constructor(join: JoinLeaves<Leaf>, bounds: Partial<TemplateBounds> = {}, hidden?: (constant: string) => string, views?: LeafViews<Leaf>) {
    this.#join = join;
    this.#hidden = hidden;
    this.#views = views;
    this.#bounds = { ...templateBounds, ...bounds };
    if (this.#bounds.shared !== undefined) this.#bounds.shared.left--;
  }

  /**
   * Obeys these rules from now on instead of any earlier ones. Where words are to be values, what is shown becomes one, its counters added, in a view beside what is
   * learned, which goes on as if nothing had been said: where the rule is gone, all of it is shown again as it then is. A constant that is to stand apart does so for what
   * comes; what was counted as values stays together, since it cannot be told apart any more.
   */
  govern(rules: RuleNode | undefined): void {
    if (rules === undefined && this.root.rule === undefined) return;
    this.#govern(this.root, rules === undefined ? undefined : learnedRules(rules));
    this.#offer(this.root);
    this.epoch++;
    this.settle();
  }

  /** Nodes held, for memory reports; never above `nodesMax`, but for constants that rules name, and for views, which hold at most as many again. */
  get nodes(): number {
    return this.#nodes;
  }

  /** The place of a path, made when missing; undefined at the bound. `client` is a small number standing for who asked. */
  place(segments: readonly string[], client: number): PathNode<Leaf> | undefined {
    return this.placeMany(segments, 1 << (client & 31), 1, noPatterns);
  }

  /** As {@link place} so many times at once. `clients`: the 32-bit sketch of who asked; `patterns`: of segments whose text is known to be a value's, by position. */
  placeMany(segments: readonly string[], clients: number, times: number, patterns: readonly (string | undefined)[]): PathNode<Leaf> | undefined {
    if (this.#cramped) this.#giveWay();
    return this.#walk(this.root, segments, 0, clients, times, patterns);
  }

  /** Room is short: at the next path that is placed, what rules show as one becomes one, for good, since there is no room to keep it apart beside that. */
  cramp(): void {
    this.#cramped = this.#viewed > 0;
  }

  /** Where a path that was just placed is shown: there, or where the view of a rule has it; undefined at the bound. Call it once for each {@link place}. */
  shownPlace(place: PathNode<Leaf>, segments: readonly string[], client: number): PathNode<Leaf> | undefined {
    if (this.#viewed === 0) return place;
    let at: PathNode<Leaf> | undefined = place;
    while (at !== undefined && at.view === undefined) at = at.parent;
    if (at?.view === undefined) return place;
    at.view.shown ||= at.shown;
    return this.#walk(at.view, segments, at.depth, 1 << (client & 31), 1, noPatterns);
  }

  #walk(from: PathNode<Leaf>, segments: readonly string[], start: number, clients: number, times: number, patterns: readonly (string | undefined)[]): PathNode<Leaf> | undefined {
    let node = from;
    node.count += times;
    let value = "";
    for (let depth = start; depth < segments.length; depth++) {
      const segment = segments[depth] ?? "";
      const next = this.#step(node, segment, depth, clients, times, patterns[depth]);
      if (next === undefined) return undefined;
      next.count += times;
      next.clients |= clients;
      if (next.count >= next.settleAt) {
        next.settleAt = next.count * 2;
        markDirty(next);
      }
      if (next.parameter) value = segment;
      else if (!next.shown) {
        if (value !== "") (next.above ??= new ValueCounter()).add(value);
        if (isShown(next)) {
          next.shown = true;
          next.above = undefined;
          this.epoch++;
        }
      }
      node = next;
    }
    return node;
  }

  /** The known place of a path as it is shown, or as it was `learned`, or undefined. Constants first, then parameters; tries at most {@link findStepsMax} steps. */
  find(
    segments: readonly string[],
    accept: (node: PathNode<Leaf>) => boolean,
    learned = false,
    patterns: readonly (string | undefined)[] = noPatterns,
  ): PathNode<Leaf> | undefined {
    let steps = 0;
    const walk = (from: PathNode<Leaf>, depth: number): PathNode<Leaf> | undefined => {
      if (++steps > findStepsMax) return undefined;
      const node = learned ? from : (from.view ?? from);
      if (depth === segments.length) return accept(node) ? node : undefined;
      const segment = segments[depth] ?? "";
      const constant = node.children.get(segment.toLowerCase()) ?? this.#recognised(node, segment);
      const found = constant === undefined ? undefined : walk(constant, depth + 1);
      if (found !== undefined) return found;
      const pattern = patterns[depth] ?? segmentPattern(segment, depth);
      const parameter = (pattern === undefined ? undefined : node.parameters.get(pattern)) ?? (pattern !== undefined || takesWords(node) ? node.parameters.get("{}") : undefined);
      return parameter === undefined ? undefined : walk(parameter, depth + 1);
    };
    return walk(this.root, 0);
  }

  /** Puts back a place that {@link pathOf} described; undefined at the bound. */
  restore(steps: readonly PathStep[]): PathNode<Leaf> | undefined {
    let node: PathNode<Leaf> | undefined = this.root;
    for (const step of steps) {
      if (node === undefined) return undefined;
      const next: PathNode<Leaf> | undefined = step.parameter
        ? this.#parameter(node, step.label)
        : (node.children.get(step.label.toLowerCase()) ?? this.#child(node, step.label.toLowerCase(), step.label));
      if (next !== undefined && !step.parameter && next.count === 0 && hashOfSegment(step.label) !== undefined) this.#hashed++;
      if (next !== undefined) next.count = Math.max(next.count, step.count);
      if (next !== undefined) next.clients |= step.clients ?? 0;
      if (next !== undefined && step.shape !== undefined) next.shape = step.shape;
      if (next !== undefined && step.shown && hashOfSegment(step.label) === undefined) next.shown = true;
      if (step.parameter && step.merged) node.merged = true;
      if (step.parameter && step.values !== undefined) {
        node.values ??= ValueCounter.of(step.values);
        node.topValue = Math.max(node.topValue, step.topValue ?? 0);
      }
      if (step.parameter && step.reason !== undefined) node.reason = step.reason;
      node = next;
    }
    return node;
  }

  /** What was put back was decided before: no position is looked at again until something new came there. */
  restored(): void {
    const walk = (node: PathNode<Leaf>): void => {
      node.dirty = false;
      node.settleAt = node.count * 2;
      node.evaluateAt = Math.max(node.evaluateAt, Math.ceil(node.children.size * 1.25));
      for (const child of node.children.values()) walk(child);
      for (const child of node.parameters.values()) walk(child);
    };
    walk(this.root);
  }

  /** Of a place on whose way a constant was made by a rule: the place its paths had before; undefined for any other. */
  formerPlace(place: PathNode<Leaf>): PathNode<Leaf> | undefined {
    const way: PathNode<Leaf>[] = [];
    let made = false;
    for (let at = place; at.parent !== undefined; at = at.parent) {
      way.push(at);
      made ||= !at.parameter && at.rule?.known === false;
    }
    if (!made) return undefined;
    let node: PathNode<Leaf> | undefined = this.root;
    for (const step of way.toReversed()) {
      const ruled: boolean = !step.parameter && step.rule?.known === false;
      const into: PathNode<Leaf> | undefined = node;
      const known: PathNode<Leaf> | undefined = step.parameter ? into.parameters.get(step.label) : into.children.get(step.label.toLowerCase());
      const instead: PathNode<Leaf> | undefined = ruled ? into.parameters.get("{}") : undefined;
      node = instead ?? known ?? into.parameters.get("{}");
      if (node === undefined) return undefined;
    }
    return node === place ? undefined : node;
  }

  /**
   * Takes over which positions hold constants and which parameters, without counts, from the root of a tree that has learned them; call on an empty one. These stay as they
   * are from now on: what comes is counted there, and a word that was not met before is a value where words are values, else a constant below which is learned as ever.
   */
  adopt<Other>(root: PathNode<Other>, leaf: (place: PathNode<Leaf>, leaf: Other) => void): void {
    const walk = (from: PathNode<Other>, into: PathNode<Leaf>): void => {
      into.decided = true;
      into.merged = from.merged;
      into.reason = from.reason;
      into.values = from.values;
      into.topValue = from.topValue;
      into.shape = from.shape;
      if (from.leaf !== undefined) leaf(into, from.leaf);
      for (const child of from.children.values()) {
        const made = this.#child(into, child.label.toLowerCase(), child.label);
        if (made !== undefined) walk(child, made);
      }
      for (const child of from.parameters.values()) {
        const made = this.#parameter(into, child.label);
        if (made !== undefined) walk(child, made);
      }
    };
    walk(root, this.root);
    this.#review(this.root, true);
    this.#offer(this.root);
  }

  /** Decides every position that has gathered evidence since it was last looked at; call before reporting. */
  settle(): void {
    this.#settleBelow(this.root);
  }

  /** Drops a place's leaf, and the branch that only led to it. */
  prune(place: PathNode<Leaf>): void {
    place.leaf = undefined;
    let node = place;
    while (node.parent !== undefined && !node.isView && node.leaf === undefined && node.children.size === 0 && node.parameters.size === 0) {
      const { parent } = node;
      if (node.parameter) parent.dropParameter(node.label);
      else parent.dropChild(node.label.toLowerCase());
      this.#gone();
      node = parent;
    }
  }

  #step(node: PathNode<Leaf>, segment: string, depth: number, clients: number, times: number, ofValue: string | undefined): PathNode<Leaf> | undefined {
    const { children } = node;
    // Keys are in lower case, and so are most segments: changing the case costs more than looking.
    let known = children.get(segment);
    if (known !== undefined) return known;
    const key = segment.toLowerCase();
    known = (key === segment ? undefined : children.get(key)) ?? this.#recognised(node, segment);
    if (known !== undefined) return known;
    const pattern = ofValue ?? segmentPattern(segment, depth);
    if (node.rule !== undefined) {
      const ruled = this.#ruled(node, node.rule, key, segment, pattern);
      if (ruled !== undefined) return ruled;
    }
    if (pattern !== undefined) return this.#parameter(node, pattern);
    const persons = node.persons;
    const merged = node.merged || persons;
    if (merged && !isReservedWord(key)) {
      if (node.decided) {
        node.values ??= new ValueCounter();
        if (!node.values.wide) node.values.add(key);
        return this.#parameter(node, "{}");
      }
      if ((this.#isRich(node) || (persons && (node.values?.count ?? 0) < personsMin)) && isConstantLike(segment)) return this.#child(node, key, segment);
      const seen = lateConstant(node, key, segment, clients, times);
      const made = seen === 0 ? undefined : this.#child(node, key, segment);
      if (made === undefined) return this.#parameter(node, "{}");
      made.count = seen;
      return made;
    }
    const child = this.#child(node, key, segment);
    if (!node.decided && node.children.size >= node.evaluateAt) this.#evaluate(node, node.children.size >= this.#bounds.childrenMax);
    return child?.parent === undefined ? (node.merged || persons ? this.#parameter(node, "{}") : undefined) : child;
  }

  /** Where a person decided what this segment is; undefined where it is learned. */
  #ruled(node: PathNode<Leaf>, rule: RuleNode, key: string, segment: string, pattern: string | undefined): PathNode<Leaf> | undefined {
    if (ruledConstant(rule, key, this.#hidden) !== undefined) return this.#child(node, key, segment, true);
    if (rule.position === "words") return pattern === undefined ? (this.#child(node, key, segment) ?? this.#parameter(node, "{}")) : undefined;
    const value = rule.position === "everything" || (pattern === undefined && isRuledValue(rule, segment));
    if (!value) return undefined;
    node.values ??= new ValueCounter();
    if (!node.values.wide) node.values.add(key);
    return this.#parameter(node, "{}");
  }

  #govern(node: PathNode<Leaf>, rule: RuleNode | undefined): void {
    node.rule = rule;
    // What was restored by its hash alone is known by the name a rule gives it.
    if (rule !== undefined && this.#hashed > 0) for (const { label } of rule.constants.values()) this.#recognised(node, label);
    if (rule?.position === "values" || rule?.position === "everything") {
      const values = [...node.children].filter(([key, child]) => ruledConstant(rule, key, this.#hidden) === undefined && isRuledValue(rule, child.label));
      this.#gather(
        node,
        values.map(([, child]) => child),
      );
      if (rule.position === "everything") this.#gatherPatterns(node);
    }
    for (const [key, child] of node.children) {
      const named = rule === undefined ? undefined : ruledConstant(rule, key, this.#hidden);
      // What somebody named in clear may be read in clear.
      if (named !== undefined && rule?.constants.has(key) === true && hashOfSegment(child.label) === undefined) child.shown = true;
      this.#govern(child, named);
    }
    for (const [pattern, child] of node.parameters) this.#govern(child, rule?.parameters.get(pattern));
    this.#show(node);
  }

  /** Makes the view that the rule of this place asks for, anew where it asks for another. */
  #show(node: PathNode<Leaf>, anew = false): void {
    if (this.#views === undefined || node.isView) return;
    const wanted = node.rule?.view ?? (node.view === undefined ? undefined : node.rule?.offered);
    if (node.view !== undefined && !anew && sameRules(node.view.rule, wanted)) return;
    this.#unshow(node);
    if (wanted !== undefined) this.#makeView(node, this.#views, wanted);
  }

  #makeView(node: PathNode<Leaf>, views: LeafViews<Leaf>, wanted: RuleNode): void {
    const view = new PathNode<Leaf>(node.parent, node.label, node.parameter, node.depth);
    view.isView = true;
    this.#made();
    copyBranch(node, view, views, () => this.#made());
    node.view = view;
    this.#viewed++;
    this.#govern(view, wanted);
    spreadDirt(view);
    this.#settleBelow(view);
    if (this.#isFull()) this.cramp();
    this.epoch++;
  }

  /** Shows what documents and source say from the first place on a way where a word stands that they call a value. */
  #offer(node: PathNode<Leaf>): void {
    if (node.rule === undefined || this.#views === undefined) return;
    const { offered } = node.rule;
    if (node.view === undefined && offered !== undefined && [...node.children.values()].some((child) => this.#isOffered(offered, child.label)))
      this.#makeView(node, this.#views, offered);
    if (node.view !== undefined) {
      this.#unshowBelow(node);
      return;
    }
    for (const child of node.children.values()) this.#offer(child);
    for (const child of node.parameters.values()) this.#offer(child);
  }

  /** True for a word where documents and source have a parameter. */
  #isOffered(rule: RuleNode, label: string): boolean {
    return isRuledValue(rule, label) && ruledConstant(rule, label.toLowerCase(), this.#hidden) === undefined;
  }

  /** The place from which documents are to be shown because of this word below it; nothing where it is shown already. */
  #offerFor(node: PathNode<Leaf>, label: string): void {
    const offered = node.rule?.offered;
    if (offered === undefined || node.view !== undefined || this.#isFull() || !this.#isOffered(offered, label)) return;
    for (let at = node.parent; at !== undefined; at = at.parent) if (at.view !== undefined) return;
    this.#offer(node);
  }

  #unshowBelow(node: PathNode<Leaf>): void {
    for (const map of [node.children, node.parameters]) {
      for (const child of map.values()) {
        this.#unshow(child);
        this.#unshowBelow(child);
      }
    }
  }

  #unshow(node: PathNode<Leaf>): void {
    const { view } = node;
    if (view === undefined) return;
    node.view = undefined;
    this.#viewed--;
    this.#forget(view);
    this.epoch++;
  }

  #giveWay(): void {
    this.#cramped = false;
    const walk = (node: PathNode<Leaf>): void => {
      const shown = node.view === undefined ? undefined : (node.rule?.view ?? node.rule?.offered);
      if (shown !== undefined) {
        this.#unshow(node);
        this.#govern(node, shown);
        return;
      }
      for (const child of node.children.values()) walk(child);
      for (const child of node.parameters.values()) walk(child);
    };
    walk(this.root);
    this.epoch++;
    this.settle();
  }

  /** Looks below a place for views that there are to be. */
  #review(node: PathNode<Leaf>, anew: boolean): void {
    this.#show(node, anew);
    for (const child of node.children.values()) this.#review(child, anew);
    for (const child of node.parameters.values()) this.#review(child, anew);
  }

  /** Makes these constants values of the parameter beside them. */
  #gather(node: PathNode<Leaf>, values: readonly PathNode<Leaf>[]): void {
    const parameter = values.length === 0 ? undefined : this.#parameter(node, "{}");
    if (parameter === undefined) return;
    for (const child of values) {
      const name = child.label.toLowerCase();
      (node.values ??= new ValueCounter()).add(name);
      node.topValue = Math.max(node.topValue, child.count);
      noteWord(node, name, child.count);
      node.dropChild(name);
      this.#fold(child, parameter, child);
      this.#gone();
    }
    if (this.root.rule === undefined) return;
    this.#govern(parameter, node.rule?.parameters.get("{}"));
    for (let at: PathNode<Leaf> | undefined = parameter; at !== undefined; at = at.parent) if (at.view !== undefined || at.isView) return;
    this.#offer(parameter);
  }

  /** Makes the compound parameters of a position, such as `{}.json`, one with the plain one. */
  #gatherPatterns(node: PathNode<Leaf>): void {
    for (const [pattern, one] of node.parameters) {
      if (pattern === "{}") continue;
      node.dropParameter(pattern);
      const parameter = this.#parameter(node, "{}");
      if (parameter === undefined) return;
      this.#fold(one, parameter, { label: "", depth: one.depth });
      this.#gone();
    }
  }

  /** The constant that was restored by its hash alone and is asked for again: from now on it is known in memory. */
  #recognised(node: PathNode<Leaf>, segment: string): PathNode<Leaf> | undefined {
    if (this.#hashed === 0 || this.#hidden === undefined || isPlainWords(segment)) return undefined;
    const token = this.#hidden(segment);
    const known = node.children.get(token.toLowerCase());
    if (known === undefined) return undefined;
    node.dropChild(token.toLowerCase());
    known.label = segment;
    if (known.view !== undefined) known.view.label = segment;
    node.putChild(segment.toLowerCase(), known);
    this.#hashed--;
    this.epoch++;
    return known;
  }

  /** `named`: a rule names it, and rules are few: then there is room. */
  #child(node: PathNode<Leaf>, key: string, segment: string, named = false): PathNode<Leaf> | undefined {
    if (!named && (this.#isFull() || node.children.size >= this.#bounds.childrenMax)) {
      if (this.#isFull()) this.cramp();
      return undefined;
    }
    const child = new PathNode<Leaf>(node, segment, false, node.depth + 1);
    if (node.rule !== undefined) {
      child.rule = ruledConstant(node.rule, key, this.#hidden);
      if (child.rule !== undefined && hashOfSegment(segment) === undefined && node.rule.constants.has(key)) child.shown = true;
    }
    node.putChild(key, child);
    this.#made();
    markDirty(node);
    if (child.rule?.view !== undefined) this.#show(child);
    this.#offerFor(node, segment);
    return child;
  }

  #parameter(node: PathNode<Leaf>, pattern: string): PathNode<Leaf> | undefined {
    const { parameters } = node;
    const key = parameters.size < patternsMax || parameters.has(pattern) ? pattern : "{}";
    const known = parameters.get(key);
    if (known !== undefined) return known;
    if (this.#isFull()) {
      this.cramp();
      return undefined;
    }
    const made = new PathNode<Leaf>(node, key, true, node.depth + 1);
    made.rule = node.rule?.parameters.get(key);
    node.putParameter(key, made);
    this.#made();
    markDirty(node);
    if (made.rule?.view !== undefined) this.#show(made);
    return made;
  }

  #isFull(): boolean {
    return this.#nodes >= this.#bounds.nodesMax || (this.#bounds.shared !== undefined && this.#bounds.shared.left <= 0);
  }

  #made(): void {
    this.#nodes++;
    if (this.#bounds.shared !== undefined) this.#bounds.shared.left--;
  }

  #gone(): void {
    this.#nodes--;
    if (this.#bounds.shared !== undefined) this.#bounds.shared.left++;
  }

  #forget(node: PathNode<Leaf>): void {
    this.#gone();
    this.#unshow(node);
    if (node.leaf !== undefined) this.#views?.drop(node.leaf);
    for (const child of node.children.values()) this.#forget(child);
    for (const child of node.parameters.values()) this.#forget(child);
  }

  #isRich(node: PathNode<Leaf>): boolean {
    if (node.count < node.richUntil) return node.rich;
    node.rich = isRich(node);
    node.richUntil = node.count + 16 + (node.count >> 3);
    return node.rich;
  }

  #evaluate(node: PathNode<Leaf>, forced: boolean): void {
    if (node.decided) return;
    const merged = takesWords(node);
    if (node.children.size < 2 && !merged) return;
    if (node.rule?.position === "words" && !forced) return;
    let reason: MergeReason = "like-the-parameter";
    let values = merged ? strays(node) : [];
    if (values.length === 0 && (!merged || forced)) ({ reason, values } = interchangeable(node, forced));
    // A constant that somebody named stays one, whatever it looks like.
    if (node.rule !== undefined) values = values.filter((child) => child.rule === undefined);
    if (values.length === 0 || this.#parameter(node, "{}") === undefined) {
      node.evaluateAt = Math.max(node.children.size + 1, Math.ceil(node.children.size * 1.25));
      return;
    }
    node.merged = true;
    node.reason ??= reason;
    node.evaluateAt = node.children.size - values.length + siblingPolicy.distinctMin;
    this.#gather(node, values);
    this.epoch++;
    const parameter = node.parameters.get("{}");
    if (parameter !== undefined) {
      this.#settleBelow(parameter);
      this.#reveal(parameter);
    }
    this.#evaluate(node, false);
  }

  /** What was poured together may be shown by what is now known of it, and not only when it is next asked for. */
  #reveal(node: PathNode<Leaf>): void {
    for (const child of node.children.values()) {
      if (!child.shown && isShown(child)) {
        child.shown = true;
        child.above = undefined;
        this.epoch++;
      }
      this.#reveal(child);
    }
    for (const child of node.parameters.values()) this.#reveal(child);
  }

  #settleBelow(node: PathNode<Leaf>): void {
    if (node.view !== undefined) this.#settleBelow(node.view);
    if (!node.dirty) return;
    node.dirty = false;
    for (const child of node.children.values()) this.#settleBelow(child);
    for (const child of node.parameters.values()) this.#settleBelow(child);
    this.#evaluate(node, node.children.size >= this.#bounds.childrenMax);
  }

  /** Pours a whole branch into another; `origin` is the sibling that was a value, whose text now is one; `""` when it was a parameter. */
  #fold(from: PathNode<Leaf>, into: PathNode<Leaf>, origin: Origin): void {
    // Whoever is called `users` had what stands after it taken for persons; it is learned anew where it belongs.
    const persons = from.persons && !from.merged && !takesWords(into) && into.rule?.parameters.has("{}") !== true ? from.parameters.get("{}") : undefined;
    if (persons !== undefined) {
      from.dropParameter("{}");
      this.#forget(persons);
    }
    // What they showed is made anew of both.
    this.#unshow(from);
    this.#unshow(into);
    into.count += from.count;
    into.dirty = true;
    into.clients |= from.clients;
    into.merged ||= from.merged;
    if (from.values !== undefined) (into.values ??= new ValueCounter()).absorb(from.values);
    into.topValue = Math.max(into.topValue, from.topValue);
    into.wordsSeen += from.wordsSeen;
    into.slugsSeen += from.slugsSeen;
    if (into.shape === "") into.shape = from.shape;
    if (from.above !== undefined && !into.shown && !into.parameter) (into.above ??= new ValueCounter()).absorb(from.above);
    if (from.leaf !== undefined) into.leaf = this.#join(into.leaf, from.leaf, { depth: origin.depth - 1, value: origin.label, place: into });
    from.leaf = undefined;
    from.parent = undefined;
    for (const [map, target] of [
      [from.children, into.children],
      [from.parameters, into.parameters],
    ] as const) {
      for (const [key, child] of map) {
        const twin = target.get(key);
        if (twin === undefined) {
          child.parent = into;
          if (child.parameter) into.putParameter(key, child);
          else into.putChild(key, child);
          this.#joinBelow(child, origin);
        } else {
          if (!twin.parameter && !twin.shown) (twin.above ??= new ValueCounter()).add(origin.label);
          this.#fold(child, twin, origin);
          this.#gone();
        }
      }
    }
  }

  #joinBelow(node: PathNode<Leaf>, origin: Origin): void {
    this.#unshow(node);
    // What stood below a value stood below it that often; whether a nearer parameter lies between does not matter.
    if (!node.parameter && !node.shown) (node.above ??= new ValueCounter()).add(origin.label);
    if (node.leaf !== undefined) node.leaf = this.#join(undefined, node.leaf, { depth: origin.depth - 1, value: origin.label, place: node });
    for (const child of node.children.values()) this.#joinBelow(child, origin);
    for (const child of node.parameters.values()) this.#joinBelow(child, origin);
  }
}

type Origin = Pick<PathNode<unknown>, "label" | "depth">;

/** Called when a place moves or two turn out to be one: `value` stood at segment `depth` of every path of `from` (`""`: several did); the result stands at `place`. */
export type JoinLeaves<Leaf> = (into: Leaf | undefined, from: Leaf, was: { readonly depth: number; readonly value: string; readonly place: PathNode<Leaf> }) => Leaf;

export interface TemplateBounds {
  readonly nodesMax: number;
  readonly childrenMax: number;
  /** Places left for all trees that share it. */
  readonly shared?: { left: number };
}

/** 50,000 nodes are about 25 MB, and ten times GitHub's API; 1,000 undecided siblings are more than any API has constants. */
export const templateBounds: TemplateBounds = { nodesMax: 50_000, childrenMax: 1_000 };

/** Compound shapes kept apart at one position; more fall into the plain parameter. */
export const patternsMax = 8;
/** Constants and parameters may both match at every level; a find gives up after this many nodes. */
export const findStepsMax = 512;
const noPatterns: readonly undefined[] = [];
/** Persons met after `users` before a word of interfaces met there is taken for one more of them. */
const personsMin = 40;

/** True where a word that is no known constant is a value, learned or decided. */
function takesWords<Leaf>(node: PathNode<Leaf>): boolean {
  return node.merged || node.persons || node.rule?.position === "values" || node.rule?.position === "everything";
}
