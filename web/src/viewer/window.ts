// Window and level: from stored 16-bit values to grey, by one table of 65,536 entries.
// DICOM PS3.3 C.11.2.1.2.1 (linear), C.7.6.3.1.2 (MONOCHROME1: lowest value is white).

export interface Window {
  center: number;
  width: number;
}

export interface Greys {
  slope: number;
  intercept: number;
  /** stored = raw + offset: signed data travel as unsigned values. */
  offset: number;
  /** White is low: the film's photometric interpretation and the reader's inversion, together. */
  inverted: boolean;
}

export const kValues = 65_536;

/** Grey 0 to 255 of a rescaled value. */
export function grey(value: number, { center, width }: Window): number {
  const w = Math.max(1, width);
  if (w === 1) return value < center - 0.5 ? 0 : 255;
  const share = (value - (center - 0.5)) / (w - 1) + 0.5;
  return Math.round(Math.min(1, Math.max(0, share)) * 255);
}

/** One opaque pixel for each raw value, as ImageData holds it (little-endian ABGR). */
export function lookup(window: Window, greys: Greys, into = new Uint32Array(kValues)): Uint32Array {
  for (let raw = 0; raw < kValues; raw += 1) {
    const level = grey((raw + greys.offset) * greys.slope + greys.intercept, window);
    const shown = greys.inverted ? 255 - level : level;
    into[raw] = (0xff000000 | (shown * 0x010101)) >>> 0;
  }
  return into;
}

/** Every raw value through the table. */
export function apply(raw: Uint16Array, table: Uint32Array, into: Uint32Array): void {
  const n = Math.min(raw.length, into.length);
  for (let i = 0; i < n; i += 1) into[i] = table[raw[i] as number] as number;
}

/** Colour pixels (3 bytes each) as they are, or inverted; a window has no meaning for them. */
export function applyColour(rgb: Uint8Array, inverted: boolean, into: Uint32Array): void {
  const flip = inverted ? 255 : 0;
  const n = Math.min(Math.floor(rgb.length / 3), into.length);
  for (let i = 0; i < n; i += 1) {
    const r = (rgb[3 * i] as number) ^ flip;
    const g = (rgb[3 * i + 1] as number) ^ flip;
    const b = (rgb[3 * i + 2] as number) ^ flip;
    into[i] = ((0xff << 24) | (b << 16) | (g << 8) | r) >>> 0;
  }
}

/** Sliders and arrows: one step is a fiftieth of what the film holds. */
export function nudge(window: Window, range: [number, number], widthSteps: number, levelSteps: number): Window {
  const span = Math.max(1, range[1] - range[0]);
  const step = Math.max(1, span / 50);
  return {
    width: Math.round(Math.min(span * 2, Math.max(1, window.width + widthSteps * step))),
    center: Math.round(Math.min(range[1], Math.max(range[0], window.center + levelSteps * step))),
  };
}
