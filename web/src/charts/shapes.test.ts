import { expect, test } from "vitest";
import type { Subgroups } from "../api/oversight";
import { roundTop } from "./days";
import { forestFrom } from "./forest";
import { rateTop } from "./weeks";
import { wilson } from "./wilson";

test("axes end above what they hold, at a round number", () => {
  expect(roundTop(0)).toBe(1);
  expect(roundTop(159)).toBeGreaterThanOrEqual(159);
  for (const most of [1, 7, 11, 163, 2000, 0.3]) expect(roundTop(most) >= most && roundTop(most) <= most * 2.01).toBe(true);
  expect(rateTop([null, wilson(3, 40)])).toBe(0.2);
  expect(rateTop([])).toBe(0.1);
  expect(rateTop([wilson(9, 10)])).toBe(1);
});

test("a forest's scale holds the floor and the lowest interval", () => {
  const group = (lower: number): Subgroups["rows"][number] => ({ attribute: "age", group: "80 and over", n: 90, positive: 78, value: { value: lower + 0.1, lower, upper: lower + 0.19, n: 78 }, why: "" });
  expect(forestFrom({ metric: "sensitivity", floor: 0.8, rows: [group(0.64)], omitted: [] })).toBe(0.6);
  expect(forestFrom({ metric: "sensitivity", floor: 0.5, rows: [group(0.64)], omitted: [] })).toBe(0.5);
  expect(forestFrom({ metric: "sensitivity", floor: null, rows: [], omitted: [] })).toBe(0.9);
});
