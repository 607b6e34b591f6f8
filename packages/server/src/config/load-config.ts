import { readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { PosternError } from "@postern/engine";
import { lookedFor } from "../sources/unreadable-file.ts";
import { readCanaryFile } from "./canary-lists.ts";
import type { Config } from "./config-schema.ts";
import { configCharactersMax, configError, parseConfig } from "./parse-config.ts";
import type { ConfigResult } from "./parse-config.ts";
import type { Environment } from "./values.ts";

/**
 * The configuration in `path`; without one, `postern.yaml` in `directory` if it is there, else the defaults. Throws
 * CONFIG_UNREADABLE, or CONFIG_INVALID with every mistake on a line of its own.
 */
export function loadConfig(path: string | undefined, options: LoadConfigOptions = {}): Config {
  const result = readConfig(path ?? defaultPath(options.directory), options.env ?? {});
  if (!result.ok) throw configError(result.problems);
  return result.config;
}

/** As {@link loadConfig}, with the mistakes as a value. `undefined` gives the defaults. */
export function readConfig(path: string | undefined, env: Environment): ConfigResult {
  if (path === undefined) return parseConfig("", { name: configFileName, env });
  const result = parseConfig(readText(path), { name: basename(path), env });
  return result.ok ? { ok: true, config: withPlaces(withCanaryFile(result.config, dirname(path)), resolve(dirname(path))) } : result;
}

export interface LoadConfigOptions {
  /** Where to look for `postern.yaml` when no path is given. */
  readonly directory?: string;
  /** Fills `${NAME}` in secrets. */
  readonly env?: Environment;
}

export const configFileName = "postern.yaml";

/** The path of `postern.yaml` in `directory` when there is one. */
export function defaultPath(directory: string | undefined): string | undefined {
  if (directory === undefined) return undefined;
  const path = join(directory, configFileName);
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? path : undefined;
}

/** What `canaries.file` names, beside the configuration, joins what stands in it. */
function withCanaryFile(config: Config, directory: string): Config {
  const { file, ...here } = config.canaries;
  if (file === undefined) return config;
  const there = readCanaryFile(resolve(directory, file));
  const both = <K extends "registered" | "unregistered">(side: K): { list: string[]; hashes: string[] } => ({
    list: [...here[side], ...there[side]],
    hashes: [...here.hashed[side], ...there.hashed[side]],
  });
  const [registered, unregistered] = [both("registered"), both("unregistered")];
  const type = here.type ?? there.type;
  return {
    ...config,
    canaries: {
      dark: here.dark,
      ...(type === undefined ? {} : { type }),
      registered: registered.list,
      unregistered: unregistered.list,
      hashed: { registered: registered.hashes, unregistered: unregistered.hashes },
    },
  };
}

/** Lists of networks are found from any directory; they are read where they are needed. */
function withPlaces(config: Config, directory: string): Config {
  const { asns } = config.network;
  return asns === undefined ? config : { ...config, network: { asns: asns.map((file) => resolve(directory, file)) } };
}

function readText(path: string): string {
  try {
    if (statSync(path).size > configCharactersMax * 4) throw new Error(`larger than ${configCharactersMax} characters`);
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new PosternError("CONFIG_UNREADABLE", `cannot read ${path}${lookedFor(path)}`, { cause });
  }
}
