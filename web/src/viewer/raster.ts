// Paints a film: the whole of it once per window into a hidden canvas, then that canvas at its place.
import type { ImageInfo } from "../api/contract";
import type { Film } from "./film";
import type { Placement, Size } from "./geometry";
import { apply, applyColour, kValues, lookup, type Window } from "./window";

export class Raster {
  private hidden: HTMLCanvasElement | null = null;
  private pixels: ImageData | null = null;
  private table = new Uint32Array(kValues);
  private painted = "";
  private paintedFilm: Film | null = null;

  paint(canvas: HTMLCanvasElement, film: Film | null, image: ImageInfo, window: Window, inverted: boolean, at: Placement, box: Size): void {
    const scale = devicePixelRatio || 1;
    const [width, height] = [Math.round(box.width * scale), Math.round(box.height * scale)];
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const screen = canvas.getContext("2d", { alpha: false });
    if (!screen) return;
    screen.setTransform(1, 0, 0, 1, 0, 0);
    screen.fillStyle = "#000";
    screen.fillRect(0, 0, width, height);
    if (!film) return;
    const source = this.develop(film, image, window, inverted);
    if (!source) return;
    screen.imageSmoothingEnabled = at.zoom * scale < 4;
    screen.imageSmoothingQuality = "high";
    screen.setTransform(at.zoom * scale, 0, 0, at.zoom * at.aspect * scale, at.x * scale, at.y * scale);
    screen.drawImage(source, 0, 0);
  }

  /** The film as grey or colour pixels; anew only when the film, the window or the inversion changed. */
  private develop(film: Film, image: ImageInfo, window: Window, inverted: boolean): HTMLCanvasElement | null {
    const key = `${window.center} ${window.width} ${inverted}`;
    if (this.paintedFilm === film && this.painted === key) return this.hidden;
    this.hidden ??= document.createElement("canvas");
    const context = this.hidden.getContext("2d", { alpha: false, willReadFrequently: false });
    if (!context) return null;
    if (this.hidden.width !== film.columns || this.hidden.height !== film.rows || !this.pixels) {
      this.hidden.width = film.columns;
      this.hidden.height = film.rows;
      this.pixels = context.createImageData(film.columns, film.rows);
    }
    const into = new Uint32Array(this.pixels.data.buffer);
    if (film.colour) {
      applyColour(film.colour, inverted, into);
    } else if (film.grey) {
      const isWhiteLow = image.photometric === "MONOCHROME1";
      lookup(window, { slope: image.slope, intercept: image.intercept, offset: film.offset, inverted: isWhiteLow !== inverted }, this.table);
      apply(film.grey, this.table, into);
    }
    context.putImageData(this.pixels, 0, 0);
    this.painted = key;
    this.paintedFilm = film;
    return this.hidden;
  }
}
