/** One request to Latchkey, by whichever way it came. */
export interface LatchkeyRequest {
  readonly method: string;
  /** Origin-form or absolute. */
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
  /** Who the service believes to be calling. */
  readonly address: string;
  /** Event time; the service's own clock when absent. */
  readonly at?: number;
}

export interface LatchkeyResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** How long the answer takes; a caller in virtual time adds it, a server may really wait. */
  readonly durationMs: number;
}

/** What a handler decides; the service adds the usual headers and the time. */
export interface Reply {
  readonly status: number;
  readonly json: unknown;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Milliseconds on top of the ordinary ones. */
  readonly extraMs?: number;
}

/** 200 with `success: true`. */
export function yes(fields: Readonly<Record<string, unknown>> = {}): Reply {
  return { status: 200, json: { ...fields, success: true } };
}

/** A refusal with `success: false` and a reason for people. */
export function no(status: number, message: string, fields: Readonly<Record<string, unknown>> = {}): Reply {
  return { status, json: { success: false, message, ...fields } };
}

/** The first value of a header, without regard to case. */
export function headerOf(headers: LatchkeyRequest["headers"], name: string): string | undefined {
  for (const [key, value] of headers) if (key.length === name.length && key.toLowerCase() === name) return value;
  return undefined;
}

/** The members of a JSON object; an empty record when the text is anything else. Larger than 64 KiB reads as empty too. */
export function jsonObject(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined || text === "" || text.length > 65_536) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};
  } catch {
    return {};
  }
}

/** The member as text, cut at `lengthMax`; empty when it is no text. */
export function textOf(value: unknown, lengthMax = 256): string {
  return typeof value === "string" ? value.slice(0, lengthMax) : "";
}
