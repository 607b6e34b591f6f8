import type { ErrorCode, PosternError } from "@postern/engine";
import { asStarted } from "../program-name.ts";

/** An error for a tired person: what happened, what to do next, and last the code to look up or to match on. */
export function errorText(error: PosternError, env: NodeJS.ProcessEnv = {}): string {
  return error.remedy === "" ? `postern: ${error.message} (${error.code})\n` : `postern: ${error.message}\n  ${asStarted(error.remedy, env)} (${error.code})\n`;
}

/** 2 where the command or its configuration was not understood, 3 where it failed while running. */
export function exitCodeOf(error: PosternError): 2 | 3 {
  return notUnderstood.has(error.code) ? 2 : 3;
}

const notUnderstood: ReadonlySet<ErrorCode> = new Set(["USAGE", "CONFIG_INVALID", "CONFIG_UNREADABLE", "TRIGGER_INVALID", "UPSTREAM_INVALID"]);
