// A picture of one study's page, as the README shows it:
//   node picture.mjs ADDRESS NAME PASSWORD ACCESSION OUT.png [THEME]
// on a server with real results, such as that of ./x demo.
import { openBrowser, openPage } from "./browser.mjs";

const [address, name, password, accession, out, theme = "dark"] = process.argv.slice(2);
if (!out) {
  console.error("picture.mjs ADDRESS NAME PASSWORD ACCESSION OUT.png [THEME]");
  process.exit(64);
}
const browser = await openBrowser();
const { page, faults } = await openPage(browser, address, { width: 1280, height: 860, theme });
await page.goto("/login");
await page.fill("input[name=name]", name);
await page.fill("input[name=password]", password);
await page.keyboard.press("Enter");
await page.waitForSelector("tr[data-study]");
await page.keyboard.press("/");
await page.keyboard.type(accession);
await page.waitForFunction(() => document.querySelectorAll("tr[data-study]").length === 1);
await page.evaluate(() => document.activeElement?.blur());
await page.locator("tr[data-study] a, tr[data-study]").first().click();
await page.keyboard.press("Enter");
await page.waitForSelector("canvas");
await page.waitForTimeout(800);
await page.keyboard.press("m");
await page.waitForTimeout(400);
await page.screenshot({ path: out });
await browser.close();
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
