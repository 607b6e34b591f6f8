import { closeSync, openSync, writeSync } from "node:fs";
import { inOrder } from "@postern/testkit";
import type { Cell } from "../cell.ts";
import { worldOf } from "../world.ts";

/** One line of nginx's combined log, the form of most scanners' configurations. Whole seconds, as nginx writes them; the line has no end. */
export function combinedLine(one: LoggedRequest): string {
  const at = new Date(one.at);
  const date = `${two(at.getUTCDate())}/${months[at.getUTCMonth()] ?? ""}/${at.getUTCFullYear()}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
  return `${one.address} - - [${date}] "${one.method} ${one.path} HTTP/1.1" ${one.status} ${one.bytes} "-" "${one.userAgent.replaceAll('"', "")}"`;
}

export interface LoggedRequest {
  readonly at: number;
  readonly address: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly bytes: number;
  readonly userAgent: string;
}

/**
 * A loopback address as one of the wide world, one for one: readers of logs leave their own machine's addresses alone. 127.x.y.z becomes 11.x.y.z.
 */
export function publicAddress(loopback: string): string {
  return loopback.replace(/^127\./, "11.");
}

export function loopbackAddress(address: string): string {
  return address.replace(/^11\./, "127.");
}

/** Writes the access log of a cell that nobody guards, in order of time; returns its lines. */
export function writeAccessLog(cell: Cell, seed: string, file: string): number {
  const { from, to, latchkey, sessions } = worldOf(cell, seed);
  const fd = openSync(file, "w", 0o600);
  let lines = 0;
  try {
    let text = "";
    const arrivals = inOrder(sessions, { from, to });
    for (let next = arrivals.next(); next.done !== true;) {
      const { session, request, at } = next.value;
      const { method, path, headers, body } = request;
      const answer = latchkey.handle({ method, url: path, headers, address: session.address, at, ...(body === undefined ? {} : { body }) });
      const userAgent = headers.find(([name]) => name === "User-Agent")?.[1] ?? "-";
      const bytes = Buffer.byteLength(answer.body);
      text += `${combinedLine({ at, address: publicAddress(session.address), method, path, status: answer.status, bytes, userAgent })}\n`;
      lines += 1;
      if (text.length > chunkCharacters) {
        writeSync(fd, text);
        text = "";
      }
      next = arrivals.next({ status: answer.status, headers: answer.headers, body: answer.body, at: at + answer.durationMs });
    }
    writeSync(fd, text);
  } finally {
    closeSync(fd);
    latchkey.close();
  }
  return lines;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const chunkCharacters = 1 << 20;

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
