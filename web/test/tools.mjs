// What the page tests share: waiting, pressing keys, reading text, and the pictures of pages.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { axe, signIn } from "./browser.mjs";

export function option(name) {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? process.argv[at + 1] : "";
}

/** Waits until `check` gives something true; the last value otherwise fails the test. */
export async function until(what, check, ms = 30_000) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) assert.fail(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
export const text = (page, selector) => page.locator(selector).first().innerText();

export const kThemes = ["light", "dark", "reading"];

/** Pictures of pages in each theme at 1280 and 1920; axe finds nothing on any of them.
 *  `list`: name, what to do before the picture, and an address to open first. */
export function looks(test, what, user, list) {
  for (const theme of kThemes) {
    for (const width of [1280, 1920]) {
      test(`looks: ${what} in ${theme} at ${width}: axe finds nothing`, async ({ page }) => {
        const found = [];
        await signIn(page, user);
        for (const [name, prepare, address] of list) {
          if (address) await page.goto(address);
          await prepare(page);
          await page.waitForTimeout(250);
          for (const fault of await axe(page)) found.push(`${name}: ${fault}`);
          if (!option("out")) continue;
          mkdirSync(option("out"), { recursive: true });
          const picture = join(option("out"), `${name}-${theme}-${width}.png`);
          // A whole page in a window as high as it is, so that the bars stand where they belong.
          const before = page.viewportSize();
          const high = await page.evaluate(() => document.scrollingElement.scrollHeight);
          if (name.endsWith("-whole")) await page.setViewportSize({ width: before.width, height: Math.max(before.height, high) });
          await page.screenshot({ path: picture });
          await page.setViewportSize(before);
        }
        assert.deepEqual(found, []);
      }, { theme, width, height: width === 1280 ? 900 : 1080 });
    }
  }
}

/** At 200 % zoom a page is one column and nothing runs out of it. */
export function zoomed(test, user, addresses) {
  test(`at 200 % zoom nothing runs out of ${addresses.map(([address]) => address).join(", ")}`, async ({ page }) => {
    await signIn(page, user);
    for (const [address, selector] of addresses) {
      await page.goto(address);
      await page.waitForSelector(selector);
      const [wide, room] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
      assert.ok(wide <= room, `${address}: ${wide} in ${room}`);
      assert.deepEqual(await axe(page), [], address);
    }
  }, { zoom: 2 });
}
