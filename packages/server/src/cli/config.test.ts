import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { commandBench } from "./report/run-command.fixture.ts";

const bench = commandBench();
afterAll(() => bench.remove());

function written(name: string, text: string): string {
  const file = join(bench.dir, name);
  writeFileSync(file, text);
  return file;
}

describe("postern config check --data", () => {
  test("compares the configuration with the traffic: a misnamed identifier, an endpoint nobody asked, and nothing when all is well", async () => {
    const traffic = Array.from({ length: 30 }, (_, n) =>
      JSON.stringify({
        at: `2026-03-02T00:00:${String(n).padStart(2, "0")}.000Z`,
        method: "GET",
        url: `https://a.example/v1/lookup?msisdn=%2B9995${100_000 + n * 37}`,
        client: { address: "192.0.2.1" },
        request: { headers: [] },
        response: { status: 200, headers: [["content-type", "application/json"]], body: '{"exists":true}' },
      }),
    ).join("\n");
    const data = join(bench.dir, "data");
    expect((await bench.run(["import", "--json", "--data", data, written("traffic.ndjson", traffic)])).code).toBe(0);
    const right = written("right.yaml", "endpoints:\n  - match: GET /v1/lookup\n    subject: { in: query, name: msisdn, type: phone }\n    oracle: declared\n");
    const wrong = written(
      "wrong.yaml",
      "endpoints:\n  - match: GET /v1/lookup\n    subject: { in: query, name: phone, type: phone }\n    oracle: declared\n  - match: GET /v1/look-up/{id}\n    oracle: declared\n",
    );
    const fine = await bench.run(["config", "check", right, "--data", data]);
    expect([fine.code, fine.stdout]).toEqual([0, expect.stringContaining("come as declared")]);
    const { code, stdout } = await bench.run(["config", "check", wrong, "--data", data], { COLUMNS: "80" });
    expect(code).toBe(0);
    expect(stdout.replaceAll("\n", " ")).toMatch(/query `msisdn`.*No request to GET \/v1\/look-up\/\{id\} was seen/);
    expect(
      Math.max(
        ...stdout
          .split("\n")
          .slice(1)
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(80);
    const document: unknown = JSON.parse((await bench.run(["config", "check", wrong, "--data", data, "--json"])).stdout);
    expect(document).toMatchObject({ ok: true, problems: [], blindSpots: [expect.stringContaining("endpoints.0.subject"), expect.stringContaining("endpoints.1.match")] });
  });
});
