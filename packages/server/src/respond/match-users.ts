import { normalForm, PosternError } from "@postern/engine";
import type { HashType, SubjectType } from "@postern/engine";
import type { Learned } from "./breach-report.ts";
import { csvRows } from "./csv-rows.ts";

/**
 * Which of the operator's own users are in the exposure set. Reads their list as CSV with a header line, hashes the identifying
 * columns as the gate did, under every live key, and gives back the operator's own id column with what was learned. Memory does
 * not grow with the list; nothing of it is stored; no reason or error holds a value.
 *
 * Throws USAGE when a named column is not in the header. Rows that cannot be read come as `rejected`, the rest goes on.
 * Misses: users listed under another spelling than they were asked about (see `normalForm`), a number they gave up since.
 */
export async function* matchUsers(options: MatchUsersOptions): AsyncGenerator<UserMatch> {
  let columns: ResolvedColumns | undefined;
  const totals = { rows: 0, rejected: 0, confirmed: 0, denied: 0, unknown: 0, uniform: 0, notAsked: 0 };
  for await (const row of csvRows(options.input)) {
    if (columns === undefined) {
      if (!row.ok) throw new PosternError("USAGE", `the header cannot be read: ${row.reason}`);
      columns = resolve(row.fields, options.columns, options.askedTypes ?? []);
      continue;
    }
    totals.rows += 1;
    const reason = row.ok ? (row.fields.length === columns.width ? undefined : `has ${row.fields.length} fields, the header ${columns.width}`) : row.reason;
    if (!row.ok || reason !== undefined) {
      totals.rejected += 1;
      yield { kind: "rejected", line: row.line, reason: reason ?? "unreadable" };
      continue;
    }
    const id = row.fields[columns.id] ?? "";
    const learned: { column: string; learned: Learned }[] = [];
    for (const { index, name, type } of columns.subjects) {
      const raw = row.fields[index] ?? "";
      if (raw.trim() === "") continue;
      const normal = normalForm(type, raw);
      let best: Learned | undefined;
      for (const hash of options.hashes) best = stronger(best, options.verdictOf(hash(type, normal)));
      if (best !== undefined) learned.push({ column: name, learned: best });
    }
    const best = learned.reduce<Learned | undefined>((known, { learned: next }) => stronger(known, next), undefined);
    totals[best ?? "notAsked"] += 1;
    if (best !== undefined) yield { kind: "matched", line: row.line, id, learned: best, columns: learned };
  }
  if (columns === undefined) throw new PosternError("USAGE", "the list of users is empty; its first line must name the columns");
  yield { kind: "summary", ...totals };
}

export interface MatchUsersOptions {
  readonly input: AsyncIterable<Uint8Array>;
  /** Absent: found by usual names (`id`, `phone`, `mobile`, `email`, `username` …). */
  readonly columns?: UserColumns | undefined;
  /** What kinds of identifiers were asked about: ids of users are matched where ids were, and a list without a column of any such kind is refused. */
  readonly askedTypes?: readonly SubjectType[];
  /** One for each live key epoch, as `Ports.hash`. */
  readonly hashes: readonly ((type: HashType, normal: string) => string)[];
  /** From the breach report. */
  readonly verdictOf: (hash: string) => Learned | undefined;
}

export interface UserColumns {
  /** The column given back. */
  readonly id: string;
  readonly subjects: readonly { readonly column: string; readonly type: SubjectType }[];
}

export type UserMatch =
  | {
      readonly kind: "matched";
      readonly line: number;
      readonly id: string;
      readonly learned: Learned;
      readonly columns: readonly { readonly column: string; readonly learned: Learned }[];
    }
  | { readonly kind: "rejected"; readonly line: number; readonly reason: string }
  | {
      readonly kind: "summary";
      readonly rows: number;
      readonly rejected: number;
      readonly confirmed: number;
      readonly denied: number;
      readonly unknown: number;
      readonly uniform: number;
      readonly notAsked: number;
    };

interface ResolvedColumns {
  readonly width: number;
  readonly id: number;
  readonly subjects: readonly { readonly index: number; readonly name: string; readonly type: SubjectType }[];
}

const usual: readonly (readonly [SubjectType, RegExp])[] = [
  ["phone", /^(phone|phone_?number|mobile|mobile_?number|cell|cellphone|msisdn|telephone|tel)$/],
  ["email", /^(e-?mail|e-?mail_?address|mail)$/],
  ["username", /^(user_?name|login|handle|nick_?name)$/],
];

/** Identifiers that are a service's own, not a person's: they stand in the list's id column, or beside it. */
const ownIds: readonly SubjectType[] = ["integer", "uuid", "opaque"];
const idNames = /^(id|user_?id|uid|account_?id|customer_?id|uuid|guid)$/;

function resolve(header: readonly string[], columns: UserColumns | undefined, asked: readonly SubjectType[]): ResolvedColumns {
  const names = header.map((name) => name.trim().slice(0, 200));
  const indexOf = (name: string): number => {
    const index = names.findIndex((candidate) => candidate.toLowerCase() === name.toLowerCase());
    if (index < 0) throw new PosternError("USAGE", `the list of users has no column ${JSON.stringify(name)}`, { remedy: "Name the columns as its first line does." });
    return index;
  };
  if (columns !== undefined) {
    return { width: header.length, id: indexOf(columns.id), subjects: columns.subjects.map(({ column, type }) => ({ index: indexOf(column), name: column, type })) };
  }
  const subjects = names.flatMap((name, index) => {
    const types = usual.filter(([, pattern]) => pattern.test(name.toLowerCase())).map(([type]) => type);
    if (idNames.test(name.toLowerCase()) || types.includes("username")) types.push(...ownIds.filter((type) => asked.includes(type)));
    return types.map((type) => ({ index, name, type }));
  });
  if (subjects.length > 0 && asked.length > 0 && !subjects.some(({ type }) => asked.includes(type))) {
    throw new PosternError("USAGE", `the endpoint was asked about by ${asked.join(", ")}, and no column of the list of users looks like that`, {
      remedy: "Add the column that holds what was asked for: `id`, `uuid`, `phone`, `email` or `username` in the first line.",
    });
  }
  if (subjects.length === 0)
    throw new PosternError("USAGE", "no column of the list of users looks like phone, e-mail or user name", {
      remedy: "Name the columns, or check that the first line is a header.",
    });
  const id = names.findIndex((name) => /^(id|user_?id|uid|account_?id|customer_?id)$/i.test(name));
  if (id < 0)
    throw new PosternError("USAGE", "no column of the list of users looks like an id", {
      remedy: "Add one named `id`, `user_id`, `uid`, `account_id` or `customer_id` in the first line: it is what the answer lists.",
    });
  return { width: header.length, id, subjects };
}

const order: readonly (Learned | undefined)[] = [undefined, "uniform", "unknown", "denied", "confirmed"];

function stronger(a: Learned | undefined, b: Learned | undefined): Learned | undefined {
  return order.indexOf(b) > order.indexOf(a) ? b : a;
}
