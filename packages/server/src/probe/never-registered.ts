import { createHash } from "node:crypto";
import { PosternError } from "@postern/engine";

/**
 * Identifiers that nobody can have registered, well-formed: e-mail addresses in domains reserved by RFC 2606, telephone numbers in ranges kept free for fiction (North
 * America's 555-0100 to 555-0199; Ofcom's for drama), random UUIDs, and random user names that nobody would choose. The same seed gives the same list.
 *
 * What it cannot know: a service that refuses such ranges before it looks (a checked country code, a blocked mail domain) answers about the form and not about the person.
 * Then give never-registered ones of your own. There are none for integers: any may be taken.
 */
export function neverRegistered(kind: MadeKind, count: number, seed: string): readonly string[] {
  if (!Number.isInteger(count) || count < 1 || count > madeMax) throw new PosternError("USAGE", `${count} identifiers cannot be made`, { remedy: `Ask for 1 to ${madeMax}.` });
  const made = new Set<string>();
  for (let n = 0; made.size < count; n++) made.add(one(kind, bytesOf(`${seed} ${kind} ${n}`)));
  return [...made];
}

export const madeKinds = ["email", "phone", "uuid", "username"] as const;
export type MadeKind = (typeof madeKinds)[number];
/** North America alone has 380 area codes times a hundred fictional numbers; more than these nobody asks for. */
export const madeMax = 1_000;

/** Area codes in use with a 555 exchange; the numbers 0100 to 0199 of it are for fiction in each. */
const areaCodes = [201, 202, 206, 210, 212, 213, 214, 215, 216, 240, 301, 302, 303, 305, 310, 312, 313, 314, 404, 405, 410, 412, 415, 503, 512, 602, 617, 702, 713, 808] as const;
/** Ofcom, "Telephone numbers for use in TV and radio drama programmes": the last three digits are free. */
const british = ["2079460", "1134960", "1214960", "1314960", "1414960", "1514960", "1614960", "1914980", "7700900"] as const;
const domains = ["example.com", "example.net", "example.org"] as const;
const givenNames = ["alex", "chris", "dana", "jamie", "kim", "lee", "maria", "nico", "robin", "sam", "taylor", "toni"] as const;

function one(kind: MadeKind, bytes: Buffer): string {
  const hex = bytes.toString("hex");
  switch (kind) {
    case "email":
      return `${pick(givenNames, bytes, 0)}.${hex.slice(2, 12)}@${pick(domains, bytes, 8)}`;
    case "phone": {
      const last = String(bytes.readUInt16BE(4) % 1_000).padStart(3, "0");
      return bytes.readUInt8(0) % 2 === 0 ? `+1${pick(areaCodes, bytes, 1)}5550${String(100 + (bytes.readUInt16BE(4) % 100))}` : `+44${pick(british, bytes, 1)}${last}`;
    }
    case "uuid":
      // Version 4 (RFC 9562): 122 bits that nobody drew before.
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${"89ab"[bytes.readUInt8(8) % 4] ?? "8"}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
    case "username":
      return `${pick(givenNames, bytes, 0)}_${hex.slice(2, 14)}`;
  }
}

function pick<T>(list: readonly [T, ...T[]], bytes: Buffer, at: number): T {
  return list[bytes.readUInt8(at) % list.length] ?? list[0];
}

function bytesOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
