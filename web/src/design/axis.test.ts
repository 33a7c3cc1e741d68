import { expect, test } from "vitest";
import { axisX } from "./axis";

test("0 and 100 % stand at the ends of the line, and nothing leaves it", () => {
  expect(axisX(0)).toBe(4);
  expect(axisX(1)).toBe(260);
  expect(axisX(0.87)).toBe(226.7);
  expect(axisX(-1)).toBe(4);
  expect(axisX(2)).toBe(260);
});
