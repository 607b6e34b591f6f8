import { isAbsolute, resolve } from "node:path";
import { PosternError } from "@postern/engine";

/** A file named on the command line that cannot be read: SOURCE_UNREADABLE with the path as it was written, why, and where a relative one was looked for. */
export function unreadableFile(path: string, cause: unknown): PosternError {
  if (cause instanceof PosternError) return cause;
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "unknown error";
  return new PosternError("SOURCE_UNREADABLE", `${path === "-" ? "Standard input" : path} cannot be read (${code})${lookedFor(path)}.`, { cause });
}

/** `; looked for /home/me/access.log` of a relative path: where it starts is what people mistake. Empty for others. */
export function lookedFor(path: string): string {
  return path === "-" || isAbsolute(path) ? "" : `; looked for ${resolve(path)}`;
}
