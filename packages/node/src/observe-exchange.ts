import type { IncomingMessage, ServerResponse } from "node:http";
import type { Exchange, HeaderList, Message } from "@postern/engine";
import { answerHead } from "./answer-head.ts";
import { BoundedBody } from "./bounded-body.ts";

/**
 * Watches one request and its answer pass and calls `done` once: when the answer was handed to the operating system, or its
 * connection broke. Both stay as they were: pieces are noted on their way through the streams' own `push`, `write` and `end`,
 * whose arguments, results and exceptions pass unchanged. `failed` hears of what went wrong while noting; the host does not.
 *
 * A connection that broke before the answer's head was made gives status 0. One that broke later keeps the status, marked
 * `truncated`: what was sent by then was learned, and hanging up early must not hide it.
 *
 * Misses a body the host read before this call (`carries.requestBody` is then false), and pipelined requests whose
 * connection broke before their turn: they were never answered.
 */
export function observeExchange(request: IncomingMessage, response: ServerResponse, given: Given, done: (exchange: Exchange) => void, failed: () => void): void {
  const at = Date.now();
  const start = performance.now();
  const asked = new BoundedBody();
  const answered = new BoundedBody();
  const lateForBody = request.readableLength > 0 || request.readableDidRead;
  const { rawHeaders, method = "GET" } = request;
  let head: HeaderList | undefined;
  let inside = false;

  watch(request, "push", ([piece, encoding]) => asked.add(piece, encodingOf(encoding)), failed);
  watch(
    response,
    "writeHead",
    ([, second, third]) => {
      head = answerHead(response, typeof second === "string" ? third : second);
    },
    failed,
  );
  for (const name of ["write", "end"]) watch(response, name, ([piece, encoding]) => answered.add(piece, encodingOf(encoding)), failed, once);
  response.once("close", () => {
    try {
      done(exchange());
    } catch {
      failed();
    }
  });

  /** `end` may be made of calls of `write` (other middleware does that): only the outer call counts, and none after the end. */
  function once(call: () => unknown, noted: () => unknown): unknown {
    if (inside || response.writableEnded) return call();
    inside = true;
    try {
      return noted();
    } finally {
      inside = false;
    }
  }

  function exchange(): Exchange {
    const sent = response.headersSent;
    const status = sent ? response.statusCode : 0;
    const requestHeaders = pairs(rawHeaders);
    const responseHeaders = sent ? (head ?? answerHead(response, undefined)) : [];
    const bodiless = method === "HEAD" || status === 204 || status === 304;
    const requestMessage = messageOf(requestHeaders, asked, !request.complete);
    const responseMessage = bodiless ? { headers: responseHeaders } : messageOf(responseHeaders, answered, sent && !response.writableFinished);
    return {
      id: given.id,
      at,
      method,
      url: given.url,
      client: { address: given.address },
      request: requestMessage,
      response: { status, ...responseMessage, size: bodiless ? 0 : answered.size },
      durationMs: performance.now() - start,
      carries: {
        host: !given.url.startsWith("/") || valueOf(requestHeaders, "host") !== "",
        query: true,
        requestHeaders: true,
        requestBody: !lateForBody && (asked.size === 0 || requestMessage.body !== undefined),
        responseHeaders: true,
        responseBody: bodiless || answered.size === 0 || responseMessage.body !== undefined,
      },
    };
  }
}

/** What is known of a request before its answer. */
export interface Given {
  readonly id: string;
  readonly url: string;
  readonly address: string;
}

/**
 * Puts in place of one method of `owner` the same method, after each call of which `seen` learns its arguments. A call that
 * throws is not seen. `choose` may prefer the plain call to the noted one.
 */
function watch(
  owner: object,
  name: string,
  seen: (args: readonly unknown[]) => void,
  failed: () => void,
  choose = (_call: () => unknown, noted: () => unknown): unknown => noted(),
): void {
  const method: unknown = Reflect.get(owner, name);
  if (typeof method !== "function") return;
  const watched = new Proxy(method, {
    apply(target, self: unknown, args: unknown[]): unknown {
      const call = (): unknown => Reflect.apply(target, self, args);
      return choose(call, () => {
        const result = call();
        try {
          seen(args);
        } catch {
          failed();
        }
        return result;
      });
    },
  });
  Reflect.set(owner, name, watched);
}

function messageOf(headers: HeaderList, body: BoundedBody, cut: boolean): Message {
  const content = body.content(valueOf(headers, "content-type"), valueOf(headers, "content-encoding"));
  if (content === undefined) return { headers };
  return body.truncated || cut ? { headers, body: content, truncated: true } : { headers, body: content };
}

function pairs(rawHeaders: readonly string[]): HeaderList {
  const list: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) list.push([rawHeaders[at] ?? "", rawHeaders[at + 1] ?? ""]);
  return list;
}

function valueOf(headers: HeaderList, name: string): string {
  return headers.find(([one]) => one.length === name.length && one.toLowerCase() === name)?.[1] ?? "";
}

function encodingOf(encoding: unknown): BufferEncoding {
  return typeof encoding === "string" && Buffer.isEncoding(encoding) ? encoding : "utf8";
}
