import { expect, test } from "vitest";
import { binRow, reliabilityWords, rocTable, rocWords, thin } from "../../charts/square";
import type { RocPoint, RunRow } from "../../api/runs";
import { compareHref, differenceWords, flatten, metricScale, toggled, valueWords } from "./words";

test("two runs are marked at most, and the oldest gives way", () => {
  expect(toggled([], "r1")).toEqual(["r1"]);
  expect(toggled(["r1", "r2"], "r3")).toEqual(["r2", "r3"]);
  expect(toggled(["r1", "r2"], "r1")).toEqual(["r2"]);
  expect(compareHref(["r1"])).toBeNull();
  expect(compareHref(["r1", "r2"])).toBe("/compare?a=r1&b=r2");
});

test("one scale holds every interval", () => {
  const row = (lower: number, upper: number): RunRow => ({ metric: { name: "AUROC", value: { value: (lower + upper) / 2, lower, upper, n: 9 }, value_why: "" } }) as RunRow;
  expect(metricScale([row(0.855, 0.889), row(0.894, 0.922)])).toEqual([0.84, 0.94]);
  expect(metricScale([])).toEqual([0.5, 1]);
  expect(metricScale([row(1, 1)])).toEqual([0.98, 1]);
});

test("differences are signed, values and parameters read as text", () => {
  expect(differenceWords({ value: 0.0121, lower: -0.003, upper: 0.021, n: 9 })).toBe("+0.012 (\u22120.003 to +0.021)");
  expect([valueWords(null), valueWords(true), valueWords([1, 2]), valueWords(0.5), valueWords("")]).toEqual(["absent", "true", "[1,2]", "0.5", "empty"]);
  expect(flatten({ training: { batch: 8, optimiser: { name: "adam" } }, seeds: [1, 2] })).toEqual([["training.batch", "8"], ["training.optimiser.name", "adam"], ["seeds", "[1,2]"]]);
});

test("a curve keeps its ends when it is thinned, and its table rises", () => {
  const points = Array.from({ length: 5001 }, (_, i): RocPoint => [i / 5000, Math.sqrt(i / 5000)]);
  const few = thin(points, 100);
  expect([few.length, few[0], few.at(-1)]).toEqual([100, [0, 0], [1, 1]]);
  const table = rocTable(points);
  expect(table.length).toBe(11);
  expect(table[10]).toEqual(["1.0", "1.000"]);
  expect(Number(table[3]?.[1])).toBeCloseTo(Math.sqrt(0.3), 2);
});

test("plots say their numbers", () => {
  const e = (value: number) => ({ value, lower: value - 0.02, upper: value + 0.02, n: 486 });
  expect(rocWords({ points: [], operating: { fpr: e(0.29), tpr: e(0.88) }, n: 2214, positive: 486 }, "0.896 (0.881 to 0.911)"))
    .toBe("Area 0.896 (0.881 to 0.911). 2,214 films, 486 with the finding, prevalence 22\u2009%. Operating point: sensitivity 0.88 (0.86 to 0.90), 1 − specificity 0.29 (0.27 to 0.31).");
  const bins = [{ mean: 0.1, observed: 0.12, lower: 0.08, upper: 0.17, n: 221 }, { mean: 0.9, observed: null, lower: null, upper: null, n: 222 }];
  expect(reliabilityWords({ bins, slope: e(0.97), slope_why: "", intercept: null, intercept_why: "one class" })).toBe("2 bins of 221 to 222 films; slope 0.97 (0.95 to 0.99), intercept not estimable: one class.");
  expect(binRow(bins[0] ?? { mean: 0, observed: 0, lower: 0, upper: 0, n: 0 })).toEqual(["10\u2009%", "12\u2009% (8 to 17\u2009%)", "221"]);
});
