// Oversight in a browser, by keyboard; see pages.mjs.
import assert from "node:assert/strict";
import { signIn } from "./browser.mjs";
import { looks, press, text, until, zoomed } from "./tools.mjs";

const kModel = "/oversight/chest-consolidation/2";
const open = async (page, user, address = kModel) => {
  await signIn(page, user);
  await page.goto(address);
  await page.waitForSelector(".four");
};

export function oversightTests(test) {
  test("oversight: the inventory in the order served, walked by keys", async ({ page }) => {
    await signIn(page, "g.overseer");
    await press(page, "g", "o");
    await page.waitForSelector(".models tbody tr");
    assert.match(await text(page, ".title"), /5 models: 2 live, 1 in shadow, 1 proposed, 1 retired/);
    assert.match(await text(page, ".models tbody tr:first-child"), /chest-effusion 1[\s\S]*6 days overdue[\s\S]*Review overdue[\s\S]*no answers/);
    await press(page, "j", "j", "Enter");
    await page.waitForSelector(".four");
    assert.equal(await text(page, "h1"), "chest-consolidation 2");
  });

  test("oversight: a model's numbers equal the server's, each chart with its data", async ({ page }) => {
    await open(page, "g.overseer");
    const four = await text(page, ".four");
    for (const words of [/3,412\s+scored of 3,637 films/, /1\.9 s\s+median/, /11\s+fewer than 1 in 100/, /91\u2009%\s+2,612 of 2,871 answers/, /Disagree 196, cannot say 63/]) assert.match(four, words);
    const charts = page.locator("figure.chart");
    for (let i = 0; i < await charts.count(); i += 1) {
      assert.ok((await charts.nth(i).locator("svg[role=img]").first().getAttribute("aria-label")).length > 30, "named by a sentence");
      await charts.nth(i).locator("summary").focus();
      await press(page, "Enter");
      assert.ok(await charts.nth(i).locator("tbody tr").count() >= 12, "numbers in a table");
    }
    assert.match(await text(page, ".forest"), /80 and over\s+316\s+78[\s\S]*0\.74\s+0\.64 to 0\.84[\s\S]*fewer than 20 films/);
    assert.match(await text(page, ".gates"), /Gap between groups[\s\S]*Inconclusive[\s\S]*≤ 0\.10/);
    assert.match(await text(page, ".card"), /<script>alert\(1\)<\/script>[\s\S]*\[nothing\]\(javascript:alert\(1\)\)/);
    assert.equal(await page.locator(".card a").count(), 1);
    assert.equal(await page.getAttribute(".mhead a:has-text('Evaluation report')", "href"), "/api/models/chest-consolidation/2/report");
  });

  test("oversight: a pause and its end take two people", async ({ page, mock }) => {
    await open(page, "g.overseer");
    const go = async (words) => {
      await page.locator(`button:has-text('${words}')`).focus();
      await press(page, "Enter");
    };
    const be = async (name) => {
      await page.context().clearCookies();
      await open(page, name);
    };
    await go("Ask for a pause");
    await until("a reason is asked for", async () => /reason is needed/.test(await text(page, "section[aria-labelledby=h-pause]")));
    await page.fill("section[aria-labelledby=h-pause] textarea", "drift at North before labels arrive");
    await go("Ask for a pause");
    await page.waitForSelector(".steps");
    assert.match(await text(page, ".steps"), /Pause asked[\s\S]*g\.overseer: drift at North[\s\S]*Waiting[\s\S]*Lapses at \d\d:\d\d/);
    assert.equal(await page.locator("button:has-text('Confirm pause')").isDisabled(), true);
    assert.match(await text(page, "#pause-why"), /You asked, so you cannot confirm/);
    await be("c.lead");
    await go("Confirm pause");
    await page.waitForSelector("button:has-text('Ask for the return')");
    assert.match(await text(page, ".mhead"), /Paused/);
    await page.fill("section[aria-labelledby=h-pause] textarea", "detector recalibrated");
    await go("Ask for the return");
    await page.waitForSelector("button:has-text('Confirm the return')");
    await go("Withdraw");
    await page.waitForSelector("button:has-text('Ask for the return')");
    await page.fill("section[aria-labelledby=h-pause] textarea", "detector recalibrated");
    await go("Ask for the return");
    await page.waitForSelector("#pause-why");
    await be("g.overseer");
    await go("Confirm the return");
    await page.waitForSelector("button:has-text('Ask for a pause')");
    assert.deepEqual(mock.log.pauses.map(({ what, by }) => `${what} ${by}`), ["pause g.overseer", "pause/confirm c.lead", "resume c.lead", "pause/withdraw c.lead", "resume c.lead", "resume/confirm g.overseer"]);
  });

  test("oversight: who may not pause may look, and is told who can", async ({ page }) => {
    await open(page, "e.engineer");
    assert.match(await text(page, "section[aria-labelledby=h-pause]"), /governance and administrator/);
    assert.equal(await page.locator("section[aria-labelledby=h-pause] button").count(), 0);
  });

  test("oversight: what is empty says so in words", async ({ page }) => {
    await open(page, "g.overseer", "/oversight/film-view/1");
    const all = await text(page, "main");
    for (const words of [/None\s+scored/, /no answers in the last 30 days/, /files of its run are gone/, /asked for no gate/, /holds no card/, /No evaluation report/, /Next review: not set/, /nothing to pause/]) assert.match(all, words);
    await page.goto("/oversight/film-view/99");
    await page.waitForSelector("h1:has-text('This model cannot be shown')");
  });

  zoomed(test, "g.overseer", [["/oversight", ".models tbody tr"], [kModel, ".four"]]);

  looks(test, "oversight", "g.overseer", [
    ["inventory", async (page) => {
      await page.waitForSelector(".models tbody tr");
      await press(page, "j", "j");
    }, "/oversight"],
    ["model-whole", async (page) => {
      await page.waitForSelector(".four");
      if (await page.locator("section[aria-labelledby=h-pause] textarea").count()) {
        await page.fill("section[aria-labelledby=h-pause] textarea", "drift at North before labels arrive");
        await page.locator("button:has-text('Ask for a pause')").click();
        await page.waitForSelector(".steps");
      }
    }, kModel],
    ["newmodel-whole", (page) => page.waitForSelector(".four"), "/oversight/film-view/1"],
  ]);
}
