import { expect, test } from "vitest";
import type { FindingMap } from "../api/contract";
import { boundsOf, contours, heatLoops, isUsable, type Loop, pathOf, sample } from "./contours";

function bump(size: number, cx: number, cy: number, sigma: number, box: FindingMap["box"]): FindingMap {
  const values = [];
  for (let j = 0; j < size; j += 1) {
    for (let i = 0; i < size; i += 1) {
      values.push(Math.exp(-(((i + 0.5) / size - cx) ** 2 + ((j + 0.5) / size - cy) ** 2) / (2 * sigma * sigma)));
    }
  }
  return { width: size, height: size, values, box };
}

/** Area inside a closed line (shoelace). */
function area(loop: Loop): number {
  return Math.abs(loop.reduce((sum, [x, y], i) => {
    const [nx, ny] = loop[(i + 1) % loop.length] as [number, number];
    return sum + x * ny - nx * y;
  }, 0)) / 2;
}

test("between cell centres the map is bilinear, beyond them it stays", () => {
  const map: FindingMap = { width: 2, height: 2, values: [0, 1, 2, 3], box: [0, 0, 10, 10] };
  expect(sample(map, 0.25, 0.25)).toBe(0);
  expect(sample(map, 0.5, 0.25)).toBe(0.5);
  expect(sample(map, 0.5, 0.5)).toBe(1.5);
  expect(sample(map, 0, 0)).toBe(0);
  expect(sample(map, 1, 1)).toBe(3);
});

test("one peak gives one closed line a level, nested, round the peak, of the right size", () => {
  const map = bump(64, 0.5, 0.5, 0.15, [100, 200, 1100, 1200]);
  const { quarter, half, most } = heatLoops(map);
  expect([quarter.length, half.length, most.length]).toEqual([1, 1, 1]);
  const [a, b, c] = [quarter, half, most].map((loops) => area(loops[0] as Loop)) as [number, number, number];
  expect(a).toBeGreaterThan(b);
  expect(b).toBeGreaterThan(c);
  // A Gaussian is half of its peak at sigma * sqrt(2 ln 2).
  const radius = 1000 * 0.15 * Math.sqrt(2 * Math.log(2));
  expect(Math.abs(b / (Math.PI * radius ** 2) - 1)).toBeLessThan(0.02);
  const box = boundsOf(half);
  expect(Math.abs(((box?.x0 ?? 0) + (box?.x1 ?? 0)) / 2 - 600)).toBeLessThan(2);
  expect(Math.abs(((box?.y0 ?? 0) + (box?.y1 ?? 0)) / 2 - 700)).toBeLessThan(2);
});

test("two peaks give two lines; a peak at the edge closes along the box", () => {
  const two = bump(32, 0.2, 0.5, 0.06, [0, 0, 100, 100]);
  const other = bump(32, 0.8, 0.5, 0.06, [0, 0, 100, 100]);
  const both = { ...two, values: two.values.map((v, i) => v + (other.values[i] as number)) };
  expect(heatLoops(both).half.length).toBe(2);
  const edge = heatLoops(bump(16, 0, 0.5, 0.2, [10, 10, 110, 110]));
  expect(edge.half.length).toBe(1);
  const box = boundsOf(edge.half);
  expect(box?.x0).toBe(10);
  for (const [x, y] of edge.half[0] as Loop) {
    expect(x).toBeGreaterThanOrEqual(10);
    expect(y).toBeLessThanOrEqual(110);
  }
});

test("a saddle is joined when its middle is high and apart when it is low", () => {
  const saddle = (middle: number): FindingMap => ({ width: 3, height: 3, values: [1, middle, 0, middle, middle, middle, 0, middle, 1], box: [0, 0, 9, 9] });
  expect(contours(saddle(0.9), 0.5).length).toBe(1);
  expect(contours(saddle(0.1), 0.5).length).toBe(2);
});

test("every line is closed in small steps", () => {
  const loop = heatLoops(bump(7, 0.33, 0.62, 0.12, [0, 0, 2048, 2500])).half[0] as Loop;
  loop.forEach(([x, y], i) => {
    const [nx, ny] = loop[(i + 1) % loop.length] as [number, number];
    expect(Math.hypot(nx - x, ny - y)).toBeLessThan(60);
  });
  expect(pathOf([loop])).toMatch(/^M[\d.]+ [\d.]+L.*Z$/);
});

test("maps that make no sense draw nothing", () => {
  const good = bump(4, 0.5, 0.5, 0.2, [0, 0, 10, 10]);
  expect(isUsable(good)).toBe(true);
  const bad: FindingMap[] = [
    { ...good, width: 5 }, { ...good, width: 1e9, height: 1e9 }, { ...good, values: good.values.map(() => NaN) },
    { ...good, box: [10, 0, 0, 10] }, { ...good, width: 0, values: [] },
  ];
  for (const map of bad) expect(heatLoops(map)).toEqual({ quarter: [], half: [], most: [] });
  expect(heatLoops({ ...good, values: good.values.map(() => 0) }).half).toEqual([]);
});
