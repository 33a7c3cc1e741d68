// One Chromium for the page tests, and the watchers that every test shares: what leaves the origin,
// what the Content-Security-Policy stopped, what the console said.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const kAxe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const kFlags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export async function openBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: kFlags });
}

/** A fresh person: own cookies and storage. `faults` gathers what must not happen. */
export async function openPage(browser, origin, { width = 1280, height = 900, zoom = 1, theme } = {}) {
  const context = await browser.newContext({
    baseURL: origin, viewport: { width: Math.round(width / zoom), height: Math.round(height / zoom) }, deviceScaleFactor: zoom,
    colorScheme: theme === "light" ? "light" : "dark", locale: "en-GB",
  });
  const page = await context.newPage();
  const faults = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith("blob:")) faults.push(`leaves the origin: ${request.url()}`);
  });
  page.on("pageerror", (error) => faults.push(`page error: ${error.message}`));
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) faults.push(`CSP: ${message.text()}`);
  });
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => console.error(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  if (theme) await page.addInitScript((last) => localStorage.setItem("osler.theme", JSON.stringify({ last, people: { "r.reader": last } })), theme);
  return { context, page, faults };
}

export async function signIn(page, name = "r.reader") {
  await page.goto("/worklist");
  await page.fill("input[name=name]", name);
  await page.fill("input[name=password]", "correct horse");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".top");
}

/** axe's findings as lines; run through the debugger, which the CSP does not bind. */
export async function axe(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: kAxe });
  const { result } = await session.send("Runtime.evaluate", {
    awaitPromise: true, returnByValue: true,
    expression: `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
      .then((r) => r.violations.map((v) => v.id + ": " + v.help + " " + v.nodes.slice(0, 3).map((n) => n.target + " " + (n.any[0]?.message ?? "")).join(" | ")))`,
  });
  await session.detach();
  return result.value ?? [`axe did not run: ${JSON.stringify(result)}`];
}
