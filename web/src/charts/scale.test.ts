import { expect, test } from "vitest";
import { bandPath, linear, linePath, ticks } from "./scale";

test("a scale maps its ends, also upside down, and a point domain to the middle", () => {
  const y = linear(0, 1, 200, 0);
  expect([y(0), y(1), y(0.25)]).toEqual([200, 0, 150]);
  expect(linear(3, 3, 0, 100)(3)).toBe(50);
});

test("ticks are round, inside, and about as many as asked", () => {
  expect(ticks(0, 1)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(ticks(0, 100)).toEqual([0, 25, 50, 75, 100]);
  expect(ticks(0.62, 0.91, 4)).toEqual([0.7, 0.8, 0.9]);
  expect(ticks(-3, 3, 4)).toEqual([-2, 0, 2]);
  expect(ticks(5, 5)).toEqual([5]);
  for (const [from, to] of [[0, 7], [0, 0.003], [-1e6, 2e6], [0.1, 0.3]] as const) {
    const all = ticks(from, to);
    expect(all.length).toBeGreaterThan(1);
    expect(all.length).toBeLessThan(8);
    for (const tick of all) expect(tick >= from - 1e-9 && tick <= to + 1e-9).toBe(true);
  }
});

test("what is missing is a gap, not a line across it", () => {
  expect(linePath([[0, 0], [1, 1], null, [2, 2], [3, 3]])).toBe("M0.0 0.0L1.0 1.0M2.0 2.0L3.0 3.0");
  expect(bandPath([{ x: 0, lower: 9, upper: 1 }, { x: 5, lower: 8, upper: 2 }, null, { x: 7, lower: 1, upper: 0 }]))
    .toBe("M0.0 1.0L5.0 2.0L5.0 8.0L0.0 9.0Z");
});
