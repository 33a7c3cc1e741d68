// Made-up people and films for the page tests: the worklist of the design, studies that hold every
// state of a finding, and hostile text. Nothing here reaches the built pages.
const kMinute = 60_000;
const iso = (ms) => new Date(ms).toISOString();
const local = (ms) => {
  const d = new Date(ms);
  const two = (n) => String(n).padStart(2, "0");
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}:00`;
};

const kTargets = { critical: 30, urgent: 60, routine: 240 };
export const kHostileName = "<img src=x onerror=alert(1)>\u202eDNILASOR";

// urgency, waited minutes, name, id, sex, age, title, place, ai, findings, why, extra
const kFirst = [
  ["critical", 33, "PHANTOM, Percival", "T-005190", "M", "71 y", "Chest AP, portable", "Resus 2", "failed", [["Consolidation", "failed", "Frame 1 cut short: JPEG 2000"]], "Critical, no AI: read first"],
  ["urgent", 64, "TESTCASE, Rosalind", "T-004417", "F", "63 y", "Chest AP, portable", "Ward 7B", "done", [["Consolidation", "above"], ["Effusion", "undecided"], ["Heart size", "no_result"]], "Longest urgent wait", { assessed: 2 }],
  ["routine", 251, "SPECIMEN, Solveig", "T-003086", "F", "44 y", "Chest PA and lateral", "Clinic 3", "done", [["Consolidation", "below"], ["Effusion", "below"]], "Longest routine wait", { assessed: 3 }],
  ["critical", 12, "SAMPLE, Sigrid", "T-006021", "F", "58 y", "Chest AP, portable", "ICU bed 4", "queued", [["Consolidation", "queued", "result in about 1 min"]], "Critical by the order"],
  ["urgent", 52, "見本 太郎 (MIHON, Taro)", "T-005533", "M", "66 y", "Chest PA", "Emergency", "done", [["Effusion", "above"], ["Consolidation", "below"]], "Urgent, 0:08 left", { assessed: 3 }],
  ["urgent", 47, "PLACEHOLDER, Priya", "T-005871", "F", "37 y", "Chest PA", "Emergency", "done", [["Consolidation", "above"], ["Effusion", "below"]], "AI raised it from routine", { warnings: 1, raised_by: "site rule 4" }],
  ["urgent", 41, "FIXTURE, Ferdinand", "T-002274", "M", "82 y", "Chest AP, portable", "Ward 4A", "done", [["Consolidation", "undecided"], ["Effusion", "below"]], "Urgent, 0:19 left", { assessed: 3 }],
  ["routine", 214, "EXAMPLE, Emeka", "T-001902", "M", "51 y", "Chest PA", "Clinic 1", "done", [["Consolidation", "below"], ["Effusion", "below"]], "Routine, 0:26 left", { assessed: 3 }],
  ["urgent", 22, "DUMMY, Dorothea", "T-006110", "F", "9 y", "Chest PA", "Children’s", "out_of_scope", [["Consolidation", "no_result", "Models are for 18 y and over"]], "Urgent by the order"],
  ["urgent", 9, "MOCKUP, Mateo", "T-006127", "M", "29 y", "Chest PA", "Emergency", "queued", [["Consolidation", "queued", "result in about 1 min"]], "Urgent by the order"],
  ["routine", 188, "STANDIN, Saoirse", "T-004902", "F", "70 y", "Chest PA", "Clinic 1", "done", [["Heart size", "above"], ["Effusion", "below"]], "By waiting time", { assessed: 3 }],
  ["routine", 171, "TEMPLATE, Tomás", "T-003377", "M", "48 y", "Chest PA and lateral", "Clinic 3", "done", [["Consolidation", "below"], ["Effusion", "below"], ["Lateral view", "no_result"]], "By waiting time", { assessed: 3 }],
  ["routine", 160, "NOBODY, Nadia", "T-004018", "F", "55 y", "Chest AP, portable", "Ward 2C", "failed", [["Consolidation", "failed", "Engine stopped after 30 s, retry 2 of 3"]], "By waiting time"],
  ["routine", 149, "BLANK, Bertil", "T-002655", "M", "77 y", "Chest lateral only", "Ward 2C", "out_of_scope", [["Consolidation", "no_result", "Models need a frontal film"]], "By waiting time"],
  ["routine", 131, kHostileName, "T-<b>005004</b>", "F", "61 y", "Chest, portable, supine, ward 7B, bed 4, repeat of 08:12, please compare", "Clinic 2 &amp; annex", "done", [["Consolidation", "below"], ["Effusion", "below"]], "By waiting time", { assessed: 3 }],
  ["routine", 118, "TRIAL, Thaddeus", "T-001277", "M", "39 y", "Chest PA", "Clinic 2", "done", [["Effusion", "undecided"], ["Consolidation", "below"]], "By waiting time", { assessed: 3 }],
  ["routine", 96, "اختبار, مريم", "T-005218", "F", "46 y", "Chest PA", "Clinic 1", "done", [["Consolidation", "below"], ["Effusion", "below"]], "By waiting time", { assessed: 3 }],
  ["routine", 83, "PROTOTYPE, Piotr", "T-003940", "M", "64 y", "Chest AP, portable", "Ward 7B", "done", [["Consolidation", "below"], ["Effusion", "below"]], "By waiting time", { assessed: 2 }],
  ["routine", 58, "REPLICA, Rania", "T-004471", "F", "52 y", "Chest PA", "Clinic 2", "done", [["Consolidation", "below"], ["Effusion", "below"]], "By waiting time", { assessed: 3 }],
];

function groupOf(urgency, waited) {
  const left = kTargets[urgency] - waited;
  return left < 0 ? "over" : left <= 30 && urgency !== "routine" ? (waited > 22 || urgency === "critical" ? "soon" : "later") : left <= 30 ? "soon" : "later";
}

function rowOf(entry, study, start, number) {
  const [urgency, waited, name, id, sex, age, title, place, ai, findings, why, extra = {}] = entry;
  const arrived = start - waited * kMinute;
  return {
    study, urgency, raised_by: "", arrived: iso(arrived), due: iso(arrived + kTargets[urgency] * kMinute),
    group: groupOf(urgency, waited), waiting_seconds: waited * 60, target_seconds: kTargets[urgency] * 60,
    patient: { name, id, sex, age, birth_date: "1963-02-14" }, title, place, acquired: local(arrived),
    accession: `N26-${118204 + number}`, ai, findings: findings.map(([label, state, reason = ""]) => ({ label, state, reason })),
    assessed: 0, of: 4, warnings: 0, why, acknowledged: null, ...extra,
  };
}

/** The first 19 are the design's; the rest fill up to `count` for the test of size. */
export function worklist(count, start) {
  const rows = kFirst.map((entry, i) => rowOf(entry, `1.2.826.0.1.3680043.9.7.${1000 + i}`, start, i));
  for (let i = rows.length; i < count; i += 1) {
    const from = kFirst[(i * 7) % kFirst.length];
    const entry = [...from];
    entry[2] = `MADEUP, Number ${i}`;
    entry[3] = `T-1${String(i).padStart(5, "0")}`;
    entry[0] = "routine";
    entry[1] = 5 + ((i * 13) % 200);
    rows.push(rowOf(entry, `1.2.826.0.1.3680043.9.8.${i}`, start, i));
  }
  const order = { over: 0, soon: 1, later: 2 };
  rows.sort((a, b) => order[a.group] - order[b.group] || (a.study < b.study && count <= 19 ? -1 : Date.parse(a.due) - Date.parse(b.due)));
  if (count <= 19) rows.sort((a, b) => order[a.group] - order[b.group] || Number(a.study.split(".").pop()) - Number(b.study.split(".").pop()));
  return rows;
}

const kReasons = [
  { code: "artefact", text: "Overlying structure or artefact" },
  { code: "old", text: "Old or known change" },
  { code: "technique", text: "Technique: rotation, low volume" },
  { code: "other", text: "Other finding explains it" },
  { code: "not_visible", text: "Not visible to me" },
  { code: "view", text: "Needs another view" },
];

/** A bump over a coarse grid, as a saliency map is. */
function bump(cx, cy, sx, sy, box, size = 7) {
  const values = [];
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const dx = (x + 0.5) / size - cx;
      const dy = (y + 0.5) / size - cy;
      values.push(Math.round(1000 * Math.exp(-(dx * dx) / (2 * sx * sx) - (dy * dy) / (2 * sy * sy))) / 1000);
    }
  }
  return { width: size, height: size, values, box };
}

const model = (name, version, digest) => ({
  name, version, digest: digest.padEnd(64, "0"), stage: "production", href: `/oversight/${name}/${version}`,
});

function finding(id, tag, label, state, more) {
  return {
    id, tag, code: { system: "http://snomed.info/sct", code: "000", display: label }, label, state, sentence: "", reason: "", sop: "",
    probability: null, lower: null, upper: null, threshold: null, tier: "", tier_text: "", similar_n: null, similar_positive: null,
    per_100: null, model: model("chest-consolidation", "2.1.0", "9f2c41ab"), scored: "", intended_use: "", map: null, answers: [],
    reasons: [], decision: null, similar: [], ...more,
  };
}

const kUse = "Decision support for radiologists on frontal chest films of adults. Not a cleared medical device.";

function consolidation(sop, scored) {
  return finding("f1", "A", "Consolidation", "above", {
    sentence: "Score consistent with consolidation, right lower zone.", sop, probability: 0.87, lower: 0.8, upper: 0.91, threshold: 0.14,
    tier: "high", tier_text: "Check outline A, then confirm or reject it.", similar_n: 136, similar_positive: 118, per_100: 87, scored,
    intended_use: kUse, map: bump(0.33, 0.62, 0.13, 0.1, [0, 0, 2048, 2500]), answers: ["agree", "disagree", "cannot_say"], reasons: kReasons,
    similar: [
      { thumbnail: "/api/similar/chest-consolidation/1/1", label: "Consolidation", positive: true, text: "2 of 2 readers, CT" },
      { thumbnail: "/api/similar/chest-consolidation/1/2", label: "Consolidation", positive: true, text: "2 of 2 readers" },
      { thumbnail: "/api/similar/chest-consolidation/1/3", label: "Not consolidation", positive: false, text: "atelectasis, 3 readers" },
    ],
  });
}

function effusion(sop, scored) {
  return finding("f2", "B", "Pleural effusion", "undecided", {
    sentence: "The interval crosses the threshold: this score does not decide.", sop, probability: 0.31, lower: 0.24, upper: 0.39,
    threshold: 0.28, tier: "undecided", tier_text: "Read the right base as if there were no AI. Cause of the doubt: leads over the region.",
    similar_n: 142, similar_positive: 44, per_100: 31, scored, intended_use: kUse, map: bump(0.17, 0.76, 0.06, 0.11, [0, 0, 2048, 2500], 9),
    answers: ["present", "absent", "cannot_say"], reasons: kReasons, model: model("chest-effusion", "1.3.2", "c07d5e19"),
  });
}

function allStates(sop, scored) {
  return [
    consolidation(sop, scored), effusion(sop, scored),
    finding("f3", "C", "Nodule", "below", {
      sentence: "Score below the threshold for a nodule.", sop, probability: 0.04, lower: 0.02, upper: 0.07, threshold: 0.2, tier: "low",
      tier_text: "Read as usual. A low score does not exclude the finding.", similar_n: 903, similar_positive: 36, per_100: 4, scored,
      intended_use: kUse, answers: ["agree", "disagree", "cannot_say"], reasons: kReasons, model: model("chest-nodule", "1.0.4", "77aa01bc"),
    }),
    finding("f4", "D", "Heart size", "no_result", {
      reason: "AP film. The model is validated on PA films only; on AP the heart looks larger than it is. Nothing was scored: judge it as usual.",
      model: model("chest-heart-size", "1.1.0", "51e8a0f2"),
    }),
    finding("f5", "E", "Mass", "failed", { reason: "No result: the engine stopped after 30 s. Retry 2 of 3 at 09:52. Read as usual.", model: model("chest-mass", "0.9.0", "aa51e8a0") }),
    finding("f6", "F", "Fracture", "queued", { reason: "Second in queue, about 1 min. The page updates by itself.", model: model("chest-fracture", "0.3.0", "bb51e8a0") }),
    finding("f7", "G", "Pneumothorax", "paused", { reason: "Model off since 18 Nov, 14:20, by G. Overseer and C. Lead. Nothing was scored.", model: model("chest-pneumothorax", "3.0.0", "cc51e8a0") }),
    finding("f8", "H", "Oedema", "withdrawn", { reason: "Scored 2 Oct by 2.0.3, recalled 5 Oct. The old score is kept in the record, not shown.", model: model("chest-oedema", "2.0.3", "dd51e8a0") }),
  ];
}

export function imageOf(study, number, change = {}) {
  const sop = `${study}.${number}`;
  return {
    sop, series: `${study}.0`, number, rows: 2500, columns: 2048, bits_stored: 12, signed: false, photometric: "MONOCHROME2", slope: 1, intercept: 0,
    frames: 1, windows: [{ name: "As sent", center: 2048, width: 4096 }, { name: "Lungs", center: 1100, width: 1800 }, { name: "Mediastinum", center: 2900, width: 1900 }],
    range: [0, 4095], spacing_mm: [0.168, 0.168], spacing_source: "detector", orientation: { left: "R", right: "L", top: "H", bottom: "F" },
    laterality: "", modality: "DX", view: "AP", pixels: `/api/studies/${study}/images/${sop}/pixels`, thumbnail: `/api/studies/${study}/images/${sop}/thumbnail`, ...change,
  };
}

export const kPrior = "1.2.826.0.1.3680043.9.7.500";

/** The study behind a row. Number 1 is the design's, 15 hostile, 3 held until the first read. */
export function studyOf(row, rows) {
  const index = rows.indexOf(row);
  const number = Number(row.study.split(".").pop());
  const held = number === 1004;
  const image = imageOf(row.study, 1, row.title.includes("lateral") ? { frames: 1 } : {});
  const images = row.title.includes("lateral") ? [image, imageOf(row.study, 2, { photometric: "MONOCHROME1", view: "LL", spacing_mm: null, spacing_source: "", orientation: null })] : [image];
  const scored = iso(Date.parse(row.arrived) + 127_000);
  const states = number === 1001
    ? [consolidation(image.sop, scored), effusion(image.sop, scored), { ...allStates(image.sop, scored)[3], tag: "C", scored }]
    : row.ai === "done" ? allStates(image.sop, scored) : row.findings.map((f, i) => finding(`f${i + 1}`, "ABC"[i], f.label, f.state, { reason: f.reason, sop: image.sop }));
  return {
    study: row.study, urgency: row.urgency, raised_by: row.raised_by, arrived: row.arrived, due: row.due, waiting_seconds: row.waiting_seconds,
    target_seconds: row.target_seconds, position: index + 1, of: rows.length, next: rows[index + 1]?.study ?? null, previous: rows[index - 1]?.study ?? null,
    patient: row.patient, title: row.title, place: row.place, acquired: row.acquired, accession: row.accession,
    question: row.patient.name === kHostileName ? Array.from({ length: 60 }, (_, i) => `line ${i + 1} of the order <script>alert(${i})</script>`).join("\n") : "fever, cough for 4 days; consolidation?",
    acknowledged: row.acknowledged, first_read: null, marks_allowed: !held, status: "preliminary", report: `/fhir/DiagnosticReport/${number}`, images,
    priors: number === 1001 ? [{ study: kPrior, title: "Chest PA", acquired: "2026-08-02T10:15:00" }] : [], findings: states,
    not_assessed: [
      { what: "Pneumothorax", why: "Model paused since 18 Nov, 14:20: new detector at North." },
      { what: "Nodule, mass", why: "No model at this site." },
      { what: "Lines, bones", why: "Outside every model’s intended use. A port and leads are in view." },
      { what: "Lateral view", why: "Not in this study." },
    ],
    quality: { warnings: [{ label: "Leads", text: "Monitoring leads cross both lower zones. Effusion scores are less certain on such films (n 611)." }], passed: ["exposure", "clipping", "rotation", "view", "side marker", "no duplicate"] },
    notices: [],
  };
}
