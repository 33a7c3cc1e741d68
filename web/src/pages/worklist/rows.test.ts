import { expect, test } from "vitest";
import type { WorklistCounts, WorklistRow } from "../../api/contract";
import { ariaIndex, bodyHeight, groupStarts, kGroupHeight, kRowHeight, pagesOf, rowAt, rowTop, visibleSpan } from "./rows";

const counts = (group: WorklistCounts["group"]): WorklistCounts => ({
  view: { open: 0, acknowledged: 0, all: 0 }, urgency: { critical: 0, urgent: 0, routine: 0 }, ai: {}, ...(group ? { group } : {}),
});
const starts = groupStarts(10_000, counts({ over: 3, soon: 5, later: 9992 }), () => undefined, []);

test("groups begin where the server's counts say", () => {
  expect(starts.map(({ group, start }) => [group, start])).toEqual([["over", 0], ["soon", 3], ["later", 8]]);
});

test("without such counts they begin at the rows that are loaded, and are counted when all are", () => {
  const row = (index: number): WorklistRow => ({ group: index < 2 ? "over" : "later" }) as WorklistRow;
  expect(groupStarts(4, counts(undefined), row, [0, 1, 2, 3])).toEqual([
    { group: "over", start: 0, count: 2 }, { group: "later", start: 2, count: 2 }]);
  expect(groupStarts(400, counts(undefined), row, [0, 1, 2])[1]).toEqual({ group: "later", start: 2, count: null });
});

test("where a row stands and which row stands there agree for every row", () => {
  for (const index of [0, 1, 2, 3, 7, 8, 99, 100, 5000, 9999]) {
    expect(rowAt(rowTop(index, starts), 10_000, starts)).toBe(index);
    expect(rowAt(rowTop(index, starts) + kRowHeight - 1, 10_000, starts)).toBe(index);
  }
  expect(rowTop(3, starts)).toBe(3 * kRowHeight + 2 * kGroupHeight);
  expect(bodyHeight(10_000, starts)).toBe(10_000 * kRowHeight + 3 * kGroupHeight);
});

test("only what is in sight is drawn, wherever one is", () => {
  for (const top of [0, 10_000, 200_000, 10_000 * kRowHeight]) {
    const { from, to } = visibleSpan(top, 900, 10_000, starts);
    expect(to - from).toBeLessThan(60);
    expect(from).toBeLessThanOrEqual(rowAt(top, 10_000, starts));
    expect(to).toBeGreaterThan(rowAt(top, 10_000, starts));
  }
  expect(visibleSpan(0, 900, 0, [])).toEqual({ from: 0, to: 0 });
  expect(pagesOf({ from: 95, to: 130 })).toEqual([0, 1]);
  expect(pagesOf({ from: 100, to: 200 })).toEqual([1]);
});

test("row numbers for assistive technology count heads and groups", () => {
  expect(ariaIndex(0, starts)).toBe(3);
  expect(ariaIndex(3, starts)).toBe(7);
});
