import { normalForm } from "../../exchange/normal-form.ts";
import type { Ports } from "../../exchange/ports.ts";
import type { SubjectType } from "../../exchange/subject.ts";

/**
 * Where an identifier stands among its like: its block (ten thousand telephone numbers or integers, or one mail domain) as a keyed hash, and where the type has an order, its bucket of
 * {@link bucketSize} neighbours as another with its place inside, and its rank. Made while the raw value is in hand; a rank is never stored and lives in bounded memory only.
 *
 * Undefined for types without blocks (uuid, opaque, user names) and for values that are none of their type's.
 */
export function targetPlace(type: SubjectType, raw: string, ports: Ports): TargetPlace | undefined {
  if (raw.length === 0 || raw.length > rawMax) return undefined;
  const normal = normalForm(type, raw);
  if (type === "email") {
    const at = normal.lastIndexOf("@");
    if (at <= 0 || at === normal.length - 1) return undefined;
    return { block: ports.hash("segment", `block\nemail\n${normal.slice(at + 1)}`), rank: letterRank(normal.slice(0, at)), bucket: undefined, offset: 0 };
  }
  const rank = rankOf(type, raw);
  if (Number.isNaN(rank)) return undefined;
  const digits = type === "phone" ? normal.slice(1) : normal;
  // The length is part of the name: 0012 and 12 are no neighbours, nor are numbers of two countries.
  const name = `${type}\n${digits.length}`;
  return {
    block: ports.hash("segment", `block\n${name}\n${Math.floor(rank / blockSize)}`),
    rank,
    bucket: ports.hash("segment", `bucket\n${name}\n${Math.floor(rank / bucketSize)}`),
    offset: rank % bucketSize,
  };
}

/** The rank alone of a telephone number or integer; NaN for all else. */
export function rankOf(type: SubjectType, raw: string): number {
  if ((type !== "phone" && type !== "integer") || raw.length === 0 || raw.length > rawMax) return Number.NaN;
  const normal = normalForm(type, raw);
  const digits = type === "phone" ? normal.slice(1) : normal;
  return digits.length === 0 || digits.length > digitsMax || !allDigits(digits) ? Number.NaN : Number(digits);
}

export interface TargetPlace {
  /** 16 hex digits. */
  readonly block: string;
  /** Keeps the order of identifiers of one type. In memory only. */
  readonly rank: number;
  /** 16 hex digits; undefined where neighbours mean nothing. */
  readonly bucket: string | undefined;
  /** 0 to {@link bucketSize} - 1. */
  readonly offset: number;
}

/** As operators give number blocks out. */
export const blockSize = 10_000;
/** Pairs of neighbours that stand in two buckets are missed: four in 32 with distance up to four, about one in twelve. */
export const bucketSize = 32;
/** Beyond it, a number is no exact integer. */
const digitsMax = 15;
const rawMax = 320;

/** The first nine letters and digits, base 37: a sorted list of names goes up in it. */
function letterRank(text: string): number {
  let rank = 0;
  for (let i = 0; i < 9; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 0;
    rank = rank * 37 + (code >= 97 && code <= 122 ? code - 86 : code >= 48 && code <= 57 ? code - 47 : 0);
  }
  return rank;
}

function allDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}
