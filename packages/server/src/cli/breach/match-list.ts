import { closeSync, createReadStream, openSync, writeSync } from "node:fs";
import { type Ports, PosternError, type SubjectType } from "@postern/engine";
import { matchUsers } from "../../respond/match-users.ts";
import { unreadableFile } from "../../sources/unreadable-file.ts";
import type { Breach } from "../../respond/breach-report.ts";
import type { MatchedUser, MatchedUsers } from "./breach-document.ts";

/**
 * Holds the operator's list against the set of people asked about. With `out` the matches go to a new CSV there (mode 0600): own id, what was
 * learned, by which columns; without it they are returned, at most {@link usersMax} of them, and `truncated` says when there were more.
 * Values of their list are hashed in memory and go nowhere. Throws SOURCE_UNREADABLE, USAGE, DATA_DIR_UNUSABLE for `out`.
 */
export async function matchList(file: string, breach: Breach, ports: Ports, out: string | undefined): Promise<{ readonly matched: MatchedUsers; readonly truncated: boolean }> {
  const users: MatchedUser[] = [];
  let truncated = false;
  const sink = out === undefined ? undefined : openSink(out);
  try {
    for await (const match of matchUsers({ input: createReadStream(file), hashes: [ports.hash], verdictOf: breach.verdictOf, askedTypes: askedTypesOf(breach) })) {
      if (match.kind === "summary") {
        const { kind: _kind, ...counts } = match;
        return { matched: { ...counts, ...(sink === undefined ? { users } : {}) }, truncated };
      }
      if (match.kind === "rejected") continue;
      const user = { id: match.id, learned: match.learned, columns: match.columns.map((column) => column.column) };
      if (sink !== undefined) sink.write(user);
      else if (users.length < usersMax) users.push(user);
      else truncated = true;
    }
  } catch (cause) {
    throw unreadableFile(file, cause);
  } finally {
    sink?.close();
  }
  throw new PosternError("INTERNAL", "The list of users ended without a summary");
}

const subjectTypes: readonly SubjectType[] = ["phone", "email", "username", "integer", "uuid", "opaque"];

function askedTypesOf({ report }: Breach): readonly SubjectType[] {
  return subjectTypes.filter((type) => (report.subjectTypes[type] ?? 0) > 0);
}

/** More than a terminal or one JSON document should hold: `--out` takes all. */
export const usersMax = 100_000;

function openSink(path: string): { write(user: MatchedUser): void; close(): void } {
  try {
    const fd = openSync(path, "w", 0o600);
    writeSync(fd, "id,learned,columns\n");
    return { write: (user) => void writeSync(fd, `${cell(user.id)},${user.learned},${cell(user.columns.join(" "))}\n`), close: () => closeSync(fd) };
  } catch (cause) {
    throw new PosternError("DATA_DIR_UNUSABLE", "The list of matches cannot be written", { cause, remedy: "Check the path given with --out." });
  }
}

/** RFC 4180; a cell that a spreadsheet would run as a formula gets a quote in front. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
