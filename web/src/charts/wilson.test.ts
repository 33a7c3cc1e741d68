import { expect, test } from "vitest";
import { wilson } from "./wilson";

test("the interval is Wilson's, also at the ends", () => {
  // 10 of 100: 0.0552 to 0.1744.
  const tenth = wilson(10, 100);
  expect(tenth?.lower).toBeCloseTo(0.0552, 4);
  expect(tenth?.upper).toBeCloseTo(0.1744, 4);
  expect(wilson(0, 10)).toMatchObject({ value: 0, lower: 0 });
  expect(wilson(0, 10)?.upper).toBeCloseTo(0.2775, 4);
  expect(wilson(10, 10)?.upper).toBe(1);
  expect(wilson(0, 0)).toBeNull();
  expect(wilson(3, 2)).toBeNull();
});
