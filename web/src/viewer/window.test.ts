import { expect, test } from "vitest";
import { apply, applyColour, grey, kValues, lookup, nudge } from "./window";

const plain = { slope: 1, intercept: 0, offset: 0, inverted: false };

test("the linear function of PS3.3 C.11.2.1.2.1: ends, middle and clamp", () => {
  // Window 4096 at 2048 over 12 bits: the lowest value is black, the highest white.
  const window = { center: 2048, width: 4096 };
  expect(grey(0, window)).toBe(0);
  expect(grey(4095, window)).toBe(255);
  expect(grey(2047.5, window)).toBe(128);
  expect(grey(-1000, { center: 40, width: 400 })).toBe(0);
  expect(grey(1000, { center: 40, width: 400 })).toBe(255);
  expect(grey(40, { center: 40, width: 1 })).toBe(255);
  expect(grey(39, { center: 40, width: 1 })).toBe(0);
});

test("the table knows slope, intercept, offset and inversion", () => {
  const window = { center: 0, width: 201 };
  const table = lookup(window, { slope: 2, intercept: -100, offset: -10, inverted: false });
  for (const raw of [0, 10, 60, 77, 110, kValues - 1]) {
    expect((table[raw] as number) & 255).toBe(grey((raw - 10) * 2 - 100, window));
  }
  const negative = lookup(window, { slope: 2, intercept: -100, offset: -10, inverted: true });
  for (const raw of [0, 60, 110]) expect(((negative[raw] as number) & 255) + ((table[raw] as number) & 255)).toBe(255);
});

test("pixels are opaque grey, and never decrease with the value", () => {
  const table = lookup({ center: 2048, width: 4096 }, plain);
  let before = 0;
  for (let raw = 0; raw < 4096; raw += 1) {
    const pixel = table[raw] as number;
    expect(pixel >>> 24).toBe(255);
    expect((pixel >> 16) & 255).toBe(pixel & 255);
    expect(pixel & 255).toBeGreaterThanOrEqual(before);
    before = pixel & 255;
  }
  const shown = new Uint32Array(3);
  apply(new Uint16Array([0, 4095]), table, shown);
  expect([...shown]).toEqual([0xff000000, 0xffffffff, 0]);
});

test("colour stays colour", () => {
  const shown = new Uint32Array(1);
  applyColour(new Uint8Array([0x11, 0x22, 0x33]), false, shown);
  expect(shown[0]).toBe(0xff332211);
  applyColour(new Uint8Array([0x11, 0x22, 0x33]), true, shown);
  expect(shown[0]).toBe(0xffccddee);
});

test("steps stay within what the film holds", () => {
  expect(nudge({ center: 2000, width: 100 }, [0, 4095], -2, 0)).toEqual({ center: 2000, width: 1 });
  expect(nudge({ center: 4090, width: 100 }, [0, 4095], 0, 3)).toEqual({ center: 4095, width: 100 });
  expect(nudge({ center: 2000, width: 1000 }, [0, 4095], 1, -1)).toEqual({ center: 1918, width: 1082 });
});
