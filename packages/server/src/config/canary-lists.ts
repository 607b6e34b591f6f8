import { readFileSync, statSync } from "node:fs";
import { PosternError, type SubjectType } from "@postern/engine";
import { parse } from "yaml";
import { z } from "zod";

/** More is a list to leak, and no better a trap. */
export const canariesMax = 10_000;

const subjectTypes = ["phone", "email", "username", "integer", "uuid", "opaque"] as const satisfies readonly SubjectType[];

/** YAML reads an unquoted telephone number as a number. */
const identifier = z
  .union([z.string().min(1).max(320), z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)], { error: "expected an identifier; put it in quotes" })
  .transform(String);
const identifiers = z.array(identifier).max(canariesMax).default([]);
const hashes = z
  .array(z.string().regex(/^[0-9a-f]{16}$/, "expected 16 hex digits, as `postern probe --hash-canaries` writes them"))
  .max(canariesMax * 4)
  .default([]);

/** What a canary file and the `canaries` of the configuration have in common. */
export const canaryFields = {
  type: z.enum(subjectTypes).optional().describe("What they are, where that cannot be told from how they look."),
  registered: identifiers.describe("Registered, and published nowhere: nobody honest asks about them. As they stand in requests."),
  unregistered: identifiers.describe("Never registered, and never to be."),
  hashed: z
    .strictObject({ registered: hashes.describe("Hashes of registered ones."), unregistered: hashes.describe("Hashes of never-registered ones.") })
    .prefault({})
    .describe("The same as keyed hashes, as `postern probe --hash-canaries` writes them: so that the list itself need not be here."),
} as const;

const canaryFile = z.strictObject(canaryFields);

export type CanaryLists = z.output<typeof canaryFile>;

/** Reads a YAML or JSON file of canaries. Throws CONFIG_UNREADABLE and CONFIG_INVALID; the values stand in no message. */
export function readCanaryFile(path: string): CanaryLists {
  let value: unknown;
  try {
    if (statSync(path).size > fileBytesMax) throw new Error("too large");
    value = parse(readFileSync(path, "utf8")) ?? {};
  } catch (cause) {
    throw new PosternError("CONFIG_UNREADABLE", `The list of canaries ${path} cannot be read`, {
      cause,
      remedy: "It is YAML or JSON with `registered` and `unregistered`; `postern probe --make phone` writes one to fill in.",
    });
  }
  const read = canaryFile.safeParse(value);
  if (read.success) return read.data;
  const places = read.error.issues.slice(0, 5).map((issue) => `  ${path} ${issue.path.join(".")}: ${issue.message}`);
  throw new PosternError("CONFIG_INVALID", `The list of canaries does not say what it should:\n${places.join("\n")}`);
}

/** What an identifier is by its looks; undefined where it may be several things. */
export function typeOfIdentifier(text: string): SubjectType | undefined {
  const value = text.trim();
  if (value.includes("@")) return "email";
  if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value)) return "uuid";
  if (/^\+?[\d\s().-]{7,24}$/.test(value) && /\d{5}/.test(value.replaceAll(/\D/g, ""))) return "phone";
  return undefined;
}

const fileBytesMax = 4_194_304;
