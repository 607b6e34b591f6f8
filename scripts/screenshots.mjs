// Takes the README's pictures of a running console: `npm start`, then `node scripts/screenshots.mjs <login link>` while the thief of act 2 is at work.
// Writes docs/images/{overview,findings,incident}.png, 1280 wide. Look at each before it is committed: they must show what the product says, unretouched.
import { join } from "node:path";
import { chromium } from "playwright-core";
import { root } from "./prepare.mjs";

const link = process.argv[2];
if (link === undefined || !URL.canParse(link)) {
  process.stderr.write("node scripts/screenshots.mjs http://127.0.0.1:4800/login?code=…\n");
  process.exit(2);
}
const { origin } = new URL(link);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: "light" });
  const page = await context.newPage();
  await page.goto(link);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${origin}/`);
  // The overview draws what has happened since it was opened.
  await page.waitForTimeout(8_000);
  await page.screenshot({ path: picture("overview") });
  await page.goto(`${origin}/findings`);
  await page.getByRole("article").first().waitFor();
  await live();
  await page.screenshot({ path: picture("findings") });
  const incidents = await (await page.request.get(`${origin}/api/v1/incidents`)).json();
  const [first] = incidents.items;
  if (first !== undefined) {
    await page.emulateMedia({ colorScheme: "dark" });
    await page.goto(`${origin}/incidents/${first.id}`);
    await page.getByText("What to do now").waitFor();
    await live();
    await page.screenshot({ path: picture("incident") });
  }

  /** Each page connects anew: a picture shows it connected. */
  async function live() {
    await page.getByText("Live", { exact: true }).filter({ visible: true }).waitFor();
  }
} finally {
  await browser.close();
}

function picture(name) {
  return join(root, "docs/images", `${name}.png`);
}
