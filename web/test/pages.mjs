// The pages in a browser, by keyboard alone, against the made-up server:
//   node test/pages.mjs [--out FOLDER] [--only WORD]
// --out writes a picture of each page in each theme at 1280 and 1920. Needs dist/ (npm run build)
// and Chromium. Every test also fails on a request to another origin, on anything that the
// Content-Security-Policy stops, and on a script error. Exits 1 when a test failed.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { axe, openBrowser, openPage, signIn } from "./browser.mjs";
import { kHostileName } from "./mock/data.mjs";
import { makeMock } from "./mock/server.mjs";
import { labellingTests } from "./pages_labelling.mjs";
import { oversightTests } from "./pages_oversight.mjs";
import { runsTests } from "./pages_runs.mjs";
import { kThemes, option, press, text, until } from "./tools.mjs";

const kDist = fileURLToPath(new URL("../dist", import.meta.url));
const uid = (n) => `1.2.826.0.1.3680043.9.7.${n}`;
const kDesigned = uid(1001);
const kEveryState = uid(1002);
const kHeld = uid(1004);
const kHostile = uid(1014);

const tests = [];
const test = (name, run, options = {}) => tests.push({ name, run, options });

const openStudy = async (page, study) => {
  await page.goto(`/study/${study}`);
  await page.waitForSelector(".finding, .head");
  await until("the film", () => page.evaluate(() => document.querySelector(".film svg.overlay") !== null));
};

// ── signing in ─────────────────────────────────────────────────────────────

test("a wrong password says so without saying which was wrong", async ({ page }) => {
  await page.goto("/worklist");
  await page.waitForSelector("input[name=name]");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("name")), "name");
  await page.keyboard.type("r.reader");
  await press(page, "Tab");
  await page.keyboard.type("wrong");
  await press(page, "Enter");
  await page.waitForSelector(".alert");
  assert.match(await text(page, ".alert"), /do not match/);
  assert.equal(await page.getAttribute("input[name=password]", "aria-invalid"), "true");
  await page.keyboard.type("correct horse");
  await press(page, "Enter");
  await page.waitForSelector("tr[data-study]");
  assert.equal(await page.title(), "Worklist · osler");
});

test("without a user the page says how to make one", async ({ page, mock }) => {
  mock.control.hasUsers = false;
  await page.goto("/");
  await page.waitForSelector("pre");
  assert.match(await text(page, "pre"), /^osler user add/);
});

test("a session that ends keeps the page and what was typed", async ({ page, mock }) => {
  await signIn(page);
  await openStudy(page, kDesigned);
  await press(page, "d");
  await page.waitForSelector(".why input");
  await page.fill(".why input", "half a thou");
  mock.sessions.clear();
  await page.waitForSelector("dialog[open]");
  await page.fill("dialog input[name=password]", "correct horse");
  await press(page, "Enter");
  await until("the dialog to go", async () => (await page.locator("dialog[open]").count()) === 0);
  assert.equal(await page.inputValue(".why input"), "half a thou");
  await press(page, "Enter");
  await until("the note", () => mock.log.decisions.some((d) => d.note === "half a thou"));
});

test("a server that is gone is named, and found again by itself", async ({ page, mock }) => {
  await signIn(page);
  await page.waitForSelector("tr[data-study]");
  mock.control.down = true;
  await page.waitForSelector(".notice:has-text('Offline')");
  assert.match(await text(page, ".notice:has-text('Offline')"), /since \d\d:\d\d/);
  assert.ok(await page.locator("tr[data-study]").count() > 5, "the list stays");
  mock.control.down = false;
  await until("the notice to go", async () => (await page.locator(".notice:has-text('Offline')").count()) === 0);
});

test("who may not see a page is told who can", async ({ page }) => {
  await signIn(page, "g.overseer");
  await page.waitForSelector("h1:has-text('You cannot open Worklist')");
  assert.match(await text(page, ".blank"), /physician and reader/);
  assert.equal(await page.locator(".top nav a:has-text('Worklist')").count(), 0);
  await page.goto("/no/such/page");
  await page.waitForSelector("h1:has-text('There is no such page')");
});

test("the password can be changed, and a bad one is refused", async ({ page }) => {
  await signIn(page);
  await page.goto("/account");
  await page.fill("input[name=old]", "correct horse");
  await page.fill("input[name=new]", "short");
  await page.fill("input[name=again]", "short");
  await press(page, "Enter");
  assert.match(await text(page, ".msg"), /At least 12/);
  await page.fill("input[name=new]", "battery staple nine");
  await page.fill("input[name=again]", "battery staple nine");
  await press(page, "Enter");
  await page.waitForSelector("text=Changed at");
});

// ── worklist ───────────────────────────────────────────────────────────────

test("the worklist is worked by keyboard; no address and no title names a patient", async ({ page, mock }) => {
  await signIn(page);
  await page.waitForSelector("tr[data-study]");
  await press(page, "j", "j");
  assert.match(await text(page, "tr[aria-current]"), /TESTCASE/);
  await press(page, "u");
  await until("the filter", () => page.url().endsWith("?urgency=critical"));
  await until("two rows", async () => (await page.locator("tr[data-study]").count()) === 2);
  await press(page, "u", "u", "u", "f", "f", "f");
  await until("the AI filter", () => page.url().endsWith("?ai=failed"));
  await page.goBack();
  await until("back", () => page.url().endsWith("?ai=queued"));
  await page.goto("/worklist");
  await page.waitForSelector("tr[data-study]");
  await press(page, "/");
  await page.keyboard.type("testcase");
  await until("one row", async () => (await page.locator("tr[data-study]").count()) === 1);
  assert.ok(!page.url().toLowerCase().includes("testcase"));
  await press(page, "Escape", "Escape");
  await press(page, "j", "j", "Enter");
  await page.waitForSelector(".patient");
  assert.equal(await page.title(), "Study · osler");
  await press(page, "g", "w");
  await page.waitForSelector("tr[aria-current]");
  assert.match(await text(page, "tr[aria-current]"), /TESTCASE/);
  await press(page, "g", "a");
  await page.waitForSelector("h2:has-text('No study yet')");
  await until("answers 'not modified'", () => mock.log.unchanged > 0);
});

test("hostile text in the list is inert and legible", async ({ page }) => {
  await signIn(page);
  await page.waitForSelector("tr[data-study]");
  const row = page.locator(`tr[data-study="${kHostile}"]`);
  assert.match(await row.innerText(), /<img src=x onerror=alert\(1\)>\[U\+202E\]DNILASOR/);
  assert.equal(await page.locator("tr img").count(), 0);
});

test("films are added by button and by drop, with a receipt that gives reasons", async ({ page, mock }) => {
  await signIn(page);
  await page.waitForSelector("tr[data-study]");
  const file = (name) => ({ name, mimeType: "application/dicom", buffer: Buffer.alloc(2000, 1) });
  await page.setInputFiles("input[type=file]", [file("a.dcm"), file("notes.txt")]);
  await page.waitForSelector(".receipt");
  assert.match(await text(page, ".upload .line"), /2 files received.*1 stored, 1 rejected/);
  assert.match(await text(page, ".receipt"), /notes\.txt\s+Not DICOM: the preamble is missing/);
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(10)], "dropped.dcm"));
    return data;
  });
  await page.dispatchEvent("body", "dragenter", { dataTransfer: transfer });
  await page.waitForSelector(".droptarget");
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
  await until("the drop", () => mock.log.uploads.some((names) => names.includes("dropped.dcm")));
});

test("ten thousand rows: few are drawn, all are counted, and nothing jumps", async ({ page, mock }) => {
  await signIn(page);
  await page.waitForSelector("tr[data-study]");
  assert.equal(await page.getAttribute("table.wl", "aria-rowcount"), "10004");
  const steps = await page.evaluate(async () => {
    const times = [];
    let nodes = 0;
    for (let i = 0; i < 120; i += 1) {
      const from = performance.now();
      scrollTo(0, i * 3700);
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      times.push(performance.now() - from);
      nodes = Math.max(nodes, document.querySelectorAll("table.wl *").length);
    }
    times.sort((a, b) => a - b);
    return { p50: times[60], p95: times[114], nodes };
  });
  console.log(`         two frames after a jump of 80 rows: p50 ${steps.p50.toFixed(0)} ms, p95 ${steps.p95.toFixed(0)} ms`);
  // Work is bounded by what is drawn; wall time on a shared machine is only told.
  assert.ok(steps.nodes < 2500, `${steps.nodes} elements`);
  await page.evaluate(() => scrollTo(0, 230_000));
  await until("rows in the middle", async () => (await page.locator("tr[data-study]").count()) > 20 && (await page.locator("tr.tocome").count()) === 0);
  assert.ok((await page.locator("tbody tr").count()) < 80);
  const row = page.locator("tr[data-study]").nth(20);
  await row.click();
  const chosen = await row.getAttribute("data-study");
  const top = () => page.evaluate((study) => document.querySelector(`tr[data-study="${study}"]`)?.getBoundingClientRect().top, chosen);
  const before = await top();
  const index = Number(await page.locator(`tr[data-study="${chosen}"]`).getAttribute("aria-rowindex"));
  mock.rows.unshift({ ...mock.rows[0], study: uid(1), patient: { ...mock.rows[0].patient, name: "NEWCOMER, Nils" } });
  await until("the new row above", async () => Number(await page.locator(`tr[data-study="${chosen}"]`).getAttribute("aria-rowindex")) === index + 1);
  assert.ok(Math.abs((await top()) - before) < 2, "the chosen row stays where it is");
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await until("the last row", async () => (await page.locator("tr[data-study]").last().getAttribute("aria-rowindex")) === "10005");
}, { rows: 10_000 });

// ── study ──────────────────────────────────────────────────────────────────

test("answers are stored on one press, with reason, note and Undo", async ({ page, mock }) => {
  await signIn(page);
  await openStudy(page, kDesigned);
  await press(page, "a");
  await page.waitForSelector(".recorded:has-text('Agreed')");
  await press(page, "z");
  await until("the answer to go", async () => (await page.locator(".recorded").count()) === 0);
  await press(page, "d");
  await page.waitForSelector(".why select");
  await page.selectOption(".why select", "old");
  await until("the reason", () => mock.log.decisions.some((d) => d.reason === "old"));
  await press(page, "j", "a");
  await until("present", () => mock.log.decisions.some((d) => d.finding === "f2" && d.decision === "present"));
  assert.deepEqual(mock.log.decisions.map((d) => d.decision).slice(0, 4), ["agree", "withdrawn", "disagree", "disagree"]);
  await page.locator("summary").first().click();
  await until("the record", async () => /Withdrawn/.test(await text(page, ".history")));
  const group = page.locator(".finding").nth(1).locator("[role=radiogroup]");
  await group.locator("[role=radio]").first().focus();
  const count = mock.log.decisions.length;
  await press(page, "ArrowRight");
  assert.equal(mock.log.decisions.length, count, "arrows move, they do not answer");
  await press(page, "Space");
  await until("absent", () => mock.log.decisions.some((d) => d.decision === "absent"));
});

test("marks are off until asked, told once, and drawn where the map is", async ({ page, mock }) => {
  await signIn(page);
  await openStudy(page, kDesigned);
  assert.equal(await page.locator(".marks").count(), 0);
  assert.equal(mock.log.shown.length, 0);
  await press(page, "m");
  await page.waitForSelector(".marks .edge.dash");
  await until("told", () => mock.log.shown.length === 2);
  assert.equal(await page.locator(".heat").count(), 0);
  await press(page, "m");
  await page.waitForSelector(".marks .heat .peak");
  assert.match(await text(page, ".film .br"), /25, 50, 75/);
  await press(page, "m", "m");
  await until("told again for the heat map only", () => mock.log.shown.length === 4);
  const inside = await page.evaluate(() => {
    const film = document.querySelector(".film").getBoundingClientRect();
    const mark = document.querySelector('[data-mark="A"] .edge').getBoundingClientRect();
    return (mark.left + mark.width / 2 - film.left) / film.width;
  });
  assert.ok(inside > 0.2 && inside < 0.5, `on the left of the picture, at ${inside}`);
});

test("window, inversion, zoom, pan and length by keys; what is shown changes", async ({ page }) => {
  await signIn(page);
  await openStudy(page, kDesigned);
  const shade = () => page.evaluate(() => {
    const canvas = document.querySelector(".film canvas");
    return [...canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data].slice(0, 3);
  });
  await page.waitForTimeout(100);
  const sent = await shade();
  assert.ok(sent[0] === sent[1] && sent[1] === sent[2] && sent[0] > 60);
  await press(page, "i");
  await until("inverted", async () => Math.abs((await shade())[0] + sent[0] - 255) <= 2);
  await press(page, "i", "3");
  await until("another window", async () => (await shade())[0] !== sent[0]);
  assert.match(await text(page, ".film .bl"), /Window 1900, level 2900, mediastinum/);
  await press(page, "Shift+ArrowUp");
  await until("moved", async () => /moved/.test(await text(page, ".film .bl")));
  await press(page, "0");
  await until("1:1", async () => /1:1/.test(await text(page, ".film .bl")));
  await press(page, "0", "+", "ArrowLeft", "l", "ArrowLeft", "Enter");
  for (let i = 0; i < 4; i += 1) await press(page, "Shift+ArrowRight");
  await press(page, "Enter");
  await page.waitForSelector(".film .len");
  assert.match(await text(page, ".film .len"), /^\d+\.\d mm at the detector, uncalibrated$/);
  await press(page, "w");
  await page.waitForSelector(".sliders");
  await press(page, "Escape");
  await until("closed", async () => (await page.locator(".sliders").count()) === 0);
});

test("length by mouse, value under the pointer, prior beside it", async ({ page }) => {
  await signIn(page);
  await openStudy(page, kDesigned);
  const film = await page.locator(".film").first().boundingBox();
  await page.mouse.move(film.x + film.width / 2, film.y + film.height / 2);
  await until("the value", async () => /x \d+ y \d+, value \d+/.test(await text(page, ".film .bl")));
  await press(page, "l");
  await page.mouse.click(film.x + 300, film.y + 300);
  await page.mouse.click(film.x + 420, film.y + 300);
  await page.waitForSelector(".film .len");
  const zoom = Number(/Zoom ([\d.]+)/.exec(await text(page, ".film .bl"))[1]);
  const mm = Number(/^([\d.]+) mm/.exec(await text(page, ".film .len"))[1]);
  assert.ok(Math.abs(mm - 120 / zoom * 0.168) < 3, `${mm} mm at zoom ${zoom}`);
  await press(page, "p");
  await until("two films", async () => (await page.locator(".film canvas").count()) === 2);
  assert.match(await text(page, ".film:nth-child(2) .tr"), /prior film/);
});

test("what is held until the first read opens with it", async ({ page, mock }) => {
  await signIn(page);
  await openStudy(page, kHeld);
  assert.equal(await page.locator(".finding .axis").count(), 0, "no score is shown");
  assert.equal(await page.locator("[role=radio]:has-text('Outline')").isDisabled(), true);
  await press(page, "a", "m");
  assert.equal(mock.log.decisions.length + mock.log.shown.length, 0);
  await press(page, "r");
  await page.keyboard.type("Clear lungs, heart of normal size.");
  await press(page, "Control+Enter");
  await page.waitForSelector(".finding .axis");
  assert.match(await text(page, "section[aria-label='First read']"), /Clear lungs/);
});

test("every state of a finding is told apart, and none looks like a negative", async ({ page }) => {
  await signIn(page);
  await openStudy(page, kEveryState);
  const words = await page.locator(".finding .res").allInnerTexts();
  assert.deepEqual(words, ["Above threshold", "Undecided", "Below threshold", "No result", "Failed", "Queued", "Paused", "Withdrawn"]);
  assert.equal(await page.locator(".finding .axis").count(), 3);
  for (let i = 3; i < 8; i += 1) assert.ok((await page.locator(".finding").nth(i).locator("p.q").innerText()).length > 20, "each says why");
  assert.match(await text(page, ".context"), /silence here is not a negative/);
});

test("hostile text in a study is inert, legible and short until asked", async ({ page }) => {
  await signIn(page);
  await openStudy(page, kHostile);
  assert.match(await text(page, ".patient h1"), /^<img src=x onerror=alert\(1\)>\[U\+202E\]DNILASOR$/);
  assert.ok(!(await page.title()).includes("DNILASOR") && kHostileName.length > 0);
  assert.ok(!/line 60/.test(await text(page, ".patient")));
  await page.locator("button:has-text('57 more lines')").click();
  await until("all of it", async () => /line 60 of the order <script>alert\(59\)<\/script>/.test(await text(page, ".patient")));
});

test("a problem is reported; acknowledging leads on and never waits for answers", async ({ page, mock }) => {
  await signIn(page);
  await openStudy(page, kDesigned);
  await page.locator("button:has-text('Report a problem')").focus();
  await press(page, "Enter");
  await until("the field", () => page.evaluate(() => document.activeElement?.tagName === "TEXTAREA"));
  await page.keyboard.type("Outline beside the lung.");
  await page.locator("button:has-text('Send the report')").focus();
  await press(page, "Enter");
  await page.waitForSelector("text=The problem was reported");
  assert.deepEqual(mock.log.problems, [{ finding: "f1", text: "Outline beside the lung." }]);
  await page.locator(".film").first().focus();
  await press(page, "Enter");
  await until("the next study", () => page.url().endsWith(uid(1000)));
  assert.ok(mock.rows.find((row) => row.study === kDesigned).acknowledged);
});

test("single keys can be turned off and changed", async ({ page }) => {
  await signIn(page);
  await page.waitForSelector("tr[data-study]");
  await press(page, "?");
  await page.waitForSelector("dialog[open]");
  await page.locator("button[aria-label='Change the key for next row']").focus();
  await press(page, "Enter", "b");
  await until("changed", async () => /next row\s+b/.test(await text(page, "dialog")));
  await press(page, "Escape", "b");
  await page.waitForSelector("tr[aria-current]");
  await press(page, "?", "Space", "Escape");
  const chosen = await text(page, "tr[aria-current]");
  await press(page, "b", "b", "u");
  assert.equal(await text(page, "tr[aria-current]"), chosen);
  assert.match(await text(page, ".keys"), /Single keys are off/);
  const stored = await page.evaluate(() => Object.entries(localStorage).flat().join(" "));
  assert.ok(!/TESTCASE|T-00/.test(stored), "no patient is stored in the browser");
});

test("at 200 % zoom there is one column and nothing runs out of the page", async ({ page }) => {
  await signIn(page);
  for (const address of ["/worklist", `/study/${kDesigned}`, "/account"]) {
    await page.goto(address);
    await page.waitForSelector("tr[data-study], .finding, .plain");
    const [wide, room] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
    assert.ok(wide <= room, `${address}: ${wide} in ${room}`);
    assert.deepEqual(await axe(page), [], address);
  }
}, { zoom: 2 });

// ── looks ──────────────────────────────────────────────────────────────────

const kLooks = [
  ["login", async (page) => page.waitForSelector("input[name=name]"), { anonymous: true, address: "/login" }],
  ["worklist", async (page) => {
    await page.waitForSelector("tr[data-study]");
    await press(page, "j", "j");
  }, { address: "/worklist" }],
  ["study", async (page) => {
    await openStudy(page, kDesigned);
    await press(page, "m", "m", "j", "c");
    await page.waitForSelector(".recorded");
    await press(page, "k");
  }],
  ["states", async (page) => openStudy(page, kEveryState)],
  ["held", async (page) => openStudy(page, kHeld)],
  ["hostile", async (page) => openStudy(page, kHostile)],
  ["prior", async (page) => {
    await openStudy(page, kDesigned);
    await press(page, "p", "w");
    await until("two films", async () => (await page.locator(".film canvas").count()) === 2);
  }],
  ["account", async (page) => page.waitForSelector(".plain"), { address: "/account" }],
  ["help", async (page) => {
    await page.waitForSelector("tr[data-study]");
    await press(page, "?");
  }, { address: "/worklist" }],
  ["missing", async (page) => page.waitForSelector(".blank"), { address: "/nowhere" }],
];

for (const theme of kThemes) {
  for (const width of [1280, 1920]) {
    test(`looks: ${theme} at ${width}: axe finds nothing`, async ({ page }) => {
      const found = [];
      let isIn = false;
      for (const [name, prepare, how = {}] of kLooks) {
        if (!how.anonymous && !isIn) {
          await signIn(page);
          isIn = true;
        }
        if (how.address) await page.goto(how.address);
        await prepare(page);
        await page.waitForTimeout(250);
        for (const fault of await axe(page)) found.push(`${name}: ${fault}`);
        if (option("out")) await page.screenshot({ path: join(option("out"), `${name}-${theme}-${width}.png`) });
      }
      assert.deepEqual(found, []);
    }, { theme, width, height: width === 1280 ? 900 : 1080 });
  }
}

labellingTests(test);
oversightTests(test);
runsTests(test);

// ── run ────────────────────────────────────────────────────────────────────

async function runOne(browser, { run, options }) {
  const mock = makeMock({ dist: kDist, rows: options.rows ?? 19 });
  await new Promise((resolve) => mock.server.listen(0, "127.0.0.1", resolve));
  const { context, page, faults } = await openPage(browser, `http://127.0.0.1:${mock.server.address().port}`, { theme: "dark", ...options });
  // Long enough for a machine that builds meanwhile.
  page.setDefaultTimeout(40_000);
  try {
    await run({ page, mock });
    assert.deepEqual(faults, [], "nothing leaves the origin, breaks the CSP or throws");
  } finally {
    await context.close();
    mock.server.closeAllConnections();
    mock.server.close();
  }
}

if (option("out")) mkdirSync(option("out"), { recursive: true });
let browser = await openBrowser();
let failed = 0;
for (const one of tests.filter(({ name }) => name.includes(option("only")))) {
  const from = Date.now();
  // A browser that died fails its own test, not those after it.
  if (!browser.isConnected()) browser = await openBrowser();
  try {
    await runOne(browser, one);
    console.log(`ok       ${one.name} (${((Date.now() - from) / 1000).toFixed(1)} s)`);
  } catch (cause) {
    failed += 1;
    console.log(`FAILED   ${one.name}\n${String(cause.stack ?? cause).replace(/^/gm, "         ")}`);
  }
}
await browser.close();
console.log(failed ? `${failed} failed` : "all pages work");
process.exit(failed ? 1 : 0);
