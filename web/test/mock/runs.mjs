// Runs of the mock: one running, one failed, three done, one of which made the model in production.
import { thumbnail } from "./film.mjs";
import { estimate, kGates, kSubgroups } from "./oversight.mjs";
import { Refusal } from "./refusal.mjs";

const kRuns = [
  ["r165", "running", "chest@77aa01bc", 1, null, null, 3480, "", "a41c9e02"],
  ["r163", "done", "chest@5be1d07c", 2, 0.908, 0.012, 8640, "chest-consolidation@3", "77d0b3f1"],
  ["r162", "failed", "chest@77aa01bc", 1, null, null, 4, "", "77d0b3f1"],
  ["r161", "done", "chest@5be1d07c", 3, 0.897, 0.001, 9180, "", "2c80f714"],
  ["r148", "done", "chest@5be1d07c", 1, 0.896, null, 9060, "chest-consolidation@2", "2c80f714"],
];

function rowOf([name, state, dataset, seed, auroc, difference, seconds, model, revision]) {
  return {
    name, study: "consolidation", kind: "train", state, error: state === "failed" ? "labels.csv line 2,031: study N26-090114 is not in the data set" : "",
    dataset, dataset_digest: dataset.split("@")[1].padEnd(64, "0"), seed,
    metric: { name: "AUROC", value: auroc && { value: auroc, lower: auroc - 0.015, upper: auroc + 0.014, n: 2214 }, value_why: auroc ? "" : "the run is not done" },
    difference: difference && { value: difference, lower: difference - 0.009, upper: difference + 0.009, n: 2214 }, difference_why: difference ? "" : name === "r148" ? "in production" : "the run is not done",
    compared_with: "chest-consolidation@2", started: "2026-10-01T02:14:00Z", ended: state === "done" ? "2026-10-01T04:45:00Z" : "", seconds, model, revision,
  };
}

/** A curve of the given area: sensitivity = fpr^(1/a - 1). */
const curve = (area) => Array.from({ length: 801 }, (_, i) => [i / 800, (i / 800) ** (1 / area - 1)]);

function detail(row) {
  const isDone = row.state === "done";
  const area = row.metric.value?.value ?? 0.5;
  const why = isDone ? "" : row.state === "failed" ? "the run failed" : "the run is not done";
  return {
    ...row, why, report: isDone ? `/api/runs/${row.name}/report` : "",
    lineage: [
      { kind: "films", label: "14,760 films", digest: "", href: "" }, { kind: "dataset", label: row.dataset, digest: row.dataset_digest, href: "" },
      { kind: "run", label: row.name, digest: "", href: `/runs/${row.name}` },
      ...(row.model ? [{ kind: "package", label: row.model, digest: "9f2c41ab".padEnd(64, "0"), href: `/oversight/${row.model.replace("@", "/")}` }, { kind: "stage", label: "production since 6 Oct 2026", digest: "", href: `/oversight/${row.model.replace("@", "/")}` }] : []),
    ],
    numbers: isDone ? [["AUROC", row.metric.value], ["AUPRC", estimate(0.729, 0.04, 2214)], ["Sensitivity at 0.14", estimate(0.88, 0.03, 486)], ["Specificity at 0.14", estimate(0.71, 0.02, 1728)],
      ["Calibration error", { value: 0.013, lower: 0.011, upper: 0.028, n: 2214 }], ["AUROC of the metadata alone", null]].map(([name, value]) => ({ name, value, value_why: value ? "" : "no metadata was given" })) : [],
    curve: row.state === "failed" ? [] : Array.from({ length: isDone ? 22 : 9 }, (_, i) => ({ epoch: i + 1, loss: 0.6 * Math.exp(-i / 6) + 0.1, validation_loss: i === 3 ? null : 0.55 * Math.exp(-i / 7) + 0.16, validation_auroc: i === 3 ? null : 0.9 - 0.3 * Math.exp(-i / 4) - 0.004 * (i % 3), validation_auprc: 0.73 - 0.25 * Math.exp(-i / 5) })),
    roc: isDone ? { points: curve(area), operating: { fpr: estimate(0.29, 0.02, 1728), tpr: estimate(0.29 ** (1 / area - 1), 0.03, 486) }, n: 2214, positive: 486 } : { points: [], operating: null, n: 0, positive: 0 },
    reliability: {
      bins: isDone ? [0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.34, 0.56, 0.85].map((mean, i) => ({ mean, observed: mean * 1.02, lower: Math.max(0, mean * 1.02 - 0.02 - mean * 0.07), upper: Math.min(1, mean * 1.02 + 0.02 + mean * 0.07), n: 221 + (i > 5 ? 1 : 0) })) : [],
      slope: isDone ? { value: 0.97, lower: 0.88, upper: 1.06, n: 2214 } : null, slope_why: why, intercept: isDone ? { value: -0.02, lower: -0.15, upper: 0.11, n: 2214 } : null, intercept_why: why,
    },
    subgroups: isDone ? kSubgroups : { metric: "sensitivity", floor: 0.8, rows: [], omitted: [] }, gates: isDone ? kGates : [],
    worst: isDone ? [[0.02, "present"], [0.03, "present"], [0.04, "present"], [0.94, "absent"], [0.93, "absent"], [0.91, "absent"]].map(([probability, label], i) => ({ item: `film${i}`, label, probability, thumbnail: `/api/runs/${row.name}/worst/${i + 1}` })) : [],
    environment: { processor: "16 cores", memory_bytes: 66571993088, libtorch: "1.13.1", osler: "0.4.0" },
    parameters: { study: { name: "consolidation", training: { epochs: 22, batch: 16, optimiser: { name: "adamw", rate: 0.0003 } }, gates: { sensitivity_lower: 0.85 } }, seed: row.seed },
  };
}

export function makeRuns() {
  const rows = kRuns.map(rowOf);
  const find = (name) => {
    const row = rows.find((one) => one.name === name);
    if (!row) throw new Refusal(404, "NotFound", "There is no such run.", "The table of runs lists them all.");
    return row;
  };
  function compare(query) {
    const [a, b] = [find(query.get("a")), find(query.get("b"))];
    const [one, two] = [detail(a), detail(b)];
    return {
      a, b, differs: [{ key: "seed", a: a.seed, b: b.seed }, { key: "study.training.batch", a: 16, b: null }],
      metrics: one.numbers.map(({ name, value }, i) => ({ name, a: value, b: two.numbers[i]?.value ?? null, difference: value && two.numbers[i]?.value ? { value: value.value - two.numbers[i].value.value, lower: -0.012, upper: 0.019, n: 2214 } : null, difference_why: "no metadata was given", paired: true })),
      unpaired_why: "", roc: { a: one.roc.points, b: two.roc.points },
    };
  }
  function answer(user, parts, query) {
    if (!user.permissions.includes("run.read")) throw new Refusal(403, "PermissionDenied", "Runs are for engineer and governance.");
    if (parts[0] === "compare") return compare(query);
    const [, name, what] = parts;
    if (name === undefined) return { runs: rows };
    return what === "worst" ? { picture: thumbnail(104, 104) } : detail(find(name));
  }
  return { answer };
}
