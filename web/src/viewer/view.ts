// One film on the screen: which image, which window, how large, what is measured on it.
import { signal } from "@preact/signals";
import type { ImageInfo } from "../api/contract";
import type { Point } from "./contours";
import type { Film } from "./film";
import { aspectOf, fit, type Length, pan, type Placement, type Size, toImage, toScreen, zoomAbout } from "./geometry";
import { nudge, type Window } from "./window";

export type ZoomMode = "fit" | "one" | "free";

/** A length under way: the cross, and the first end once it is set. */
export interface Measuring {
  cross: Point;
  first: Point | null;
}

const kMostLengths = 20;
const kWholeRange: [number, number] = [0, 65_535];

export class FilmViewState {
  readonly index = signal(0);
  readonly frame = signal(1);
  readonly film = signal<Film | null>(null);
  readonly window = signal<Window>({ center: 2048, width: 4096 });
  /** Index of the preset that the window is; -1 when it was moved. */
  readonly preset = signal(0);
  readonly inverted = signal(false);
  readonly placement = signal<Placement>({ zoom: 1, x: 0, y: 0, aspect: 1 });
  readonly mode = signal<ZoomMode>("fit");
  readonly box = signal<Size>({ width: 0, height: 0 });
  readonly pointer = signal<Point | null>(null);
  readonly measuring = signal<Measuring | null>(null);
  readonly lengths = signal<Length[]>([]);

  constructor(readonly images: ImageInfo[]) {
    this.usePreset(0);
  }

  get image(): ImageInfo | undefined {
    return this.images[this.index.value];
  }

  get size(): Size {
    return { width: this.image?.columns ?? 1, height: this.image?.rows ?? 1 };
  }

  get range(): [number, number] {
    return this.image?.range ?? kWholeRange;
  }

  /** Steps through images and, inside a multi-frame one, through its frames. */
  step(by: 1 | -1): void {
    const frames = this.image?.frames ?? 1;
    const frame = this.frame.value + by;
    if (frame >= 1 && frame <= frames) {
      this.frame.value = frame;
      return;
    }
    const index = this.index.value + by;
    if (index < 0 || index >= this.images.length) return;
    this.index.value = index;
    this.frame.value = by > 0 ? 1 : Math.max(1, this.image?.frames ?? 1);
    this.lengths.value = [];
    this.measuring.value = null;
    this.film.value = null;
    this.usePreset(0);
    this.refit();
  }

  usePreset(index: number): void {
    const preset = this.image?.windows[index];
    if (!preset) {
      if (index !== 0) return;
      const [low, high] = this.range;
      this.window.value = { center: (low + high + 1) / 2, width: Math.max(1, high - low + 1) };
    } else {
      this.window.value = { center: preset.center, width: preset.width };
    }
    this.preset.value = index;
  }

  setWindow(window: Window): void {
    this.window.value = window;
    this.preset.value = -1;
  }

  nudgeWindow(width: number, level: number): void {
    this.setWindow(nudge(this.window.value, this.range, width, level));
  }

  // ── place ──────────────────────────────────────────────────────────────

  resize(box: Size): void {
    const before = this.box.value;
    if (box.width === before.width && box.height === before.height) return;
    const middle = toImage(this.placement.value, [before.width / 2, before.height / 2]);
    this.box.value = box;
    if (this.mode.value === "fit" || before.width === 0) return this.refit();
    const [x, y] = toScreen(this.placement.value, middle);
    this.placement.value = { ...this.placement.value, x: this.placement.value.x + box.width / 2 - x, y: this.placement.value.y + box.height / 2 - y };
  }

  refit(): void {
    this.mode.value = "fit";
    if (this.box.value.width > 0 && this.image) this.placement.value = fit(this.size, this.box.value, aspectOf(this.image));
  }

  /** One pixel of the film on one of the screen. */
  actualSize(): void {
    const { width, height } = this.box.value;
    this.placement.value = zoomAbout(this.placement.value, 1 / devicePixelRatio, [width / 2, height / 2]);
    this.mode.value = "one";
  }

  zoomBy(factor: number, at?: Point): void {
    const { width, height } = this.box.value;
    this.placement.value = zoomAbout(this.placement.value, this.placement.value.zoom * factor, at ?? [width / 2, height / 2]);
    this.mode.value = "free";
  }

  panBy(dx: number, dy: number): void {
    this.placement.value = pan(this.placement.value, dx, dy, this.size, this.box.value);
    if (this.mode.value === "fit") this.mode.value = "free";
  }

  // ── lengths ────────────────────────────────────────────────────────────

  startMeasuring(): void {
    const { width, height } = this.box.value;
    this.measuring.value = { cross: toImage(this.placement.value, [width / 2, height / 2]), first: null };
  }

  stopMeasuring(): void {
    this.measuring.value = null;
  }

  moveCross(to: Point): void {
    if (this.measuring.value) this.measuring.value = { ...this.measuring.value, cross: this.inside(to) };
  }

  /** Moves the cross by screen pixels. */
  nudgeCross(dx: number, dy: number): void {
    const { zoom, aspect } = this.placement.value;
    const cross = this.measuring.value?.cross;
    if (cross) this.moveCross([cross[0] + dx / zoom, cross[1] + dy / (zoom * aspect)]);
  }

  /** Sets the first end, then the second; then the next length may begin. */
  setEnd(): void {
    const now = this.measuring.value;
    if (!now) return;
    if (!now.first) {
      this.measuring.value = { ...now, first: now.cross };
      return;
    }
    if (now.first[0] === now.cross[0] && now.first[1] === now.cross[1]) return;
    this.lengths.value = [...this.lengths.value, { a: now.first, b: now.cross }].slice(-kMostLengths);
    this.measuring.value = null;
  }

  private inside([x, y]: Point): Point {
    return [Math.min(this.size.width, Math.max(0, x)), Math.min(this.size.height, Math.max(0, y))];
  }
}
