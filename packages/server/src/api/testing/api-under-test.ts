import { randomBytes } from "node:crypto";
import { type Api, createApi } from "../create-api.ts";
import { createMemoryAuth, type MemoryAuth } from "../memory-auth.ts";
import { sampleAt, type SampleKind } from "./sample-data.ts";
import { createSampleViews, type SampleViews } from "./sample-views.ts";

export const testToken = "a-preset-token-of-the-test";

export interface ApiUnderTest {
  readonly api: Api;
  readonly auth: MemoryAuth;
  readonly views: SampleViews;
  readonly events: readonly string[];
  /** The cookie header of a fresh session, by way of the login page. */
  readonly signIn: () => Promise<string>;
  /** Moves the API's clock. */
  readonly advance: (ms: number) => void;
}

/** The real API over sample views and the in-memory auth. */
export function apiUnderTest(kind: SampleKind = "full", more: { readonly consoleDir?: string; readonly at?: number } = {}): ApiUnderTest {
  let at = more.at ?? sampleAt;
  const views = createSampleViews(kind, at);
  const auth = createMemoryAuth({ random: () => randomBytes(32), presetToken: testToken });
  const events: string[] = [];
  const api = createApi({
    views,
    auth,
    version: "0.1.0",
    program: "npm start --",
    metrics: async () => "# TYPE postern_requests_total counter\npostern_requests_total 184223\n",
    now: () => at,
    onEvent: (event, fields) => events.push(`${event} ${JSON.stringify(fields)}`),
    ...(more.consoleDir === undefined ? {} : { consoleDir: more.consoleDir }),
  });
  return {
    api,
    auth,
    views,
    events,
    advance: (ms) => (at += ms),
    async signIn() {
      const answer = await api.request("/login", { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body: `code=${auth.issueLogin(at)}` });
      return (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    },
  };
}
