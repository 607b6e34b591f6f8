import { parseDuration } from "@postern/engine";
import ipaddr from "ipaddr.js";
import { z } from "zod";

/** `30/min`, `5/s`, `1000/h`, `20000/d` read to a count and the milliseconds it is spread over. */
export const rate = text("a rate such as 30/min (per s, min, h or d), a whole number from 1", (value) => {
  const parts = /^(\d{1,9})\s*\/\s*(s|sec|second|m|min|minute|h|hour|d|day)$/.exec(value.trim());
  const count = Number(parts?.[1]);
  const perMs = unitMs[(parts?.[2] ?? "")[0] ?? ""];
  return parts === null || perMs === undefined || count < 1 ? undefined : { count, perMs };
});

/** `90s`, `10m`, `24h`, `30d` read to milliseconds. */
export const duration = text("a time such as 90s, 10m, 24h or 30d (at most 400d)", parseDuration);

/** `8080`, `127.0.0.1:8080` or `[::1]:8080`; without a host the command decides which. Port 0 takes a free one. */
export const listenAddress = z
  .union([z.number(), z.string().max(300)], { error: "expected a port such as 8080 or an address such as 127.0.0.1:8080" })
  .transform((value, context): ListenAddress => {
    const parts = /^(?:(\[[0-9a-fA-F:.]+\]|[^\s:[\]]+):)?(\d{1,5})$/.exec(String(value).trim());
    const port = Number(parts?.[2]);
    if (parts === null || port > 65_535) {
      context.addIssue({ code: "custom", message: "expected a port such as 8080 or an address such as 127.0.0.1:8080" });
      return z.NEVER;
    }
    return { host: parts[1]?.replace(/^\[|\]$/g, ""), port };
  });

export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

/** An http or https address with a host and neither user nor password. */
export const httpUrl = text("an http or https address such as http://127.0.0.1:3000, without user or password", (value) => {
  if (!URL.canParse(value)) return undefined;
  const url = new URL(value);
  return /^https?:$/.test(url.protocol) && url.username === "" && url.password === "" ? url.href : undefined;
});

/** `GET /users/{cc}-{phone}/status` or `* /users/*`: method, space, path; `{name}` or `*` stands for one segment or a part of it. */
export const endpointPattern = text("a method in capitals and a path template such as GET /users/{id}/status", (value): EndpointPattern | undefined => {
  const parts = /^(\*|[A-Z]{1,32}) (\/\S{0,500})$/.exec(value.trim());
  const [, method, path] = parts ?? [];
  if (method === undefined || path === undefined || path.includes("?") || path.includes("#")) return undefined;
  let stars = 0;
  const template = path.replaceAll("*", () => `{any${stars++ === 0 ? "" : stars}}`);
  return bracesPair(template) ? { method, template } : undefined;
});

export interface EndpointPattern {
  /** Upper case, or `*` for any. */
  readonly method: string;
  /** As the engine's templates: `/users/{any}/status`. */
  readonly template: string;
}

/** One address or a range such as `10.0.0.0/8`. */
export const cidr = text("an address or a range such as 10.0.0.0/8", (value) => {
  if (ipaddr.isValidCIDR(value)) return value;
  if (!ipaddr.isValid(value)) return undefined;
  return `${value}/${ipaddr.parse(value).kind() === "ipv6" ? 128 : 32}`;
});

/**
 * Text that may stand in the environment and not in a file that goes to version control: `${NAME}` is replaced by that variable.
 * A variable that is not set is a mistake, since an empty secret signs nothing.
 */
export function secretText(env: Environment): z.ZodType<string, string> {
  return z
    .string()
    .min(1)
    .max(4_096)
    .transform((value, context) => {
      const name = /^\$\{([A-Za-z_][A-Za-z0-9_]{0,127})\}$/.exec(value)?.[1];
      if (name === undefined) return value;
      const found = env[name];
      if (found !== undefined && found !== "") return found;
      context.addIssue({ code: "custom", message: `the environment variable ${name} is not set` });
      return z.NEVER;
    });
}

export type Environment = Readonly<Record<string, string | undefined>>;

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function text<T>(expected: string, read: (value: string) => T | undefined) {
  return z
    .string({ error: `expected ${expected}` })
    .max(2_048)
    .transform((value, context): T => {
      const result = read(value);
      if (result !== undefined) return result;
      context.addIssue({ code: "custom", message: `expected ${expected}` });
      return z.NEVER;
    });
}

function bracesPair(template: string): boolean {
  let open = false;
  for (const character of template) {
    if (character === "{" ? open : character === "}" ? !open : open && character === "/") return false;
    if (character === "{") open = true;
    if (character === "}") open = false;
  }
  return !open;
}
