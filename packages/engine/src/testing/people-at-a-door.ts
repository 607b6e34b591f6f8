import { carriesAll, type Exchange, type HeaderList } from "../exchange/exchange.ts";

/** For tests of sign-ins: who has an account there, and what they are called. */
export const exists = (n: number): boolean => n % 3 !== 0;
export const nameOf = (n: number): string => `${["anna", "ben", "carla", "dora", "emil"][n % 5] ?? ""}.${(Math.imul(n + 3, 2_654_435_761) >>> 0).toString(36)}`;

/** One request at `api.example` and its answer. */
export interface AtDoor {
  readonly at: number;
  readonly address: string;
  readonly agent: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: HeaderList;
  readonly sent?: Text | undefined;
  readonly status: number;
  readonly answerHeaders?: HeaderList;
  readonly answer: Text;
  /** Who is asked about; -1 for nobody. */
  readonly about: number;
}

/** A body. */
export interface Text {
  readonly type: string;
  readonly text: string;
}

/** Traffic of a service with a sign-in, in the order it was added; and by position, who was asked about. */
export class PeopleAtADoor {
  readonly exchanges: Exchange[] = [];
  readonly about: number[] = [];

  add({ at, address, agent, method, path, headers = [], sent, status, answerHeaders = [], answer, about }: AtDoor): void {
    this.about.push(about);
    this.exchanges.push({
      id: `x${this.exchanges.length}`,
      at,
      durationMs: 5,
      method,
      url: `https://api.example${path}`,
      client: { address },
      carries: carriesAll,
      request: {
        headers: [["Host", "api.example"], ["User-Agent", agent], ...(sent === undefined ? [] : [["Content-Type", sent.type] as const]), ...headers],
        ...(sent === undefined ? {} : { body: sent.text }),
      },
      response: { status, headers: [["Content-Type", answer.type], ...answerHeaders], body: answer.text },
    });
  }
}
