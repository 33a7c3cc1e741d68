import { expect, test } from "vitest";
import { aspectOf, fit, lengthWords, millimetres, pan, pixelAt, spacingWords, toImage, toScreen, zoomAbout } from "./geometry";

const film = { width: 2048, height: 2500 };
const box = { width: 824, height: 740 };

test("fit shows the whole film in the middle", () => {
  const p = fit(film, box, 1);
  expect(p.zoom).toBeCloseTo(740 / 2500);
  expect(toScreen(p, [0, 0])[1]).toBeCloseTo(0);
  expect(toScreen(p, [2048, 2500])[1]).toBeCloseTo(740);
  expect(toScreen(p, [1024, 1250])).toEqual([412, 370]);
});

test("screen and image places turn into each other, also for pixels that are not square", () => {
  const p = { zoom: 0.7, x: -33, y: 12, aspect: 1.5 };
  const [x, y] = toImage(p, toScreen(p, [123, 456]));
  expect(x).toBeCloseTo(123);
  expect(y).toBeCloseTo(456);
  expect(aspectOf({ spacing_mm: [0.3, 0.2] })).toBeCloseTo(1.5);
  expect(aspectOf({ spacing_mm: null })).toBe(1);
  expect(aspectOf({ spacing_mm: [1, 0] })).toBe(1);
});

test("zooming keeps the place under the pointer, within bounds", () => {
  const p = fit(film, box, 1);
  const q = zoomAbout(p, 2, [300, 200]);
  expect(toImage(q, [300, 200])[0]).toBeCloseTo(toImage(p, [300, 200])[0]);
  expect(toImage(q, [300, 200])[1]).toBeCloseTo(toImage(p, [300, 200])[1]);
  expect(zoomAbout(p, 1e9, [0, 0]).zoom).toBe(32);
  expect(zoomAbout(p, 0, [0, 0]).zoom).toBe(0.02);
});

test("the film cannot be lost", () => {
  const p = fit(film, box, 1);
  for (const [dx, dy] of [[1e6, 0], [-1e6, 0], [0, 1e6], [0, -1e6]] as const) {
    const q = pan(p, dx, dy, film, box);
    const [left, top] = toScreen(q, [0, 0]);
    const [right, bottom] = toScreen(q, [film.width, film.height]);
    expect(left).toBeLessThan(box.width);
    expect(top).toBeLessThan(box.height);
    expect(right).toBeGreaterThan(0);
    expect(bottom).toBeGreaterThan(0);
  }
});

test("lengths use row spacing down and column spacing across, and say what they are worth", () => {
  const across = { a: [0, 0] as [number, number], b: [100, 0] as [number, number] };
  const down = { a: [0, 0] as [number, number], b: [0, 100] as [number, number] };
  expect(millimetres(across, [0.5, 0.2])).toBeCloseTo(20);
  expect(millimetres(down, [0.5, 0.2])).toBeCloseTo(50);
  expect(millimetres({ a: [0, 0], b: [30, 40] }, [1, 1])).toBeCloseTo(50);
  expect(millimetres(across, null)).toBeNull();
  expect(millimetres(across, [0, 0.2])).toBeNull();
  expect(lengthWords(across, { spacing_mm: [0.168, 0.168], spacing_source: "detector" })).toBe("16.8 mm at the detector, uncalibrated");
  expect(lengthWords(across, { spacing_mm: [0.168, 0.168], spacing_source: "patient" })).toBe("16.8 mm in the patient");
  expect(lengthWords(across, { spacing_mm: [0.168, 0.168], spacing_source: "" })).toBe("16.8 mm, uncalibrated");
  expect(lengthWords(across, { spacing_mm: null, spacing_source: "" })).toBe("100 pixels, no scale in the header");
  expect(spacingWords({ spacing_mm: [0.168, 0.168], spacing_source: "detector" })).toBe("0.168 mm at the detector, uncalibrated");
});

test("the pixel under the pointer", () => {
  const p = { zoom: 0.5, x: 10, y: 20, aspect: 1 };
  expect(pixelAt(p, [10, 20], film)).toEqual({ column: 0, row: 0 });
  expect(pixelAt(p, [9, 20], film)).toBeNull();
  expect(pixelAt(p, [10 + 1024, 20], film)).toBeNull();
  expect(pixelAt(p, [10 + 1023.9, 20 + 1249.9], film)).toEqual({ column: 2047, row: 2499 });
});
