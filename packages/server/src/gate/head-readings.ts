import { type HeaderList, pathReadings, splitTarget } from "@postern/engine";
import type { RequestHead } from "./gate-port.ts";

/** Other ways in which services read where a request goes: from its target, and from the header that some frameworks put in its place. */
export function readingsOf(head: RequestHead): readonly (readonly string[])[] {
  const instead = targetInHeader(head);
  const readings = pathReadings(head.target);
  return instead === undefined ? readings : [...readings, splitTarget(instead).segments, ...pathReadings(instead)];
}

/** The target in `X-Original-URL` and `X-Rewrite-URL`, which services that stood behind IIS take, whoever set it. */
export function targetInHeader({ rawHeaders }: RequestHead): string | undefined {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (name.length !== 13 && name.length !== 14) continue;
    const lower = name.toLowerCase();
    if (lower === "x-original-url" || lower === "x-rewrite-url") return rawHeaders[at + 1];
  }
  return undefined;
}

/** Whether its framing (RFC 9112, section 6) says that a body follows. */
export function mayHaveBody(head: RequestHead): boolean {
  for (let i = 0; i < head.rawHeaders.length; i += 2) {
    const name = head.rawHeaders[i] ?? "";
    if ((name.length === 14 && name.toLowerCase() === "content-length" && head.rawHeaders[i + 1] !== "0") || (name.length === 17 && name.toLowerCase() === "transfer-encoding"))
      return true;
  }
  return false;
}

/** Header lines as pairs of name and value, in order. */
export function pairs(raw: readonly string[]): HeaderList {
  const list: (readonly [string, string])[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) list.push([raw[i] ?? "", raw[i + 1] ?? ""]);
  return list;
}
