import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PosternError, ruleProblem, sameRuleTemplate, type TemplateRule, templateRuleKinds, templateRulesMax } from "@postern/engine";
import { z } from "zod";

/**
 * What people decided about path templates by command or API, in `<data>/hub/templates.json`: a running hub takes up what a command wrote within a tick, an import
 * and every reading command read it too. Written whole and swapped in by rename, one writer at a time: what returned is kept, whatever dies next.
 */
export class TemplateRulesFile {
  readonly #dir: string;
  readonly #path: string;
  #seen = "";

  constructor(dataDir: string) {
    this.#dir = join(dataDir, "hub");
    this.#path = join(this.#dir, "templates.json");
  }

  /** Oldest first; empty when there are none. Throws DATA_DIR_UNUSABLE when the file is damaged: to go on without would undo what somebody decided. */
  read(): readonly KeptRule[] {
    this.#seen = stampOf(this.#path);
    if (this.#seen === "") return [];
    try {
      return file.parse(JSON.parse(readFileSync(this.#path, "utf8"))).rules;
    } catch (cause) {
      throw new PosternError("DATA_DIR_UNUSABLE", `${this.#path}, which holds decisions about path templates, is damaged.`, { cause, remedy: "Mend it or move it away." });
    }
  }

  /** True when somebody has written since the last {@link read}. */
  get changed(): boolean {
    return stampOf(this.#path) !== this.#seen;
  }

  /** Keeps a rule in place of any other about the same template. Throws USAGE when it cannot be kept. */
  set(rule: KeptRule): readonly KeptRule[] {
    const problem = ruleProblem(rule);
    if (problem !== undefined)
      throw new PosternError("USAGE", `${rule.kind} ${JSON.stringify(rule.template.slice(0, 200))}: ${problem}`, { remedy: "See `postern endpoints --help`." });
    return this.#write((rules) => withRule(rules, rule));
  }

  /** Takes away what was decided about a template; undefined when nothing was. */
  unset(rule: Pick<TemplateRule, "host" | "template">): readonly KeptRule[] | undefined {
    let found = false;
    const rules = this.#write((known) => {
      const others = known.filter((one) => !sameRuleTemplate(one, { kind: "pin", ...rule }));
      found = others.length < known.length;
      return others;
    });
    return found ? rules : undefined;
  }

  #write(change: (rules: readonly KeptRule[]) => readonly KeptRule[]): readonly KeptRule[] {
    try {
      mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw new PosternError("DATA_DIR_UNUSABLE", `${this.#dir} cannot be written.`, { cause });
    }
    const lock = `${this.#path}.lock`;
    const held = claim(lock);
    try {
      const rules = change(this.read());
      writeFileSync(`${this.#path}.new`, JSON.stringify({ version: 1, rules }), { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
      this.#seen = stampOf(this.#path);
      return rules;
    } finally {
      closeSync(held);
      rmSync(lock, { force: true });
    }
  }
}

/** The rules as they would be with this one; see {@link TemplateRulesFile.set}. */
export function withRule(rules: readonly KeptRule[], rule: KeptRule): readonly KeptRule[] {
  const others = rules.filter((one) => !sameRuleTemplate(one, rule));
  if (others.length >= templateRulesMax)
    throw new PosternError("USAGE", `There are ${templateRulesMax} rules about templates already.`, { remedy: "`postern endpoints unpin` takes one away." });
  return [...others, rule];
}

/** A rule with who made it and when. */
export interface KeptRule extends TemplateRule {
  readonly at: number;
  readonly by: string;
}

const file = z.object({
  version: z.literal(1),
  rules: z
    .array(
      z.object({
        kind: z.enum(templateRuleKinds),
        host: z.string().optional(),
        template: z.string(),
        at: z.number(),
        by: z.string(),
      }),
    )
    .max(templateRulesMax),
});

/** Writing takes a millisecond; whoever holds it longer than this has died. */
const lockMs = 2_000;

function claim(lock: string): number {
  const until = Date.now() + 2 * lockMs;
  for (;;) {
    try {
      return openSync(lock, "wx", 0o600);
    } catch (cause) {
      const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
      if (since !== undefined && Date.now() - since > lockMs) rmSync(lock, { force: true });
      else if (Date.now() > until || (since === undefined && !(cause instanceof Error && "code" in cause && cause.code === "EEXIST")))
        throw new PosternError("DATA_DIR_UNUSABLE", `${lock} cannot be made.`, { cause });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? "" : `${stat.mtimeNs} ${stat.ino} ${stat.size}`;
}
