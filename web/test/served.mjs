// The pages in a real browser over a real server: node served.mjs BIN PICTURES
// BIN holds osler and osler-e2e-home; PICTURES gets a screenshot of each page in each theme.
import { strict as assert } from "node:assert";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { axe, openBrowser, openPage } from "./browser.mjs";
import { Hospital, kPassword } from "./hospital.mjs";

const [bin, pictures] = process.argv.slice(2);
if (!bin || !pictures) {
  console.error("served.mjs BIN PICTURES");
  process.exit(64);
}
if (!existsSync(process.env.CHROMIUM ?? "/usr/bin/chromium")) {
  console.log("left out: there is no chromium (apt-get install chromium)");
  process.exit(77);
}
mkdirSync(pictures, { recursive: true });

const hospital = new Hospital(bin);
const failures = [];
let browser;

async function signIn(page, name, password = kPassword) {
  await page.goto("/login");
  await page.fill("input[name=name]", name);
  await page.fill("input[name=password]", password);
  await page.keyboard.press("Enter");
}

async function as(name, run, options = {}) {
  const opened = await openPage(browser, hospital.origin, options);
  try {
    if (name) {
      await signIn(opened.page, name);
      await opened.page.waitForSelector(".top a");
    }
    await run(opened.page);
    assert.deepEqual(opened.faults, []);
  } finally {
    await opened.context.close();
  }
}

async function test(name, run) {
  const start = performance.now();
  try {
    await run();
    console.log(`ok      ${name}  ${Math.round(performance.now() - start)} ms`);
  } catch (error) {
    failures.push(name);
    console.log(`failed  ${name}\n        ${String(error.stack ?? error).replaceAll("\n", "\n        ")}`);
  }
}

/** The film's own pixels as the canvas shows them, in one number. */
const canvasSum = (page) =>
  page.evaluate(() => {
    let sum = 0;
    for (const canvas of document.querySelectorAll("canvas")) {
      const drawn = canvas.getContext("2d");
      const { data } = drawn.getImageData(0, 0, canvas.width, canvas.height);
      for (let i = 0; i < data.length; i += 97) sum += data[i] * ((i % 89) + 1);
    }
    return sum;
  });

async function openCase(page, accession) {
  await page.waitForSelector("tr[data-study]");
  await page.keyboard.press("/");
  await page.keyboard.type(accession);
  // What was looked for may be a name, so it never stands in the address.
  await page.waitForFunction((wanted) => document.querySelectorAll("tr[data-study]").length === 1 && !location.href.includes(wanted), accession);
  await page.keyboard.press("Escape");
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/study\//);
  await page.waitForSelector("canvas");
}

async function run() {
  await hospital.make();
  browser = await openBrowser();

  await test("without a user, the server says how to make one", () => as("", async (page) => {
    await page.goto("/");
    await page.getByText("osler user add").first().waitFor();
  }));

  hospital.addPeople();
  const rows = await hospital.scored();
  // Phantom cohorts repeat an accession number now and then, as hospitals do.
  const scored = rows.filter((row) => row.ai === "done" && rows.filter((other) => other.accession === row.accession).length === 1);
  assert.ok(scored.length >= 4, "too few films were scored");

  await test("a wrong password is refused in words, the right one lets in", () => as("", async (page) => {
    await signIn(page, "r.reader", "another-word-entirely");
    await page.getByText(/do not go together|not go together|wrong/i).first().waitFor();
    await signIn(page, "r.reader");
    await page.waitForURL(/\/worklist/);
  }));

  await test("find a case by keyboard, move the window, show and hide the marks", () => as("r.reader", async (page) => {
    await openCase(page, scored[0].accession);
    await page.waitForTimeout(300);
    const before = await canvasSum(page);
    await page.keyboard.press("i");
    await page.waitForTimeout(200);
    assert.notEqual(await canvasSum(page), before, "inverting changed nothing");
    await page.keyboard.press("i");
    await page.keyboard.press("2");
    await page.waitForTimeout(200);
    await page.keyboard.press("1");
    await page.keyboard.press("m");
    await page.locator("[role=radio][aria-checked=true]", { hasText: "Outline" }).waitFor();
    await page.keyboard.press("m");
    await page.keyboard.press("m");
    await page.locator("[role=radio][aria-checked=true]", { hasText: "Marks off" }).waitFor();
  }));

  await test("agree, disagree with a reason, and the FHIR report follows", () => as("r.reader", async (page) => {
    const uid = scored[1].study;
    await page.goto(`/study/${uid}`);
    await page.waitForSelector("canvas");
    const study = await hospital.get(`/api/studies/${uid}`);
    assert.equal((await hospital.get(study.report)).status, "preliminary");
    const above = study.findings.findIndex((finding) => finding.state === "above");
    for (let i = 0; i < above; ++i) await page.keyboard.press("j");
    const answered = () => page.waitForResponse((response) => response.url().endsWith("/decision") && response.ok());
    await Promise.all([answered(), page.keyboard.press("a")]);
    assert.equal((await hospital.get(study.report)).status, "final");
    await Promise.all([answered(), page.keyboard.press("d")]);
    assert.equal((await hospital.get(study.report)).status, "amended");
    const reason = page.locator("select").filter({ hasText: "Overlying structure" }).first();
    await Promise.all([answered(), reason.selectOption({ label: "Overlying structure or artefact" })]);
    const after = await hospital.get(`/api/studies/${uid}`);
    assert.equal(after.findings[above].decision.reason, "artefact");
    assert.equal(after.findings[above].decision.by, "r.reader");
  }));

  await test("acknowledge by Enter and go on to the next", () => as("r.reader", async (page) => {
    const uid = scored[2].study;
    await page.goto(`/study/${uid}`);
    await page.waitForSelector("canvas");
    await Promise.all([page.waitForResponse((r) => r.url().endsWith("/acknowledge") && r.ok()), page.keyboard.press("Enter")]);
    await page.waitForFunction((old) => !location.pathname.endsWith(old), uid);
    assert.equal((await hospital.get(`/api/studies/${uid}`)).acknowledged.by, "r.reader");
  }));

  await test("a film dropped on the worklist is stored and appears", () => as("r.reader", async (page) => {
    await page.goto("/worklist");
    await page.waitForSelector("tbody tr");
    const file = hospital.lateFilms()[0];
    const bytes = readFileSync(file).toString("base64");
    const delivered = page.waitForResponse((r) => r.url().endsWith("/api/studies") && r.ok());
    await page.evaluate((base64) => {
      const film = new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], "dropped.dcm");
      const transfer = new DataTransfer();
      transfer.items.add(film);
      const target = document.querySelector("main") ?? document.body;
      for (const type of ["dragenter", "dragover", "drop"]) target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }));
    }, bytes);
    const receipt = (await (await delivered).json()).receipt;
    assert.equal(receipt.stored, 1);
    await page.getByText("dropped.dcm").first().waitFor();
    const rows = await hospital.scored();
    assert.ok(rows.some((row) => row.study === receipt.items[0].study));
  }));

  await test("hostile DICOM text is inert and legible", () => as("r.reader", async (page) => {
    hospital.osler("ingest", hospital.hostile);
    await hospital.scored();
    await page.goto("/worklist");
    await openCase(page, "HOSTILE-1");
    await page.getByText("<script>alert(1)", { exact: false }).first().waitFor();
    await page.getByText(/line 3 of a description/).first().waitFor();
    assert.notEqual(await page.title(), "owned");
    assert.equal(await page.locator("main script").count(), 0);
  }));

  await test("a model is paused by two people, and the pages say so", async () => {
    const model = "/oversight/chest-nodule/1";
    const panel = "section[aria-labelledby=h-pause]";
    await as("g.overseer", async (page) => {
      await page.goto(model);
      await page.fill(`${panel} textarea`, "drift at North before labels arrive");
      await Promise.all([page.waitForResponse((r) => r.url().endsWith("/pause") && r.ok()), page.locator("button:has-text('Ask for a pause')").click()]);
      await page.locator("button:has-text('Confirm pause')").waitFor();
      assert.equal(await page.locator("button:has-text('Confirm pause')").isDisabled(), true);
    });
    await as("d.deputy", async (page) => {
      await page.goto(model);
      await Promise.all([page.waitForResponse((r) => r.url().endsWith("/pause/confirm") && r.ok()), page.locator("button:has-text('Confirm pause')").click()]);
    });
    await as("r.reader", async (page) => {
      await page.goto("/worklist");
      await page.getByText(/drift at North/).first().waitFor();
      await page.goto(`/study/${scored[3].study}`);
      await page.getByText(/drift at North/).first().waitFor();
    });
  });

  const study = `/study/${scored[0].study}`;
  const pages = { worklist: ["/worklist", "r.reader"], study: [study, "r.reader"], account: ["/account", "r.reader"],
    labelling: ["/labelling", "l.steward"], oversight: ["/oversight", "g.overseer"], model: ["/oversight/chest-opacity/1", "g.overseer"], runs: ["/runs", "e.engineer"] };
  for (const theme of ["light", "dark", "reading"]) {
    for (const [name, [path, person]] of Object.entries(pages)) {
      await test(`${name} in ${theme}: axe finds nothing, at both widths and twice the size`, async () => {
        for (const [width, height, zoom] of [[1280, 900, 1], [1920, 1080, 1], [1280, 900, 2]]) {
          await as(person, async (page) => {
            await page.goto(path);
            await page.waitForSelector(name === "study" ? "canvas" : "main");
            await page.waitForTimeout(400);
            assert.deepEqual(await axe(page), []);
            await page.screenshot({ path: join(pictures, `${name}-${theme}-${width}${zoom === 2 ? "-200" : ""}.png`) });
          }, { width, height, zoom, theme });
        }
      });
    }
  }
}

try {
  await run();
} catch (error) {
  failures.push("set-up");
  console.log(`failed  set-up\n        ${error.stack}`);
} finally {
  await browser?.close();
  hospital.close();
}
console.log(failures.length === 0 ? "all pages are as they should be" : `${failures.length} failed: ${failures.join(", ")}`);
process.exit(failures.length === 0 ? 0 : 1);
