import { expect, test } from "vitest";
import { stepRow } from "./rowkeys";

test("the first step goes to the first row, and no step leaves the table", () => {
  expect(stepRow(-1, 1, 5)).toBe(0);
  expect(stepRow(-1, -1, 5)).toBe(0);
  expect(stepRow(4, 1, 5)).toBe(4);
  expect(stepRow(2, -1, 5)).toBe(1);
});
