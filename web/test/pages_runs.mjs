// Runs in a browser, by keyboard; see pages.mjs.
import assert from "node:assert/strict";
import { signIn } from "./browser.mjs";
import { looks, press, text, until, zoomed } from "./tools.mjs";

export function runsTests(test) {
  test("runs: walked, marked and compared by keys", async ({ page }) => {
    await signIn(page, "e.engineer");
    await press(page, "g", "r");
    await page.waitForSelector(".runs tbody tr");
    assert.match(await text(page, ".runs tbody tr:nth-child(2)"), /r163[\s\S]*0\.908\s+0\.893 to 0\.922, n 2,214[\s\S]*\+0\.012 \(\+0\.003 to \+0\.021\)/);
    assert.match(await text(page, ".runs tbody tr:nth-child(3)"), /Failed[\s\S]*line 2,031/);
    assert.equal(await page.locator("button:has-text('Compare')").isDisabled(), true);
    await press(page, "j", "j", "x", "j", "j", "j", "x");
    await until("both are marked", async () => /r163 and r148 marked/.test(await text(page, ".title")));
    await press(page, "c");
    await page.waitForSelector("h1:has-text('r163 and r148')");
    await page.waitForSelector("h2:has-text('Results')");
    const all = await text(page, "main");
    for (const words of [/Paired: each difference is r163 less r148/, /\+0\.012 \(\u22120\.012 to \+0\.019\)/, /study\.training\.batch\s+16\s+absent/, /area 0\.908[\s\S]*area 0\.896/]) assert.match(all, words);
    assert.equal(await page.locator("svg.c .l2").count(), 1);
  });

  test("runs: one run, its numbers equal the server's, each chart with its data", async ({ page }) => {
    await signIn(page, "e.engineer");
    await page.goto("/runs");
    await page.waitForSelector(".runs tbody tr");
    await press(page, "j", "j", "j", "j", "j", "Enter");
    await page.waitForSelector(".chain");
    assert.match(await text(page, ".chain"), /Films[\s\S]*14,760 films[\s\S]*Data set[\s\S]*chest@5be1d07c[\s\S]*Run, shown here[\s\S]*r148[\s\S]*Package[\s\S]*chest-consolidation@2[\s\S]*Stage/);
    assert.match(await text(page, ".nums"), /AUROC\s+0\.896\s+0\.881 to 0\.910, n 2,214[\s\S]*no metadata was given/);
    const charts = page.locator("figure.chart");
    assert.equal(await charts.count(), 3);
    for (let i = 0; i < 3; i += 1) {
      assert.ok((await charts.nth(i).locator("[role=img]").first().getAttribute("aria-label")).length > 40);
      await charts.nth(i).locator("summary").focus();
      await press(page, "Enter");
      assert.ok(await charts.nth(i).locator("tbody tr").count() >= 10, "numbers in a table");
    }
    await page.waitForSelector(".uplot canvas");
    assert.match(await text(page, "section[aria-label=ROC]"), /sensitivity 0\.87 \(0\.84 to 0\.90\)/);
    assert.equal(await page.locator(".worst img").count(), 6);
    await until("the films", () => page.evaluate(() => [...document.querySelectorAll(".worst img")].some((img) => img.naturalWidth === 104)));
    await page.locator(".chain a:has-text('chest-consolidation@2')").focus();
    await press(page, "Enter");
    await page.waitForSelector(".four");
    await page.locator("a:has-text('Run r148')").focus();
    await press(page, "Enter");
    await page.waitForSelector(".chain");
  });

  test("runs: a run without an evaluation says why, and a wrong address too", async ({ page }) => {
    await signIn(page, "e.engineer");
    await page.goto("/runs/r162");
    await page.waitForSelector(".blank:has-text('There is no evaluation')");
    assert.match(await text(page, "main"), /line 2,031[\s\S]*The run failed/);
    await page.goto("/runs/r9");
    await page.waitForSelector("h1:has-text('This run cannot be shown')");
    await page.goto("/compare");
    await page.waitForSelector("h2:has-text('No two runs are chosen')");
  });

  zoomed(test, "e.engineer", [["/runs", ".runs tbody tr"], ["/runs/r148", ".chain"], ["/compare?a=r163&b=r148", "section[aria-label=ROC]"]]);

  looks(test, "runs", "e.engineer", [
    ["runs", async (page) => {
      await page.waitForSelector(".runs tbody tr");
      await press(page, "j", "j", "x");
    }, "/runs"],
    ["run-whole", async (page) => {
      await page.waitForSelector(".uplot canvas");
      await page.locator(".worst img").last().scrollIntoViewIfNeeded();
      await page.evaluate(() => scrollTo(0, 0));
    }, "/runs/r148"],
    ["failedrun-whole", (page) => page.waitForSelector(".chain"), "/runs/r162"],
    ["compare-whole", (page) => page.waitForSelector("section[aria-label=ROC]"), "/compare?a=r163&b=r148"],
  ]);
}
