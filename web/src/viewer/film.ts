// Pixels of a film from the server: counted while they come, checked before they are used, a few
// kept for going back and forth.
import { ApiError, send } from "../api/client";
import type { ImageInfo } from "../api/contract";

export interface Film {
  columns: number;
  rows: number;
  /** Grey films: raw values; stored = raw + offset. */
  grey: Uint16Array | null;
  offset: number;
  /** Colour films: 3 bytes a pixel. */
  colour: Uint8Array | null;
}

const kMostSide = 16_384;
const kMostPixels = 100e6;
const kKeptBytes = 300e6;

function refuse(what: string, hint: string): ApiError {
  return new ApiError(0, "BadFilm", what, hint, 0, "");
}

function bytesOf(film: Film): number {
  return film.grey?.byteLength ?? film.colour?.byteLength ?? 0;
}

const kept = new Map<string, Film>();

function keep(key: string, film: Film): void {
  kept.delete(key);
  kept.set(key, film);
  let sum = [...kept.values()].reduce((all, one) => all + bytesOf(one), 0);
  for (const [oldest, one] of kept) {
    if (sum <= kKeptBytes || oldest === key) break;
    kept.delete(oldest);
    sum -= bytesOf(one);
  }
}

/** Reads a body of at most `most` bytes, telling how many have come. */
async function readCounted(response: Response, most: number, seen: (bytes: number) => void): Promise<Uint8Array> {
  const into = new Uint8Array(most);
  const reader = response.body?.getReader();
  let at = 0;
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    if (at + value.length > most) {
      await reader.cancel();
      throw refuse("The film holds more than its header says.", "Ask the archive to send it again.");
    }
    into.set(value, at);
    at += value.length;
    seen(at);
  }
  return into.subarray(0, at);
}

function header(response: Response, name: string, otherwise: number): number {
  const value = Number(response.headers.get(name) ?? otherwise);
  return Number.isInteger(value) ? value : otherwise;
}

function decode(bytes: Uint8Array, response: Response, columns: number, rows: number): Film {
  const samples = header(response, "X-Osler-Samples", 1);
  const expected = rows * columns * (samples === 3 ? 3 : 2);
  if (bytes.length !== expected) {
    const mb = (n: number): string => (n / 1e6).toFixed(1);
    throw refuse(`The film ends after ${mb(bytes.length)} of ${mb(expected)} MB.`, "Ask the archive to send it again.");
  }
  if (samples === 3) return { columns, rows, grey: null, offset: 0, colour: bytes };
  const offset = header(response, "X-Osler-Offset", 0);
  // Little-endian on the wire, as on every machine that a browser runs on.
  return { columns, rows, grey: new Uint16Array(bytes.buffer, bytes.byteOffset, rows * columns), offset, colour: null };
}

export async function loadFilm(image: ImageInfo, frame: number, seen: (bytes: number) => void, signal: AbortSignal): Promise<Film> {
  const address = `${image.pixels}?frame=${frame}`;
  const held = kept.get(address);
  if (held) return held;
  if (!(image.rows > 0) || !(image.columns > 0) || image.rows > kMostSide || image.columns > kMostSide || image.rows * image.columns > kMostPixels) {
    throw refuse(`A film of ${image.columns} by ${image.rows} pixels is too large for this page.`, "Read it on the archive's own viewer.");
  }
  const response = await send(address, { signal });
  const rows = header(response, "X-Osler-Rows", image.rows);
  const columns = header(response, "X-Osler-Columns", image.columns);
  if (rows !== image.rows || columns !== image.columns) throw refuse("The film has another size than its header says.", "Ask the archive to send it again.");
  const bytes = await readCounted(response, rows * columns * 3, seen);
  const film = decode(bytes, response, columns, rows);
  keep(address, film);
  return film;
}

/** The rescaled value of a pixel, or its colour, as words. */
export function valueWords(film: Film, image: ImageInfo, column: number, row: number): string {
  const at = row * film.columns + column;
  if (film.colour) return `red ${film.colour[3 * at]} green ${film.colour[3 * at + 1]} blue ${film.colour[3 * at + 2]}`;
  const value = ((film.grey?.[at] ?? 0) + film.offset) * image.slope + image.intercept;
  return `value ${Number.isInteger(value) ? value : value.toFixed(1)}`;
}
