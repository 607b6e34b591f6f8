import { carriesAll, type Exchange, type HeaderList } from "../exchange/exchange.ts";

/** For tests: what one request of a JSON service differs in from any other. */
export interface JsonExchange {
  readonly id: string;
  readonly at: number;
  readonly address: string;
  /** GET, or POST where a body is sent. */
  readonly method?: string;
  /** With its query; the host is `api.example`. */
  readonly path: string;
  readonly headers?: HeaderList;
  readonly bearer?: string | undefined;
  readonly sent?: unknown;
  readonly status?: number;
  readonly answer: unknown;
}

/** The whole exchange, as a gate in front of the service sees it; it took 5 ms. */
export function jsonExchange({ id, at, address, path, headers = [], bearer, sent, method = sent === undefined ? "GET" : "POST", status = 200, answer }: JsonExchange): Exchange {
  return {
    id,
    at,
    durationMs: 5,
    method,
    url: `https://api.example${path}`,
    client: { address },
    carries: carriesAll,
    request: {
      headers: [
        ["Host", "api.example"],
        ...headers,
        ...(sent === undefined ? [] : [["Content-Type", "application/json"] as const]),
        ...(bearer === undefined ? [] : [["Authorization", `Bearer ${bearer}`] as const]),
      ],
      ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
    },
    response: { status, headers: [["Content-Type", "application/json"]], body: JSON.stringify(answer) },
  };
}
