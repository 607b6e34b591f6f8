import { rmSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listenApi } from "./listen-api.ts";
import { type ApiUnderTest, apiUnderTest } from "./testing/api-under-test.ts";
import { buildConsole, openBrowser } from "./testing/built-console.ts";
import type { SampleKind } from "./testing/sample-data.ts";

let browser: Browser;
let consoleDir = "";

beforeAll(async () => {
  consoleDir = buildConsole();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  if (consoleDir !== "") rmSync(consoleDir, { recursive: true });
});

interface Site extends ApiUnderTest {
  readonly url: string;
  readonly page: Page;
  /** What the browser complained about: scripts that threw, content the policy refused. */
  readonly complaints: readonly string[];
}

async function withSite(
  kind: SampleKind,
  look: { readonly width?: number; readonly dark?: boolean; readonly signedIn?: boolean },
  run: (site: Site) => Promise<void>,
): Promise<void> {
  const under = apiUnderTest(kind, { consoleDir, at: Date.now() });
  const server = await listenApi(under.api, { host: "127.0.0.1", port: 0 });
  const context = await browser.newContext({ viewport: { width: look.width ?? 1280, height: 800 }, colorScheme: look.dark === true ? "dark" : "light" });
  try {
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => /Content Security Policy|Error:/.test(message.text()) && complaints.push(message.text()));
    if (look.signedIn !== false) {
      await page.goto(`${server.url}/login?code=${under.auth.issueLogin(Date.now())}`);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { name: "Overview" }).waitFor();
    }
    await run({ ...under, url: server.url, page, complaints });
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
    await server.close();
  }
}

async function violations(page: Page): Promise<readonly string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.map((it) => `${it.id}: ${it.nodes.map((node) => node.html.slice(0, 120)).join(" ")}`);
}

describe("the login link", () => {
  test("without it every page says how to get in, and shows no data", async () => {
    await withSite("full", { signedIn: false, width: 390 }, async ({ page, url }) => {
      for (const path of ["/", "/endpoints", "/incidents/i-0007"]) {
        await page.goto(url + path);
        await page.getByRole("heading", { name: "You are not signed in" }).waitFor();
        expect(await page.content()).not.toContain("latchkey");
        expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      }
      expect(await violations(page)).toEqual([]);
    });
  });

  test("it signs in once; again, also in another browser, it is refused", async () => {
    await withSite("full", { signedIn: false }, async ({ page, url, auth }) => {
      const link = `${url}/login?code=${auth.issueLogin(Date.now())}`;
      await page.goto(link);
      expect(await violations(page)).toEqual([]);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { name: "Overview" }).waitFor();
      const other = await browser.newContext();
      const stranger = await other.newPage();
      await stranger.goto(link);
      await stranger.getByRole("button", { name: "Sign in" }).click();
      await stranger.getByRole("heading", { name: "This login link does not work" }).waitFor();
      await stranger.goto(url);
      await stranger.getByRole("heading", { name: "You are not signed in" }).waitFor();
      await other.close();
    });
  });

  test("signing out shows the gate shut", async () => {
    await withSite("full", {}, async ({ page }) => {
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "You are not signed in" }).waitFor();
      expect(await page.context().cookies()).toEqual([]);
    });
  });
});

const pages = [
  ["/", "Somebody is feeding phone numbers to an open lookup"],
  ["/endpoints", "proven · tells all"],
  ["/endpoints/e-lookup", "Never seen:"],
  ["/endpoints?auth=not+enforced&sort=path", "of 9 endpoints"],
  ["/specs", "Latchkey client API"],
  ["/specs/5a0b000000000001", "The document does not have it"],
  ["/changes", "appeared"],
  ["/findings", "Anyone can ask whether a phone number has an account"],
  ["/incidents", "Password resets from one address"],
  ["/incidents/i-0007", "They learned of ≈1,042 subjects that they exist"],
  ["/disclosures", "18,230"],
] as const;

describe.each([
  { name: "wide and light", width: 1280, dark: false },
  { name: "narrow and dark", width: 390, dark: true },
])("$name", (look) => {
  test("every page shows the sample, fits the screen and has no accessibility violation", async () => {
    await withSite("full", look, async ({ page, url }) => {
      for (const [path, text] of pages) {
        await page.goto(url + path);
        await page.getByText(text).filter({ visible: true }).first().waitFor();
        const seen = { path, fits: await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), violations: await violations(page) };
        expect(seen).toEqual({ path, fits: true, violations: [] });
      }
    });
  });
});

test("with nothing seen yet each page says what will fill it", async () => {
  await withSite("empty", {}, async ({ page, url }) => {
    for (const [path, text] of [
      ["/", "No requests yet"],
      ["/endpoints", "No endpoints yet"],
      ["/specs", "No documents yet"],
      ["/changes", "No changes yet"],
      ["/findings", "No findings yet"],
      ["/incidents", "No incidents"],
      ["/disclosures", "Nothing was disclosed"],
    ] as const) {
      await page.goto(url + path);
      await page.getByText(text).first().waitFor();
      expect({ path, violations: await violations(page) }).toEqual({ path, violations: [] });
    }
  });
});

test("commands are written as they are typed where Postern runs, safe to paste", async () => {
  await withSite("full", {}, async ({ page, url }) => {
    await page.goto(`${url}/disclosures`);
    expect(await page.getByLabel("Command").innerText()).toMatch(/^npm start -- report breach --endpoint '[A-Z]+ [^']+'[^]*--match users\.csv --data '\/srv\/postern data'$/);
  });
  await withSite("empty", {}, async ({ page, url }) => {
    await page.goto(`${url}/endpoints`);
    await page.getByText("npm start -- import access.log --data ./.postern").waitFor();
  });
});

test("with the store away the history says so, and the overview goes on", async () => {
  await withSite("failing", {}, async ({ page, url }) => {
    await page.getByText("The store has not answered for 40 s").waitFor();
    await page.goto(`${url}/disclosures`);
    await page.getByRole("alert").getByText("The store did not answer").waitFor();
    expect(await violations(page)).toEqual([]);
  });
});

test("an incident is acknowledged with one press, and the press can be taken back", async () => {
  await withSite("full", {}, async ({ page, url, views }) => {
    await page.goto(`${url}/incidents/i-0007`);
    await page.getByRole("button", { name: "Acknowledge" }).click();
    await page.getByText("is now acknowledged").first().waitFor();
    expect(views.incident("i-0007")?.status).toBe("acknowledged");
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("button", { name: "Acknowledge" }).waitFor();
    expect(views.incident("i-0007")?.status).toBe("open");
  });
});

test("an endpoint is described by keyboard, and that can be taken back", async () => {
  await withSite("full", {}, async ({ page, url, views }) => {
    await page.goto(`${url}/endpoints/e-lookup`);
    await page.getByRole("button", { name: "Edit" }).press("Enter");
    await page.getByLabel("Owner").fill("team accounts");
    expect(await violations(page)).toEqual([]);
    await page.getByLabel("Owner").press("Enter");
    await page.getByText("is described anew").first().waitFor();
    expect(views.endpoint("e-lookup")?.owner).toBe("team accounts");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("nobody named").waitFor();
    expect(views.endpoint("e-lookup")?.owner).toBeNull();
  });
});

test("a template is merged after its preview, and that can be taken back", async () => {
  for (const look of [{ width: 390, dark: true }, {}])
    await withSite("full", look, async ({ page, url, views }) => {
      await page.goto(`${url}/endpoints/e-poll`);
      await page.getByRole("button", { name: "Merge or split…" }).click();
      expect(await page.getByRole("textbox", { name: /^Template/ }).inputValue()).toBe("/client/v1/devices/{deviceId}/{value}");
      await page.getByRole("button", { name: "Show what would change" }).click();
      await page.getByText("2 endpoints would end, 1 would stand in their place.").waitFor();
      expect(views.marked).toEqual([]);
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      await page.getByRole("button", { name: "Merge", exact: true }).click();
      await page.getByRole("button", { name: "Merge or split…" }).click();
      await page.getByRole("button", { name: "Undo merge /client/v1/devices/{deviceId}/{value}" }).click();
      await page.getByRole("button", { name: /^Undo/ }).waitFor({ state: "detached" });
      expect(views.marked.map((it) => it.replace(/ by .*/, ""))).toEqual(["merge", "none"].map((kind) => `template /client/v1/devices/{deviceId}/{value} ${kind}`));
    });
});

test("a document is added and removed; one that cannot be read says where", async () => {
  await withSite("full", { width: 390 }, async ({ page, url, views }) => {
    await page.goto(`${url}/specs`);
    const send = async (text: string): Promise<void> => {
      await page.getByLabel("File").setInputFiles({ name: "mine.json", mimeType: "application/json", buffer: Buffer.from(text) });
      await page.getByRole("button", { name: "Add" }).click();
    };
    await send("{,}");
    await page.getByRole("alert").getByText("line 3, column 7").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel("Name").fill("Mine");
    await send('{"openapi":"3.1.0"}');
    await page.getByRole("link", { name: "Mine" }).waitFor();
    await page.getByText("1 place of Mine could not be read").waitFor();
    await page.getByRole("button", { name: "Remove Mine" }).click();
    await page.getByRole("link", { name: "Mine" }).waitFor({ state: "detached" });
    expect(views.specs().map((it) => it.name)).toEqual(["Latchkey client API"]);
    await page.getByRole("button", { name: "Put Mine back" }).press("Enter");
    await page.getByRole("link", { name: "Mine" }).waitFor();
    expect(views.specs().map((it) => it.name)).toEqual(["Latchkey client API", "Mine"]);
    expect(await violations(page)).toEqual([]);
  });
});

test("the overview moves by itself when something happens", async () => {
  await withSite("full", {}, async ({ page, views }) => {
    await page.getByText("Live", { exact: true }).waitFor();
    views.push({ type: "overview", data: { ...views.overview(), disclosed: { confirmed: 4_321, denied: 0, uniform: 0, estimated: false } } });
    await page.getByText("4,321").waitFor();
    expect(await page.getByText("≈1,042", { exact: true }).count()).toBe(0);
  });
});
