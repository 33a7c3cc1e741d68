import { expect, test } from "vitest";
import type { Finding } from "../api/contract";
import { marksOn, marksWords, tagPlace } from "./marks";

const box = { width: 400, height: 300 };

test("the letter stands beside its outline, off the others, in the box", () => {
  const own = { x0: 100, y0: 100, x1: 200, y1: 200 };
  expect(tagPlace(own, [], box)).toEqual([208, 100]);
  expect(tagPlace(own, [{ x0: 205, y0: 50, x1: 300, y1: 250 }], box)).toEqual([68, 176]);
  const [x, y] = tagPlace({ x0: -50, y0: -50, x1: 500, y1: 400 }, [], box);
  expect(x).toBeGreaterThanOrEqual(4);
  expect(x).toBeLessThanOrEqual(box.width - 28);
  expect(y).toBeGreaterThanOrEqual(4);
});

test("only findings above or undecided, of this film, are marked; undecided ones dashed", () => {
  const map = { width: 1, height: 1, values: [1], box: [0, 0, 1, 1] };
  const finding = (id: string, state: string, sop: string, has = true) => ({ id, tag: id, label: id, state, sop, map: has ? map : null }) as unknown as Finding;
  const marks = marksOn([finding("A", "above", "1"), finding("B", "undecided", "1"), finding("C", "below", "1"),
    finding("D", "above", "2"), finding("E", "above", "1", false), finding("F", "withdrawn", "1")], "1");
  expect(marks.map(({ tag, dashed }) => [tag, dashed])).toEqual([["A", false], ["B", true]]);
  expect(marksWords(marks, "off")).toBe("AI marks off");
  expect(marksWords(marks, "outline")).toBe("A outlined A. B outlined B, dashed: undecided");
});
