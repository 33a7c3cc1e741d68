import { expect, test } from "vitest";
import type { Box } from "../api/labelling";
import { BoxDrawing, boxBetween, boxWords, firstBox, kLeastSide, moveBox, sizeBox } from "./boxes";

const film = { width: 1000, height: 800 };

test("a box has its corners in order, is never empty and never leaves the film", () => {
  expect(boxBetween([300, 500], [100.4, 200.6], film)).toEqual([100, 201, 300, 500]);
  expect(boxBetween([-50, -50], [2000, 2000], film)).toEqual([0, 0, 1000, 800]);
  expect(boxBetween([1000, 800], [1000, 800], film)).toEqual([1000 - kLeastSide, 800 - kLeastSide, 1000, 800]);
  expect(boxBetween([5, 5], [5, 5], film)).toEqual([5, 5, 5 + kLeastSide, 5 + kLeastSide]);
});

test("moving keeps the size and stops at the edge; sizing moves one corner", () => {
  const box: Box = [100, 100, 200, 180];
  expect(moveBox(box, 30, -20, film)).toEqual([130, 80, 230, 160]);
  expect(moveBox(box, 5000, 5000, film)).toEqual([900, 720, 1000, 800]);
  expect(moveBox(box, -5000, 0, film)).toEqual([0, 100, 100, 180]);
  expect(sizeBox(box, 10, -10, film)).toEqual([100, 100, 210, 170]);
  expect(sizeBox(box, -5000, 5000, film)).toEqual([100, 100, 100 + kLeastSide, 800]);
});

test("keys begin in the middle of what is in sight", () => {
  expect(firstBox({ zoom: 0.5, x: 0, y: 0, aspect: 1 }, { width: 500, height: 400 }, film)).toEqual([375, 300, 625, 500]);
  expect(boxWords([375, 300, 625, 500])).toBe("250 by 200 pixels at 375, 300");
});

test("two clicks make a box, a drag makes one, Escape makes none", () => {
  const kept: [string, Box][] = [];
  const drawing = new BoxDrawing((code, box) => kept.push([code, box]));
  drawing.click([1, 1], film);
  expect(drawing.now.value).toBeNull();
  drawing.start("opacity", [0, 0, 10, 10]);
  drawing.click([300, 300], film);
  expect(kept).toEqual([]);
  drawing.hover([350, 320], film);
  expect(drawing.now.value?.box).toEqual([300, 300, 350, 320]);
  drawing.click([100, 400], film);
  expect(kept).toEqual([["opacity", [100, 300, 300, 400]]]);
  drawing.start("opacity", [0, 0, 10, 10]);
  drawing.drag([10, 10], [60, 60], film);
  drawing.stop();
  drawing.end();
  expect(kept.length).toBe(1);
});
