import { carriesAll, type Exchange, type SubjectRule } from "@postern/engine";

/** Where the identifier stands in the request. */
export const places = ["path", "query", "body", "graphql"] as const;
export type Place = (typeof places)[number];
/** What in the answer tells. */
export const channels = ["status", "flag", "code", "shape", "header"] as const;
export type Channel = (typeof channels)[number];

/** Declared for all but the path, whose parameters are learned. */
export const subjectRules: Readonly<Record<Place, SubjectRule | undefined>> = {
  path: undefined,
  query: { type: "phone", location: { in: "query", name: "phone" } },
  body: { type: "phone", location: { in: "json", name: "phone" } },
  graphql: { type: "phone", location: { in: "json", name: "variables.phone" } },
};

/** One question and its answer as the gate would have recorded them. `shown`: the answer is that about somebody who exists. */
export function questionAbout(asked: {
  readonly n: number;
  readonly at: number;
  readonly place: Place;
  readonly channel: Channel;
  readonly shown: boolean;
  readonly phone: string;
}): Exchange {
  const { n, at, place, channel, shown, phone } = asked;
  const request = requestOf(place, phone);
  const answer = answerOf(channel, shown, place === "graphql");
  return {
    id: `q-${n}`,
    at,
    method: request.method,
    url: `https://api.example.com${request.target}`,
    client: { address: `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}` },
    request: {
      headers: [["User-Agent", "App/4.2"], ...(request.body === undefined ? [] : [["Content-Type", "application/json"] as const])],
      ...(request.body === undefined ? {} : { body: request.body }),
    },
    response: {
      status: answer.status,
      headers: [["Content-Type", "application/json"], ...answer.headers],
      body: answer.body,
      size: answer.body.length,
    },
    durationMs: 3,
    carries: carriesAll,
  };
}

function requestOf(place: Place, phone: string): { readonly method: string; readonly target: string; readonly body?: string } {
  switch (place) {
    case "path":
      return { method: "GET", target: `/lookup/${encodeURIComponent(phone)}` };
    case "query":
      return { method: "GET", target: `/lookup?phone=${encodeURIComponent(phone)}` };
    case "body":
      return { method: "POST", target: "/lookup", body: JSON.stringify({ phone }) };
    case "graphql":
      return {
        method: "POST",
        target: "/graphql",
        body: JSON.stringify({ operationName: "Lookup", query: "query Lookup($phone: String!) { lookup(phone: $phone) { result } }", variables: { phone } }),
      };
  }
}

function answerOf(
  channel: Channel,
  shown: boolean,
  wrapped: boolean,
): { readonly status: number; readonly headers: readonly (readonly [string, string])[]; readonly body: string } {
  const json = (value: unknown): string => JSON.stringify(wrapped ? { data: { lookup: value } } : value);
  switch (channel) {
    case "status":
      return shown ? { status: 200, headers: [], body: json({ id: 7, plan: "a" }) } : { status: 404, headers: [], body: JSON.stringify({ message: "no" }) };
    case "flag":
      return { status: 200, headers: [], body: json({ exists: shown }) };
    case "code":
      return { status: 200, headers: [], body: json({ code: shown ? 0 : 1_007 }) };
    case "shape":
      return { status: 200, headers: [], body: json(shown ? { name: "x", devices: 2, since: "2021" } : {}) };
    case "header":
      return { status: 200, headers: shown ? [["Set-Cookie", "pending=1; Path=/"]] : [], body: json({ message: "if there is an account, we sent a message" }) };
  }
}
