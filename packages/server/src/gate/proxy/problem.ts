import { randomUUID } from "node:crypto";

/** An RFC 9457 answer of the proxy's own. `ref` is also in the event, so that a report of one finds the other. Nothing of the request is echoed. */
export interface Problem {
  readonly ref: string;
  readonly body: string;
}

export function problem(status: number, detail: string): Problem {
  const ref = randomUUID();
  return { ref, body: JSON.stringify({ type: "about:blank", title: titles[status] ?? "Error", status, detail, ref }) };
}

/** The same as bytes for a socket whose request never became one. The connection closes after it. */
export function rawProblem(status: number, detail: string): { ref: string; text: string } {
  const { ref, body } = problem(status, detail);
  const head = `HTTP/1.1 ${status} ${titles[status] ?? "Error"}\r\nContent-Type: application/problem+json\r\n`;
  return { ref, text: `${head}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}` };
}

const titles: Readonly<Record<number, string>> = {
  400: "Bad Request",
  405: "Method Not Allowed",
  408: "Request Timeout",
  417: "Expectation Failed",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};
