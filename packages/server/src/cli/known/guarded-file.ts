import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { GuardedEndpoint, Mode } from "@postern/engine";
import { z } from "zod";

/**
 * The last policy the gate kept: its endpoints, declared ones under the ids their rows were written with, and the mode it runs in, or ran in last.
 * No endpoints and no mode when there is none or it cannot be read.
 */
export function readGuarded(dataDir: string): GuardedFile {
  try {
    return file.parse(JSON.parse(readFileSync(join(dataDir, "gate", "policy.json"), "utf8")));
  } catch {
    return { endpoints: [] };
  }
}

export interface GuardedFile {
  readonly mode?: Mode;
  readonly endpoints: readonly GuardedName[];
}

export type GuardedName = Pick<GuardedEndpoint, "id" | "method" | "host" | "template">;

const file = z.object({
  mode: z.enum(["observe", "enforce"]),
  endpoints: z.array(z.object({ id: z.string(), method: z.string(), host: z.string(), template: z.string() })),
});
