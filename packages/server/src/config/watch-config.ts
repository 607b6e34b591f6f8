import { createHash } from "node:crypto";
import { readFileSync, watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { dirname, resolve } from "node:path";
import { PosternError } from "@postern/engine";
import type { Config } from "./config-schema.ts";
import { readConfig } from "./load-config.ts";
import { renderConfigProblem } from "./parse-config.ts";
import type { Environment } from "./values.ts";

/**
 * Watches a configuration file. A good change is handed to `onConfig`; a bad one leaves the old in force and is reported
 * once, to `onProblem`, as lines for a person. Survives editors that replace the file and mounts that swap a link: the folder is
 * watched and the content compared. Where the system gives no file events, {@link ConfigWatch.check} (on SIGHUP) still works.
 */
export function watchConfig(options: WatchConfigOptions): ConfigWatch {
  const path = resolve(options.path);
  let last = digestOf(path);
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  const check = (): void => {
    if (closed) return;
    const digest = digestOf(path);
    if (digest === last) return;
    last = digest;
    try {
      const result = readConfig(path, options.env);
      if (result.ok) options.onConfig(result.config);
      else options.onProblem(result.problems.map(renderConfigProblem));
    } catch (error) {
      options.onProblem([error instanceof PosternError ? `${error.message} (${error.remedy})` : "the configuration could not be read"]);
    }
  };
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(dirname(path), () => {
      clearTimeout(timer);
      timer = setTimeout(check, settleMs);
    });
    watcher.on("error", () => options.onProblem(["the configuration is no longer watched; send SIGHUP after a change"]));
    watcher.unref();
  } catch {
    options.onProblem(["the configuration cannot be watched here; send SIGHUP after a change"]);
  }
  return {
    check,
    close: () => {
      closed = true;
      clearTimeout(timer);
      watcher?.close();
    },
  };
}

export interface WatchConfigOptions {
  readonly path: string;
  readonly env: Environment;
  readonly onConfig: (config: Config) => void;
  readonly onProblem: (lines: readonly string[]) => void;
}

export interface ConfigWatch {
  /** Looks now, without waiting for the file system to tell. */
  check(): void;
  close(): void;
}

/** An editor writes in several steps; half a file is not a mistake worth reporting. */
const settleMs = 100;

function digestOf(path: string): string {
  try {
    return createHash("sha256").update(readFileSync(path)).digest("hex");
  } catch {
    return "unreadable";
  }
}
