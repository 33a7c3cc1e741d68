// Labelling in a browser, by keyboard; see pages.mjs.
import assert from "node:assert/strict";
import { axe, signIn } from "./browser.mjs";
import { looks, press, text, until, zoomed } from "./tools.mjs";

const filmIsThere = (page) => until("the film", () => page.evaluate(() => document.querySelector(".film svg.overlay") !== null));
const onFilm = (page, number) => until(`film ${number}`, async () => new RegExp(`^${number} of `).test((await page.locator(".lbar .at").count()) ? await text(page, ".lbar .at") : ""));

async function open(page, user, project) {
  await signIn(page, user);
  await page.goto(`/labelling/${project}`);
  await page.waitForSelector(".finding, .blank, .inv");
  if (await page.locator(".lreview").count()) await filmIsThere(page);
}

export function labellingTests(test) {
  test("a whole sitting of labelling by keys alone, boxes too", async ({ page, mock }) => {
    await signIn(page);
    await press(page, "g", "l");
    await page.waitForSelector("h1:has-text('Labelling')");
    await page.waitForSelector(".inv tbody tr");
    await press(page, "j", "Enter");
    await page.waitForSelector(".lreview .finding");
    await filmIsThere(page);
    await onFilm(page, 1);
    assert.ok(!/TESTCASE|MRN|threshold/.test(await text(page, "main")), "no patient and no model");
    await press(page, "Enter");
    await until("told what is missing", async () => /Opacity has no answer/.test(await text(page, ".lfault")));
    await press(page, "p", "b");
    await page.waitForSelector("[data-box=A] .edge.dash");
    await press(page, "ArrowLeft", "ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Enter");
    await page.waitForSelector("[data-box=A] .edge:not(.dash)");
    await press(page, "j", "a", "j", "u", "Enter");
    await onFilm(page, 2);
    const [first] = mock.log.labels;
    assert.deepEqual(first.answers, { opacity: "present", effusion: "absent", device: "unsure" });
    assert.ok(first.boxes.opacity.length === 4 && first.boxes.opacity[0] < first.boxes.opacity[2] && first.seconds > 0);
    await press(page, "z");
    await until("the film before", async () => /answered this film before/.test(await text(page, ".lside .head")));
    await until("its answers", async () => (await page.locator(".finding .res").allInnerTexts()).join() === "Present,Absent,Unsure");
    await press(page, "a", "Enter");
    await onFilm(page, 2);
    assert.equal(mock.log.labels[1].answers.opacity, "absent");
    assert.deepEqual(mock.log.labels[1].boxes, {}, "what is absent has no box");
    for (let film = 2; film <= 6; film += 1) {
      await onFilm(page, film);
      await press(page, "a", "j", "a", "j", "a", "Enter");
    }
    await page.waitForSelector(".blank:has-text('Nothing waits for you')");
    assert.match(await text(page, ".blank"), /answered 6 films of 6/);
    await press(page, "z");
    await onFilm(page, 6);
  });

  test("a box is drawn by a drag and by two clicks, and taken away", async ({ page, mock }) => {
    await open(page, "r.reader", "l3");
    await press(page, "p");
    const film = await page.locator(".film").boundingBox();
    await page.locator("button:has-text('Draw')").click();
    await page.mouse.move(film.x + 300, film.y + 200);
    await page.mouse.down();
    await page.mouse.move(film.x + 420, film.y + 330, { steps: 4 });
    await page.mouse.up();
    await page.waitForSelector("[data-box=A] .edge:not(.dash)");
    // The outline itself: the box of the element holds its stroke and the room of its corners too.
    const drawn = await page.locator("[data-box=A] .edge").evaluate((edge) => (({ width, height }) => ({ width, height }))(edge.getBBox()));
    assert.ok(Math.abs(drawn.width - 120) < 3 && Math.abs(drawn.height - 130) < 3, `${drawn.width} by ${drawn.height}`);
    await press(page, "x");
    await until("no box", async () => (await page.locator("[data-box=A]").count()) === 0);
    await press(page, "b");
    await page.mouse.click(film.x + 320, film.y + 220);
    await until("the next step", async () => /corner across/.test(await text(page, ".boxline")));
    await page.mouse.click(film.x + 400, film.y + 300);
    await page.waitForSelector("[data-box=A] .edge:not(.dash)");
    await press(page, "b", "Escape", "j", "a", "j", "a", "Enter");
    await until("saved", () => mock.log.labels.length === 1);
    assert.ok(mock.log.labels[0].boxes.opacity, "Escape keeps the box as it was");
  });

  test("the adjudicator sees both readers beside each other, and only what is in dispute", async ({ page, mock }) => {
    await open(page, "a.judge", "l2");
    assert.match(await text(page, ".lside .head"), /In dispute/);
    assert.match(await text(page, ".others"), /Reader 1\s+(Present|Absent|Unsure)[\s\S]*Reader 2\s+(Present|Absent|Unsure)/);
    assert.ok(!/r\.reader|b\.reader/.test(await text(page, ".lreview")), "not told who they are");
    await press(page, "p", "Enter");
    await until("settled", () => mock.log.labels.length === 1);
    assert.deepEqual(Object.keys(mock.log.labels[0].answers), ["opacity"]);
    await page.locator(".tabs a:has-text('Agreement')").focus();
    await press(page, "Enter");
    await page.waitForSelector("h2:has-text('Disagreements')");
    assert.match(await text(page, ".inv"), /0\.78\s+0\.61 to 0\.92/);
  });

  test("a reader stays blind, and is told so", async ({ page }) => {
    await open(page, "r.reader", "l2");
    assert.equal(await page.locator(".tabs").count(), 0);
    await page.goto("/labelling");
    await page.waitForSelector(".inv tbody tr");
    assert.match(await text(page, ".inv tbody tr:first-child"), /not shown to readers/);
    await page.goto("/labelling/l1");
    await page.waitForSelector(".cells");
    assert.match(await text(page, ".notice:has-text('Closed')"), /phantom@9f2c41ab/);
  });

  test("the steward starts a project and finishes one", async ({ page, mock }) => {
    await signIn(page, "s.steward");
    await page.goto("/labelling");
    await page.waitForSelector(".inv tbody tr");
    await press(page, "n");
    await page.waitForSelector(".newproject form");
    await page.keyboard.type("Third pass");
    await press(page, "Enter");
    await until("told what is missing", async () => /No data set is chosen/.test(await text(page, ".newproject")));
    await page.selectOption(".newproject select >> nth=0", "phantom@5be1d07c");
    await page.fill("input[aria-label='Finding 1']", "Pleural effusion");
    for (const [i, name] of ["r.reader", "b.reader", "a.judge"].entries()) await page.selectOption(`.newproject select >> nth=${i + 1}`, name);
    await page.fill(".newproject input[inputmode=numeric]", "25");
    assert.deepEqual(await axe(page), []);
    await press(page, "Enter");
    await page.waitForSelector("h1:has-text('Third pass')");
    assert.deepEqual(mock.log.labels[0].create, { name: "Third pass", dataset: "phantom@5be1d07c", boxes: true, films: 25, findings: [{ code: "pleural_effusion", label: "Pleural effusion" }], readers: ["r.reader", "b.reader"], adjudicator: "a.judge" });
    await page.waitForSelector(".blank:has-text('Nothing to compare yet')");
    await page.goto("/labelling/l2");
    await page.locator("button:has-text('Finish the project')").focus();
    await press(page, "Enter");
    await page.waitForSelector("dialog[open]");
    await page.locator("dialog button.primary").focus();
    await press(page, "Enter");
    await until("refused with the reason", async () => /both readers must answer/.test(await text(page, "dialog")));
    assert.deepEqual(await axe(page), []);
  });

  zoomed(test, "r.reader", [["/labelling", ".inv tbody tr"], ["/labelling/l3", ".lreview .finding"], ["/labelling/l1", ".cells"]]);

  looks(test, "labelling", "a.judge", [
    ["projects", (page) => page.waitForSelector(".inv tbody tr"), "/labelling"],
    ["judge", async (page) => {
      await page.waitForSelector(".others");
      await filmIsThere(page);
    }, "/labelling/l2"],
    ["agreement", (page) => page.waitForSelector(".cells"), "/labelling/l2?view=agreement"],
  ]);
  looks(test, "a reader's labelling", "r.reader", [
    ["labelling", async (page) => {
      await page.waitForSelector(".lreview .finding");
      await filmIsThere(page);
      await press(page, "p", "b", "ArrowUp", "Enter", "j", "a", "j");
    }, "/labelling/l3"],
  ]);
  looks(test, "a steward's labelling", "s.steward", [
    ["newproject", async (page) => {
      await page.waitForSelector(".inv tbody tr");
      await press(page, "n");
      await page.waitForSelector(".newproject form");
    }, "/labelling"],
  ]);
}
