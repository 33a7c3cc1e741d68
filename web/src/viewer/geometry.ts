// Where a film lies in its box on the screen, and lengths on it. Screen units are CSS pixels.
import type { ImageInfo } from "../api/contract";
import type { Point } from "./contours";

export interface Size {
  width: number;
  height: number;
}

/** screen x = image x * zoom + x; screen y = image y * zoom * aspect + y. */
export interface Placement {
  zoom: number;
  x: number;
  y: number;
  /** Height of a pixel over its width; 1 for square ones. */
  aspect: number;
}

export const kLeastZoom = 0.02;
export const kMostZoom = 32;

/** Pixels that are not square would otherwise be shown as if they were. */
export function aspectOf(image: Pick<ImageInfo, "spacing_mm">): number {
  const [down, across] = image.spacing_mm ?? [1, 1];
  const aspect = down / across;
  return Number.isFinite(aspect) && aspect > 0.1 && aspect < 10 ? aspect : 1;
}

export function toScreen(p: Placement, [x, y]: Point): Point {
  return [x * p.zoom + p.x, y * p.zoom * p.aspect + p.y];
}

export function toImage(p: Placement, [x, y]: Point): Point {
  return [(x - p.x) / p.zoom, (y - p.y) / (p.zoom * p.aspect)];
}

/** As large as the whole film can be, in the middle. */
export function fit(film: Size, box: Size, aspect: number): Placement {
  const zoom = Math.max(kLeastZoom, Math.min(box.width / film.width, box.height / (film.height * aspect)));
  return { zoom, aspect, x: (box.width - film.width * zoom) / 2, y: (box.height - film.height * zoom * aspect) / 2 };
}

/** The same, with `at` (on the screen) staying where it is. */
export function zoomAbout(p: Placement, zoom: number, at: Point): Placement {
  const next = Math.min(kMostZoom, Math.max(kLeastZoom, zoom));
  const [x, y] = toImage(p, at);
  return { ...p, zoom: next, x: at[0] - x * next, y: at[1] - y * next * p.aspect };
}

/** Moves the film, but a tenth of the box keeps a part of it in sight. */
export function pan(p: Placement, dx: number, dy: number, film: Size, box: Size): Placement {
  const clamp = (at: number, length: number, room: number): number =>
    Math.min(room * 0.9, Math.max(room * 0.1 - length, at));
  return {
    ...p,
    x: clamp(p.x + dx, film.width * p.zoom, box.width),
    y: clamp(p.y + dy, film.height * p.zoom * p.aspect, box.height),
  };
}

export interface Length {
  a: Point;
  b: Point;
}

/** Millimetres between two places of the film; null when the header gives no scale. */
export function millimetres({ a, b }: Length, spacing: [number, number] | null): number | null {
  if (!spacing) return null;
  const [down, across] = spacing;
  if (!(down > 0) || !(across > 0)) return null;
  return Math.hypot((b[0] - a[0]) * across, (b[1] - a[1]) * down);
}

/** "84.2 mm at the detector, uncalibrated"; pixels when there is no scale. */
export function lengthWords(length: Length, image: Pick<ImageInfo, "spacing_mm" | "spacing_source">): string {
  const mm = millimetres(length, image.spacing_mm);
  if (mm === null) {
    const pixels = Math.hypot(length.b[0] - length.a[0], length.b[1] - length.a[1]);
    return `${pixels.toFixed(0)} pixels, no scale in the header`;
  }
  return `${mm.toFixed(1)} mm${sourceWords(image.spacing_source)}`;
}

function sourceWords(source: ImageInfo["spacing_source"]): string {
  if (source === "patient") return " in the patient";
  // At the detector a film is larger than the body: DICOM PS3.3 10.7.1.3.
  if (source === "detector") return " at the detector, uncalibrated";
  return ", uncalibrated";
}

/** What the header says about the scale, for the plate on the film. */
export function spacingWords(image: Pick<ImageInfo, "spacing_mm" | "spacing_source">): string {
  if (!image.spacing_mm) return "No scale in the header: lengths in pixels";
  const [down, across] = image.spacing_mm;
  const size = Math.abs(down - across) < 1e-6 ? down.toFixed(3) : `${down.toFixed(3)} by ${across.toFixed(3)}`;
  return `${size} mm${sourceWords(image.spacing_source)}`;
}

/** The pixel under a place on the screen; null outside the film. */
export function pixelAt(p: Placement, at: Point, film: Size): { column: number; row: number } | null {
  const [x, y] = toImage(p, at);
  const column = Math.floor(x);
  const row = Math.floor(y);
  return column >= 0 && row >= 0 && column < film.width && row < film.height ? { column, row } : null;
}
