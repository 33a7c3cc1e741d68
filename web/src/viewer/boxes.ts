// A box on a film: drawn by a drag, by two clicks, or by keys; always inside the film and never empty.
import { signal } from "@preact/signals";
import type { Box } from "../api/labelling";
import type { Point } from "./contours";
import { type Placement, type Size, toImage } from "./geometry";

/** No box is thinner than this, in pixels of the film. */
export const kLeastSide = 8;

const clamp = (x: number, from: number, to: number): number => Math.min(to, Math.max(from, x));

/** The box between two corners, whole pixels, inside the film. */
export function boxBetween(a: Point, b: Point, film: Size): Box {
  const span = (p: number, q: number, room: number): [number, number] => {
    const low = clamp(Math.round(Math.min(p, q)), 0, Math.max(0, room - kLeastSide));
    return [low, clamp(Math.round(Math.max(p, q)), Math.min(room, low + kLeastSide), room)];
  };
  const [x0, x1] = span(a[0], b[0], film.width);
  const [y0, y1] = span(a[1], b[1], film.height);
  return [x0, y0, x1, y1];
}

/** The same box elsewhere; at the edge of the film it stops. */
export function moveBox([x0, y0, x1, y1]: Box, dx: number, dy: number, film: Size): Box {
  const x = clamp(Math.round(dx), -x0, film.width - x1);
  const y = clamp(Math.round(dy), -y0, film.height - y1);
  return [x0 + x, y0 + y, x1 + x, y1 + y];
}

/** Moves the lower right corner. */
export function sizeBox([x0, y0, x1, y1]: Box, dx: number, dy: number, film: Size): Box {
  return boxBetween([x0, y0], [Math.max(x0 + kLeastSide, x1 + dx), Math.max(y0 + kLeastSide, y1 + dy)], film);
}

/** Where keys begin: the middle of what is in sight, a quarter of it wide and high. */
export function firstBox(placement: Placement, sight: Size, film: Size): Box {
  const from = toImage(placement, [sight.width * 0.375, sight.height * 0.375]);
  const to = toImage(placement, [sight.width * 0.625, sight.height * 0.625]);
  return boxBetween(from, to, film);
}

/** "340 by 210 pixels at 512, 800". */
export function boxWords([x0, y0, x1, y1]: Box): string {
  return `${x1 - x0} by ${y1 - y0} pixels at ${x0}, ${y0}`;
}

export interface Drawing {
  /** Which finding it is of. */
  code: string;
  box: Box;
  /** The first of two clicks, once it is made. */
  first: Point | null;
  /** Nothing was drawn or moved yet: a click begins anew. */
  fresh: boolean;
}

/** The box that is being drawn, if one is. */
export class BoxDrawing {
  readonly now = signal<Drawing | null>(null);

  constructor(private readonly keep: (code: string, box: Box) => void) {}

  start(code: string, box: Box): void {
    this.now.value = { code, box, first: null, fresh: true };
  }

  stop(): void {
    this.now.value = null;
  }

  end(): void {
    const drawn = this.now.value;
    if (!drawn) return;
    this.now.value = null;
    this.keep(drawn.code, drawn.box);
  }

  change(next: (box: Box) => Box): void {
    const drawn = this.now.value;
    if (drawn) this.now.value = { ...drawn, box: next(drawn.box), fresh: false };
  }

  /** A drag from one place of the film to another. */
  drag(from: Point, to: Point, film: Size): void {
    this.change(() => boxBetween(from, to, film));
  }

  /** A click sets the first corner, the next one the corner across and keeps the box. */
  click(at: Point, film: Size): void {
    const drawn = this.now.value;
    if (!drawn) return;
    if (!drawn.first) {
      this.now.value = { ...drawn, first: at, box: boxBetween(at, at, film), fresh: false };
      return;
    }
    this.drag(drawn.first, at, film);
    this.end();
  }

  /** The pointer after the first click shows what the second would make. */
  hover(at: Point, film: Size): void {
    const first = this.now.value?.first;
    if (first) this.drag(first, at, film);
  }
}
