import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { GuardedEndpoint } from "@postern/engine";
import { z } from "zod";

/** The endpoints of the last policy the gate kept; empty when there is none or it cannot be read. Declared endpoints stand here under the ids their rows were written with. */
export function readGuarded(dataDir: string): readonly GuardedName[] {
  try {
    return file.parse(JSON.parse(readFileSync(join(dataDir, "gate", "policy.json"), "utf8"))).endpoints;
  } catch {
    return [];
  }
}

export type GuardedName = Pick<GuardedEndpoint, "id" | "method" | "host" | "template">;

const file = z.object({ endpoints: z.array(z.object({ id: z.string(), method: z.string(), host: z.string(), template: z.string() })) });
