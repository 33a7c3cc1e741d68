// Models of the mock: chest-consolidation has everything, chest-effusion no answers, film-view is
// new. Anybody with model.pause may ask; another person confirms.
import { Refusal } from "./refusal.mjs";

const kDay = 86_400_000;
const iso = (ms) => new Date(ms).toISOString();
const date = (ms) => iso(ms).slice(0, 10);
export const estimate = (value, half, n) => ({ value, lower: Math.max(0, value - half), upper: Math.min(1, value + half), n });

export const kSubgroups = {
  metric: "sensitivity", floor: 0.8, omitted: ["site: 31 of 34 groups, 112 films"],
  rows: [
    ["age", "80 and over", 316, 78, 0.74, 0.1], ["age", "60 to 79", 794, 176, 0.91, 0.04], ["age", "40 to 59", 733, 151, 0.92, 0.04], ["age", "18 to 39", 371, 81, 0.9, 0.065],
    ["sex", "women", 1053, 221, 0.9, 0.04], ["sex", "men", 1161, 265, 0.87, 0.04], ["view", "AP", 1211, 284, 0.89, 0.035], ["view", "PA", 1003, 202, 0.88, 0.045], ["site", "Harbour", 77, 9, null, 0],
  ].map(([attribute, group, n, positive, value, half]) => ({ attribute, group, n, positive, value: value === null ? null : estimate(value, half, positive), why: value === null ? "fewer than 20 films with the finding" : "" })),
};

export const kGates = [
  { name: "auroc", verdict: "pass", value: estimate(0.896, 0.015, 2214), limit: "≥ 0.80", text: "AUROC is 0.896." },
  { name: "sensitivity", verdict: "pass", value: estimate(0.88, 0.03, 486), limit: "≥ 0.85", text: "Sensitivity is 0.88." },
  { name: "ece", verdict: "pass", value: { value: 0.013, lower: 0.011, upper: 0.028, n: 2214 }, limit: "≤ 0.05", text: "" },
  { name: "subgroup_gap", verdict: "inconclusive", value: { value: 0.14, lower: 0.05, upper: 0.24, n: 78 }, limit: "≤ 0.10", text: "The gap between subgroups is 0.14 (0.05 to 0.24): the interval holds the limit." },
  { name: "leakage", verdict: "pass", value: { value: 0, lower: null, upper: null, n: 11204 }, limit: "none", text: "" },
];

const kCard = `# chest-consolidation 2\n\nDecision support for **frontal chest films of adults**. <script>alert(1)</script>\n\n## Use\n\n- Reads AP and PA films\n- *Not* for children\n- Code: \`chest-consolidation@2\`\n\n## Performance\n\n| Measure | Value | 95 % interval |\n|---|---:|---|\n| AUROC | 0.896 | 0.881 to 0.911 |\n| Sensitivity | 0.88 | 0.85 to 0.91 |\n\n1. Measured on 2,214 films\n2. See [the runs](/runs) and [nothing](javascript:alert(1))\n\n> Not a cleared medical device.\n`;

function daysOf(now, full) {
  return Array.from({ length: 30 }, (_, i) => {
    const films = full ? 96 + ((i * 37) % 61) : 0;
    const failed = full && i === 24 ? 6 : full && i % 9 === 5 ? 1 : 0;
    const scored = Math.max(0, films - 7 - failed);
    const answers = full ? Math.round(scored * 0.84) : 0;
    return { day: date(now - (29 - i) * kDay), films, scored, failed, p50_ms: full && i !== 11 ? 1800 + ((i * 53) % 300) : null, p95_ms: full && i !== 11 ? 3600 + ((i * 91) % 700) : null, agree: Math.round(answers * (0.93 - i * 0.001)), answers };
  });
}

function rowOf(name, version, more) {
  return {
    name, version, finding: "Consolidation", intended_use: "", owner: "Radiology", risk: "II", stage: "production", state: "live", since: "2026-10-06T08:00:00Z", last_validation: "2026-10-01",
    next_review: "2027-02-03", run: "", window_days: 30, films: 0, scored: 0, no_result: 0, failed: 0, latency_ms: null,
    answers: { answers: 0, agree: 0, disagree: 0, cannot_say: 0, undecided: 0 }, agreement: null, agreement_why: "no answers in the last 30 days", override: null, override_why: "no answers in the last 30 days",
    gap: null, gap_why: "no groups were measured", digest: "9f2c41ab".padEnd(64, "0"), decision_needed: "", ...more,
  };
}

export function makeOversight(now = Date.now()) {
  const log = [];
  const full = {
    run: "r148", films: 3637, scored: 3412, no_result: 214, failed: 11, latency_ms: { p50: 1900, p95: 3800 },
    answers: { answers: 2871, agree: 2612, disagree: 196, cannot_say: 63, undecided: 241 }, agreement: estimate(0.91, 0.01, 2871), agreement_why: "", override: estimate(0.068, 0.009, 2871), override_why: "",
    gap: { points: 18, group: "80 and over", other: "40 to 59", metric: "sensitivity", n: 78, difference: { value: 0.18, lower: 0.08, upper: 0.28, n: 78 } }, gap_why: "",
  };
  const rows = [
    rowOf("chest-effusion", 1, { intended_use: "Support reading of effusion, frontal films.", next_review: date(now - 6 * kDay), decision_needed: "Review overdue since 18 Nov." }),
    rowOf("chest-consolidation", 2, { intended_use: "Support reading of consolidation, frontal films of adults. Not a cleared medical device.", ...full }),
    rowOf("chest-consolidation", 3, { intended_use: "Candidate for 2; scores unseen by readers.", stage: "shadow", state: "shadow", run: "r163", decision_needed: "" }),
    rowOf("film-view", 1, { intended_use: "Tell AP from PA; routes films to models.", owner: "", risk: "", stage: "development", state: "proposed", last_validation: "", next_review: "" }),
    rowOf("chest-tb", 1, { intended_use: "Screening films; withdrawn, too few positives.", stage: "retired", state: "retired" }),
  ];
  const pauses = new Map();
  const key = (row) => `${row.name} ${row.version}`;
  const stateOf = (row) => {
    const pause = pauses.get(key(row));
    return !pause ? row.state : pause.state === "asked" ? "pause_asked" : "paused";
  };
  const shown = (row) => {
    const pause = pauses.get(key(row));
    const needed = pause?.state === "asked" ? `Pause asked by ${pause.asked_by}: a second person must confirm it.` : row.decision_needed;
    return { ...row, state: stateOf(row), decision_needed: needed };
  };

  function detail(row) {
    const isFull = row.films > 0;
    const week = (i) => ({ week: date(now - (11 - i) * 7 * kDay), answers: isFull && i !== 4 ? 180 + ((i * 31) % 60) : 0, overrides: isFull && i !== 4 ? 10 + i : 0 });
    return {
      ...shown(row), card: isFull ? kCard : "", gates: isFull ? kGates : [], sign_offs: isFull ? [{ gate: "subgroup_gap", by: "c.lead", reason: "Findings carry a caution at 80 and over." }] : [],
      history: isFull ? [{ to: "shadow", by: "d.deputy", reason: "first silent month", time: "2026-09-07T09:00:00Z" }, { to: "production", by: "c.lead", reason: "gates passed or signed", time: "2026-10-06T08:00:00Z" }] : [],
      days: daysOf(now, isFull), overrides: Array.from({ length: 12 }, (_, i) => week(i)),
      reasons: isFull ? [["artefact", "Overlying structure or artefact", 58], ["old", "Old or known change", 47], ["technique", "Technique: rotation, low volume", 34], ["", "No reason given", 57]].map(([code, text, count]) => ({ code, text, count })) : [],
      by_tier: [["high", 410, 12], ["medium", 622, 61], ["low", 1839, 123], ["undecided", 0, 0]].map(([tier, answers, overrides]) => ({ tier, answers: isFull ? answers : 0, overrides: isFull ? overrides : 0 })),
      by_version: [{ version: 1, answers: isFull ? 5120 : 0, overrides: isFull ? 512 : 0 }, { version: row.version, answers: row.answers.answers, overrides: row.answers.disagree }],
      subgroups: isFull ? kSubgroups : { metric: "sensitivity", floor: null, rows: [], omitted: [] }, subgroups_why: isFull ? "" : "the files of its run are gone",
      pause: pauses.get(key(row)) ?? null, report: isFull ? `/api/models/${row.name}/${row.version}/report` : "",
    };
  }

  function act(user, row, what, step, body) {
    if (!user.permissions.includes("model.pause")) throw new Refusal(403, "PermissionDenied", "Pausing is for governance and administrator.");
    const pause = pauses.get(key(row));
    const at = new Date().toISOString();
    const lapses = new Date(Date.now() + 30 * 60_000).toISOString();
    log.push({ model: row.name, what: [what, step].filter(Boolean).join("/"), by: user.name, ...body });
    if (step === "withdraw") pause?.state === "asked" ? pauses.delete(key(row)) : Object.assign(pause, { state: "paused", lapses: "" });
    else if (step === "confirm") {
      const asker = pause.state === "asked" ? pause.asked_by : pause.resume_asked_by;
      if (asker === user.name) throw new Refusal(403, "PermissionDenied", "Who asked cannot confirm.");
      if (what === "resume") pauses.delete(key(row));
      else Object.assign(pause, { state: "paused", confirmed_by: user.name, confirmed_at: at, lapses: "" });
    } else if (what === "pause") {
      pauses.set(key(row), { state: "asked", reason: body.reason, asked_by: user.name, asked_at: at, confirmed_by: "", confirmed_at: "", resume_reason: "", resume_asked_by: "", resume_asked_at: "", lapses });
    } else Object.assign(pause, { state: "resume_asked", resume_reason: body.reason, resume_asked_by: user.name, resume_asked_at: at, lapses });
    return { pause: pauses.get(key(row)) ?? null };
  }

  function answer(user, method, [name, version, what, step], body) {
    if (!user.permissions.includes("model.read")) throw new Refusal(403, "PermissionDenied", "Models are for governance, engineer and administrator.");
    if (name === undefined) return { models: rows.map(shown) };
    const row = rows.find((one) => one.name === name && String(one.version) === version);
    if (!row) throw new Refusal(404, "NotFound", "There is no such model version.", "The inventory lists them all.");
    if (what === undefined) return detail(row);
    if (method === "POST") return act(user, row, what, step, body);
    throw new Refusal(404, "NotFound", "No such address.");
  }
  return { answer, log, pauses };
}
