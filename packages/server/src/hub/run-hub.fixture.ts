import { join } from "node:path";
import { type HubOptions, runHub, type RunningHub } from "./hub-process.ts";

/** A hub alone on a data directory of a test, its console on a free loopback port, its API open to {@link hubToken}. */
export function runHubOn(dataDir: string, options: Pick<HubOptions, "ports" | "mode" | "config"> & Partial<HubOptions> & { readonly now: () => number }): Promise<RunningHub> {
  const { now, ...rest } = options;
  return runHub({
    dataDir,
    hubSocket: join(dataDir, "run", "hub.sock"),
    clock: { now, factor: 1 },
    upstream: null,
    consoleHost: "127.0.0.1",
    consolePort: 0,
    consoleDir: undefined,
    apiToken: hubToken,
    version: "0",
    color: false,
    quiet: true,
    onEvent: () => undefined,
    ...rest,
  });
}

export const hubToken = "a-token-of-this-test";
