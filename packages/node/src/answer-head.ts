import type { ServerResponse } from "node:http";
import type { HeaderList } from "@postern/engine";

/**
 * The headers an answer was sent with, as the host set them: those named in its `writeHead` call (`argument`), and those set
 * before. What Node adds by itself while sending (`Date`, `Connection`, `Transfer-Encoding`) is not among them.
 */
export function answerHead(response: ServerResponse, argument: unknown): HeaderList {
  const list: [string, string][] = [];
  for (const [name, value] of argumentPairs(argument)) push(list, name, value);
  const named = new Set(list.map(([name]) => name.toLowerCase()));
  for (const name of setNames(response)) {
    if (typeof name === "string" && !named.has(name.toLowerCase())) push(list, name, response.getHeader(name));
  }
  return list;
}

/** Names as the host wrote them. Every answer of Node has `getRawHeaderNames`, but the types do not say so. */
function setNames(response: ServerResponse): readonly unknown[] {
  if (!("getRawHeaderNames" in response) || typeof response.getRawHeaderNames !== "function") return response.getHeaderNames();
  const names: unknown = Reflect.apply(response.getRawHeaderNames, response, []);
  return Array.isArray(names) ? names : [];
}

/** `writeHead` takes an object, a list of pairs, or a flat list of names and values in turn. */
function argumentPairs(argument: unknown): (readonly [name: unknown, value: unknown])[] {
  if (typeof argument !== "object" || argument === null) return [];
  if (!Array.isArray(argument)) return Object.entries(argument);
  const list: readonly unknown[] = argument;
  if (Array.isArray(list[0])) return list.map((pair) => (Array.isArray(pair) ? [pair[0], pair[1]] : [undefined, undefined]));
  const pairs: (readonly [unknown, unknown])[] = [];
  for (let at = 0; at + 1 < list.length; at += 2) pairs.push([list[at], list[at + 1]]);
  return pairs;
}

function push(list: [string, string][], name: unknown, value: unknown): void {
  if (typeof name !== "string" || value === undefined || value === null) return;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const one of values) if (typeof one === "string" || typeof one === "number") list.push([name, String(one)]);
}
