import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ports, SubjectType } from "@postern/engine";
import { afterAll, expect, test } from "vitest";
import { makePorts } from "../../keys/make-ports.ts";
import type { Breach } from "../../respond/breach-report.ts";
import { breachReport } from "../../respond/breach-report.ts";
import { matchList, usersMax } from "./match-list.ts";

const dir = mkdtempSync(join(tmpdir(), "postern-match-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const ports: Ports = makePorts({ secret: createHmac("sha256", "k").digest() }, 1);
const asked = async (numbers: readonly string[], type: SubjectType = "phone"): Promise<Breach> =>
  await breachReport({
    endpoint: { id: "e", method: "GET", host: "h", path: "/" },
    from: 0,
    to: 10,
    disclosures: numbers.map((number) => ({
      subject: ports.hash(type, number),
      subjectType: type,
      responseClass: "yes",
      answer: "truthful" as const,
      at: 1,
      address: "192.0.2.1",
    })),
    meanings: new Map([["yes", { meaning: "confirmed", fields: [] }]]),
    coverage: { hours: [], gaps: [] },
  });
const list = (text: string): string => {
  const file = join(dir, "users.csv");
  writeFileSync(file, text);
  return file;
};

test("a list of matches holds the operator's ids and no identifier, is its owner's alone, and runs in no spreadsheet", async () => {
  const out = join(dir, "out.csv");
  const { matched } = await matchList(list('id,phone\n=HYPERLINK("x"),+999 1000\nu2,+999 2000\n'), await asked(["+9991000"]), ports, out);
  expect(matched).toMatchObject({ rows: 2, confirmed: 1, notAsked: 1 });
  const text = readFileSync(out, "utf8");
  expect(text).not.toMatch(/999|u2/);
  expect(text).toContain("'=HYPERLINK");
  expect(statSync(out).mode & 0o777).toBe(0o600);
});

test("where ids were asked about the id column is held against them; a list that holds nothing of the kind is refused, never said to be clear", async () => {
  const { matched } = await matchList(list("id,phone\n1001,+999 1000\n1002,+999 2000\n"), await asked(["1001"], "integer"), ports, undefined);
  expect(matched).toMatchObject({ rows: 2, confirmed: 1, notAsked: 1, users: [{ id: "1001", columns: ["id"] }] });
  await expect(matchList(list("id,email\n1001,a@b.example\n"), await asked(["+9991000"]), ports, undefined)).rejects.toMatchObject({
    code: "USAGE",
    message: expect.stringContaining("phone"),
  });
});

test("at the bound of users returned it says that there are more; the counts stay whole", async () => {
  const rows = Array.from({ length: usersMax + 3 }, (_, i) => `u${i},+9991000`);
  const { matched, truncated } = await matchList(list(`id,phone\n${rows.join("\n")}\n`), await asked(["+9991000"]), ports, undefined);
  expect([matched.users?.length, matched.confirmed, truncated]).toEqual([usersMax, usersMax + 3, true]);
});

test("a list that is not there is an error without its path's contents", async () => {
  await expect(matchList(join(dir, "none.csv"), await asked([]), ports, undefined)).rejects.toMatchObject({ code: "SOURCE_UNREADABLE" });
});
