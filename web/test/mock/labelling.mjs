// Labelling projects of the mock: r.reader and b.reader read, a.judge settles, s.steward manages.
import { imageOf } from "./data.mjs";
import { Refusal } from "./refusal.mjs";

const kFindings = [{ code: "opacity", label: "Opacity" }, { code: "effusion", label: "Pleural effusion" }, { code: "device", label: "Line or device" }];
const kAnswers = ["present", "absent", "unsure"];

/** What the second reader said, and the first where the project is nearly done. */
const answerOf = (film, finding, reader) => kAnswers[(film * 7 + finding * 3 + (film % 5 === 0 ? reader : 0)) % 5 < 2 ? 0 : (film * 3 + finding) % 11 === 0 ? 2 : 1];

function film(project, number) {
  const image = imageOf("1.2.826.0.1.3680043.9.9", number, { rows: 1250, columns: 1024, spacing_mm: null, spacing_source: "" });
  const at = `/api/labelling/${project}/items/${number}`;
  return { ...image, sop: String(number), series: "", number: 1, pixels: `${at}/pixels`, thumbnail: `${at}/thumbnail` };
}

function projectOf(id, name, films, more) {
  return { id, name, dataset: "phantom@5be1d07c", findings: kFindings, boxes: true, readers: ["r.reader", "b.reader"], adjudicator: "a.judge",
    films, state: "open", result: "", created: "2026-11-20T09:00:00Z", ...more };
}

export function makeLabelling() {
  const log = [];
  const projects = [
    projectOf("l3", "Chest, second pass", 6, {}),
    projectOf("l2", "Chest, first pass", 40, { boxes: false, findings: kFindings.slice(0, 1) }),
    projectOf("l1", "Phantom films", 20, { state: "closed", result: "9f2c41ab".padEnd(64, "0") }),
  ];
  // Given answers by project, person and film.
  const given = new Map(projects.map((project) => [project.id, new Map()]));
  const seat = (project, name) => (project.readers.includes(name) ? "reader" : project.adjudicator === name ? "adjudicator" : "");
  const key = (name, item) => `${name} ${item}`;
  const fill = (project, name, to) => {
    for (let i = 1; i <= to; i += 1) {
      given.get(project.id).set(key(name, i), {
        answers: Object.fromEntries(project.findings.map(({ code }, f) => [code, answerOf(i, f, name === "r.reader" ? 0 : 1)])),
        boxes: project.boxes && answerOf(i, 0, 1) === "present" ? { opacity: name === "r.reader" ? [240, 640, 470, 900] : [260, 660, 440, 860] } : {},
      });
    }
  };
  fill(projects[0], "b.reader", 6);
  fill(projects[1], "r.reader", 12);
  fill(projects[1], "b.reader", 31);
  fill(projects[2], "r.reader", 20);
  fill(projects[2], "b.reader", 20);
  fill(projects[2], "a.judge", 20);

  const said = (project, name, item) => given.get(project.id).get(key(name, item));
  const disputed = (project, item) => {
    const [one, two] = project.readers.map((name) => said(project, name, item)?.answers);
    if (!one || !two) return [];
    return project.findings.map(({ code }) => code).filter((code) => one[code] !== two[code] || one[code] === "unsure");
  };
  const settled = (project, item, code) => said(project, project.adjudicator, item)?.answers[code] ?? null;
  const numbers = (project) => Array.from({ length: project.films }, (_, i) => i + 1);
  const open = (project, item) => disputed(project, item).filter((code) => settled(project, item, code) === null);

  function waiting(project, name) {
    if (project.state === "closed") return [];
    const role = seat(project, name);
    if (role === "reader") return numbers(project).filter((item) => !said(project, name, item));
    return role === "adjudicator" ? numbers(project).filter((item) => open(project, item).length > 0) : [];
  }
  const seesBoth = (project, user) => project.state === "closed" || seat(project, user.name) === "adjudicator" ||
    (user.permissions.includes("label.manage") && seat(project, user.name) === "");

  function describe(project, user) {
    const left = waiting(project, user.name).length;
    return {
      ...project, mine: { role: seat(project, user.name), done: numbers(project).filter((item) => said(project, user.name, item)).length, left },
      answered: project.readers.reduce((sum, name) => sum + numbers(project).filter((item) => said(project, name, item)).length, 0),
      disagreements: seesBoth(project, user) ? numbers(project).reduce((sum, item) => sum + (project.state === "open" ? open(project, item).length : 0), 0) : null,
    };
  }

  function itemFor(project, user, item) {
    const own = said(project, user.name, item);
    const judges = seat(project, user.name) === "adjudicator";
    return {
      id: String(item), number: item, of: project.films, asked: judges ? disputed(project, item) : project.findings.map(({ code }) => code),
      image: film(project.id, item), answers: own?.answers ?? null, boxes: own?.boxes ?? null,
      others: judges ? project.readers.map((name, i) => ({ reader: `Reader ${i + 1}`, ...said(project, name, item) })) : null,
    };
  }
  const next = (project, user) => {
    const [item] = waiting(project, user.name);
    return { item: item === undefined ? null : itemFor(project, user, item) };
  };

  function agreementOf(project) {
    const both = numbers(project).filter((item) => project.readers.every((name) => said(project, name, item)));
    const findings = project.findings.map(({ code, label }) => {
      const table = { both_present: 0, only_first: 0, only_second: 0, both_absent: 0, unsure: 0 };
      for (const item of both) {
        const [one, two] = project.readers.map((name) => said(project, name, item).answers[code]);
        const cell = [one, two].includes("unsure") ? "unsure" : one === two ? `both_${one}` : one === "present" ? "only_first" : "only_second";
        table[cell] += 1;
      }
      const n = both.length - table.unsure;
      const estimable = n > 1 && table.both_present > 0 && table.both_absent > 0;
      return {
        code, label, table, films: both.length, kappa: estimable ? { value: 0.78, lower: 0.61, upper: 0.92, n } : null,
        kappa_with_unsure: estimable ? { value: 0.69, lower: 0.52, upper: 0.84, n: both.length } : null,
        ...(!estimable && { kappa_why: "both readers gave one answer to every film" }),
      };
    });
    const disagreements = both.flatMap((item) => disputed(project, item).map((code) => ({
      item: String(item), number: item, finding: code, answers: project.readers.map((name) => said(project, name, item).answers[code]), settled: settled(project, item, code),
    })));
    return { findings, disagreements };
  }

  function finish(project, body) {
    const whole = numbers(project).filter((item) => project.readers.every((name) => said(project, name, item)));
    if (whole.length < project.films && !body.leave_out_unanswered) {
      throw new Refusal(409, "FailedPrecondition", `${project.films - whole.length} films that both readers must answer to go`, "wait for the readers, or leave those films out");
    }
    const disputes = whole.reduce((sum, item) => sum + open(project, item).length, 0);
    if (disputes > 0) throw new Refusal(409, "FailedPrecondition", `${disputes} disagreements that the adjudicator must settle to go`);
    Object.assign(project, { state: "closed", result: "ab12cd34".padEnd(64, "0") });
    return { dataset: "phantom@ab12cd34", version: 3, digest: project.result, films: whole.length, left_out: project.films - whole.length, unsettled: 0 };
  }

  function answer(user, method, [id, what, item, more], body) {
    const manages = user.permissions.includes("label.manage");
    if (!manages && !user.permissions.includes("label.answer")) throw new Refusal(403, "PermissionDenied", "Labelling is for readers and data stewards.");
    if (id === undefined && method === "GET") return { projects: projects.filter((project) => manages || seat(project, user.name)).map((project) => describe(project, user)) };
    if (id === "choices") return { datasets: [{ name: "phantom", version: "phantom@5be1d07c", films: 400, digest: "5be1d07c".padEnd(64, "0") }], readers: ["r.reader", "b.reader", "a.judge"] };
    if (id === undefined) {
      const project = projectOf(`l${projects.length + 1}`, body.name, body.films, { findings: body.findings, boxes: body.boxes, readers: body.readers, adjudicator: body.adjudicator });
      given.set(project.id, new Map());
      projects.unshift(project);
      log.push({ create: body });
      return describe(project, user);
    }
    const project = projects.find((one) => one.id === id);
    if (!project) throw new Refusal(404, "NotFound", "There is no such project.");
    if (!manages && !seat(project, user.name)) throw new Refusal(403, "PermissionDenied", "You have no part in this project.");
    if (what === undefined) return describe(project, user);
    if (what === "next") return next(project, user);
    if (what === "agreement") {
      if (!seesBoth(project, user)) throw new Refusal(403, "PermissionDenied", "A reader sees the other’s answers when the project is closed.");
      return agreementOf(project);
    }
    if (what === "finish") return finish(project, body);
    if (more === "pixels" || more === "thumbnail") return { film: film(id, Number(item)), more };
    if (project.state === "closed") throw new Refusal(409, "FailedPrecondition", "The project is closed.");
    log.push({ project: id, item, ...body });
    given.get(id).set(key(user.name, Number(item)), { answers: body.answers, boxes: body.boxes });
    return next(project, user);
  }
  return { answer, log };
}
