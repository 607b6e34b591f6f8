import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Exchange } from "@postern/engine";
import { readInput } from "./read-file.ts";
import type { ReadProgress } from "./read-file.ts";
import { sharedData } from "./shared-data.fixture.ts";
import { accessLogLine, accessLogLineIn } from "./access-log/access-log.ts";
import type { AccessFormat, Rejected } from "./source.ts";

async function readAll(file: string): Promise<{ exchanges: Exchange[]; rejected: Rejected[]; last: ReadProgress | undefined }> {
  const exchanges: Exchange[] = [];
  const rejected: Rejected[] = [];
  let last: ReadProgress | undefined;
  for await (const batch of readInput(sharedData(file), "auto", { onProgress: (progress) => (last = progress) })) {
    exchanges.push(...batch.exchanges);
    rejected.push(...batch.rejected);
  }
  return { exchanges, rejected, last };
}

describe("every recorded HAR is read entry by entry", () => {
  test.each([
    ["har/petstore.har", 9],
    ["har/juice-api-suite.har", 654],
    ["har/akto-restapi-81.har", 81],
    ["har/optic-capture-har.har", 10],
    ["har/optic-update-empty-spec.har", 8],
    ["har/optic-update-existing-spec.har", 8],
    ["har/optic-update-prefix-server-spec.har", 8],
  ])("%s: accepted and rejected make %i, none rejected", async (file, entries) => {
    const { exchanges, rejected, last } = await readAll(file);
    expect(last?.format).toBe("har");
    expect(exchanges.length + rejected.length).toBe(entries);
    expect(rejected).toEqual([]);
    expect(exchanges.some((exchange) => exchange.request.headers.some(([name]) => name.startsWith(":")))).toBe(false);
  });
});

const juiceLogs = ["nginx-combined.log", "nginx-timed.log", "nginx-json.log", "apache-combined.log", "apache-common.log", "apache-vhost.log", "haproxy.log", "caddy.json"];
const formatOf: Readonly<Record<string, string>> = { "nginx-json.log": "json", "apache-common.log": "common", "haproxy.log": "haproxy", "caddy.json": "json" };

describe("the same 654 requests, whoever logged them", () => {
  test.each(juiceLogs)("%s: accepted and rejected make 654, none rejected", async (name) => {
    const { exchanges, rejected, last } = await readAll(`logs/juice-api-suite/juice-${name}`);
    expect(rejected).toEqual([]);
    expect(exchanges.length).toBe(654);
    expect(last?.format).toBe(formatOf[name] ?? "combined");
    expect(last?.bytesRead).toBe(last?.bytesTotal);
  });

  test("all eight logs and the HAR agree, line for line, on method, path and status", async () => {
    const har = await readAll("har/juice-api-suite.har");
    const spoken = (exchange: Exchange): string => `${exchange.method} ${withoutOrigin(exchange.url)} ${exchange.response.status}`;
    const first = (await readAll("logs/juice-api-suite/juice-nginx-combined.log")).exchanges.map(spoken);
    for (const name of juiceLogs.slice(1)) expect((await readAll(`logs/juice-api-suite/juice-${name}`)).exchanges.map(spoken)).toEqual(first);
    expect(har.exchanges.map(spoken).toSorted()).toEqual(first.toSorted());
  });

  test("the timed log gives durations and the host, the vhost log the host with its port", async () => {
    const timed = (await readAll("logs/juice-api-suite/juice-nginx-timed.log")).exchanges[0];
    expect(timed).toMatchObject({ url: "http://127.0.0.1/rest/2fa/verify", durationMs: 81, carries: { host: true } });
    const vhost = (await readAll("logs/juice-api-suite/juice-apache-vhost.log")).exchanges[0];
    expect(vhost).toMatchObject({ url: "http://localhost:80/rest/2fa/verify", client: { address: "127.0.0.1" } });
  });
});

test("the gzipped 10,000-line Apache log is read to its last line", async () => {
  const { exchanges, rejected, last } = await readAll("logs/apache-real/apache_logs.gz");
  expect(exchanges.length + rejected.length).toBe(10_000);
  expect(rejected.length).toBeLessThanOrEqual(5);
  expect(last?.format).toBe("combined");
});

describe("another project's expectations of other formats are met", () => {
  const formats: Readonly<Record<string, AccessFormat>> = {
    traefik_clf: "combined",
    traefik_json: "json",
    "envoy-logs": "json",
    "aws-alb-logs": "alb",
    "aws-cloudfront-logs": "w3c",
    "haproxy-logs": "haproxy",
    "haproxy-nextcloud-whitelist": "haproxy",
    "caddy-logs": "json",
  };
  test.each(Object.entries(formats))("%s: where they see method, path and status, so do we", (name, format) => {
    const lines = readFileSync(sharedData(`logs/crowdsec/${readCases().find((one) => one.test === name)?.log_file ?? ""}`), "utf8").split("\n");
    // Envoy's cases mix its two formats.
    const parsers = (name === "envoy-logs" ? [format, "envoy" as const] : [format]).map((one) => accessLogLineIn(one, { name: "case" }));
    const read = lines.flatMap((line, n) => {
      const records = line.trim() === "" ? [] : parsers.map((parse) => parse(line, n));
      const record = records.find((one) => one !== undefined && "method" in one);
      return record === undefined || "reason" in record ? [] : [`${record.method} ${withoutOrigin(record.url).split("?", 1)[0] ?? ""} ${record.response.status}`];
    });
    const expected = readCases()
      .filter((one) => one.test === name)
      .flatMap(({ events }) => events)
      .filter((event) => event["Meta.http_verb"] !== undefined && event["Meta.http_path"] !== undefined)
      .map(
        (event) =>
          `${event["Meta.http_verb"] ?? ""} ${(event["Meta.http_path"] ?? "").replace(/^https?:\/\/[^/]+/, "").split("?", 1)[0] ?? ""} ${Number(event["Meta.http_status"]) || 0}`,
      );
    expect(expected.length).toBeGreaterThan(0);
    expect(read).toEqual(expect.arrayContaining(expected));
  });
});

describe("another project's expectations of nginx and Apache lines are met", () => {
  const tests = ["apache2-logs", "apache2-malformed", "nginx_http-logs", "nginx-http-malformed", "nginx-proxy-manager-malformed"];
  const cases = readCases().filter((one) => tests.includes(one.test));

  test("there are such cases", () => expect(cases.length).toBe(tests.length));

  test("where they see address, method, path and status, so do we", () => {
    let compared = 0;
    for (const { events } of cases) {
      for (const event of events) {
        const verb = event["Parsed.verb"];
        const line = event["Parsed.message"];
        const path = event["Parsed.request"];
        if (event["Meta.log_type"] !== "http_access-log" || verb === undefined || line === undefined || path === undefined) continue;
        const read = accessLogLine({ name: "case" })(line, 1);
        if ("reason" in read) throw new Error(`refused: ${read.reason}`);
        compared += 1;
        expect(read.method).toBe(verb);
        expect(read.response.status).toBe(Number(event["Meta.http_status"]));
        expect(read.client.address).toBe(event["Meta.source_ip"]);
        expect(withoutOrigin(read.url)).toBe(path);
      }
    }
    expect(compared).toBeGreaterThanOrEqual(10);
  });

  test("what they call a malformed request is refused with a reason that repeats none of it", () => {
    let refused = 0;
    for (const { events } of cases) {
      for (const event of events) {
        const line = event["Parsed.message"];
        if (event["Meta.log_type"] !== "http_access-log" || event["Parsed.verb"] !== undefined || line === undefined) continue;
        const read = accessLogLine({ name: "case" })(line, 1);
        expect("reason" in read).toBe(true);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThanOrEqual(10);
  });
});

interface Case {
  readonly test: string;
  readonly log_file: string;
  readonly events: readonly Readonly<Record<string, string | undefined>>[];
}

function readCases(): Case[] {
  const cases: Case[] = JSON.parse(readFileSync(sharedData("logs/crowdsec/parser-cases.json"), "utf8"));
  return cases;
}

function withoutOrigin(url: string): string {
  return url.startsWith("/") ? url : url.slice(url.indexOf("/", url.indexOf("//") + 2));
}
