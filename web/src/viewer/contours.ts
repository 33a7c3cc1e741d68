// Lines of equal value on a coarse map, drawn on the film: the map is brought to a finer grid by
// bilinear interpolation between cell centres, smoothed by less than half a cell, because a coarse
// map's corners are its grid's and not the film's, and cut by marching squares. Cells whose diagonal
// corners agree are split by their centre value.
import type { FindingMap } from "../api/contract";

export type Point = [number, number];
/** A closed line in image pixels; the last point joins the first. */
export type Loop = Point[];

/** A map from outside is bounded before it is used. */
const kMostCells = 256 * 256;
/** Points on the longer side of the fine grid. */
const kFine = 96;
/** Standard deviation of the smoothing, in cells of the map. */
const kSmooth = 0.45;

export function isUsable(map: FindingMap): boolean {
  const { width, height, values, box } = map;
  return Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0 && width * height <= kMostCells &&
    values.length === width * height && values.every(Number.isFinite) &&
    box.length === 4 && box.every(Number.isFinite) && box[2] > box[0] && box[3] > box[1];
}

/** The map's value at a place of 0 to 1 across and down; beyond the outer cell centres it stays. */
export function sample(map: FindingMap, across: number, down: number): number {
  const x = Math.min(map.width - 1, Math.max(0, across * map.width - 0.5));
  const y = Math.min(map.height - 1, Math.max(0, down * map.height - 0.5));
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [x1, y1] = [Math.min(map.width - 1, x0 + 1), Math.min(map.height - 1, y0 + 1)];
  const at = (i: number, j: number): number => map.values[j * map.width + i] as number;
  const top = at(x0, y0) * (1 - (x - x0)) + at(x1, y0) * (x - x0);
  const low = at(x0, y1) * (1 - (x - x0)) + at(x1, y1) * (x - x0);
  return top * (1 - (y - y0)) + low * (y - y0);
}

interface Grid {
  columns: number;
  rows: number;
  value: Float64Array;
}

/** The fine grid with a border below every level, so that each line closes inside the box. */
function fineGrid(map: FindingMap): Grid {
  const scale = kFine / Math.max(map.width, map.height);
  const nx = Math.max(2, Math.round(map.width * scale) + 1);
  const ny = Math.max(2, Math.round(map.height * scale) + 1);
  const columns = nx + 2;
  const rows = ny + 2;
  const fine = new Float64Array(nx * ny);
  for (let j = 0; j < ny; j += 1) {
    for (let i = 0; i < nx; i += 1) fine[j * nx + i] = sample(map, i / (nx - 1), j / (ny - 1));
  }
  const smooth = blur(fine, nx, ny, kSmooth * (nx - 1) / map.width);
  const value = new Float64Array(columns * rows).fill(-Infinity);
  for (let j = 0; j < ny; j += 1) value.set(smooth.subarray(j * nx, (j + 1) * nx), (j + 1) * columns + 1);
  return { columns, rows, value };
}

/** Gaussian along one direction; beyond the edge the outermost value counts. */
function blurLine(from: Float64Array, into: Float64Array, start: number, step: number, n: number, weights: number[]): void {
  const reach = weights.length - 1;
  for (let i = 0; i < n; i += 1) {
    let sum = 0;
    for (let k = -reach; k <= reach; k += 1) {
      const at = Math.min(n - 1, Math.max(0, i + k));
      sum += (from[start + at * step] as number) * (weights[Math.abs(k)] as number);
    }
    into[start + i * step] = sum;
  }
}

function blur(fine: Float64Array, nx: number, ny: number, sigma: number): Float64Array {
  const reach = Math.ceil(sigma * 3);
  const raw = Array.from({ length: reach + 1 }, (_, k) => Math.exp(-(k * k) / (2 * sigma * sigma)));
  const sum = raw.reduce((all, weight, k) => all + (k === 0 ? weight : 2 * weight), 0);
  const weights = raw.map((weight) => weight / sum);
  const across = new Float64Array(fine.length);
  const both = new Float64Array(fine.length);
  for (let j = 0; j < ny; j += 1) blurLine(fine, across, j * nx, 1, nx, weights);
  for (let i = 0; i < nx; i += 1) blurLine(across, both, i, nx, ny, weights);
  return both;
}

// Edges of a cell: 0 top, 1 right, 2 bottom, 3 left. Corners as bits: 1 top left, 2 top right,
// 4 bottom right, 8 bottom left. Each pair is walked with the higher side on the right.
const kCases: Record<number, [number, number][]> = {
  1: [[3, 0]], 2: [[0, 1]], 3: [[3, 1]], 4: [[1, 2]], 6: [[0, 2]], 7: [[3, 2]],
  8: [[2, 3]], 9: [[2, 0]], 11: [[2, 1]], 12: [[1, 3]], 13: [[1, 0]], 14: [[0, 3]],
};
const kSaddle = { 5: { joined: [[3, 2], [1, 0]], apart: [[3, 0], [1, 2]] }, 10: { joined: [[0, 3], [2, 1]], apart: [[0, 1], [2, 3]] } } as const;

interface Corners {
  tl: number; tr: number; br: number; bl: number;
}

function pairsOf({ tl, tr, br, bl }: Corners, level: number): readonly (readonly [number, number])[] {
  const bits = (tl >= level ? 1 : 0) | (tr >= level ? 2 : 0) | (br >= level ? 4 : 0) | (bl >= level ? 8 : 0);
  if (bits === 5 || bits === 10) {
    const isJoined = (tl + tr + br + bl) / 4 >= level;
    return kSaddle[bits][isJoined ? "joined" : "apart"];
  }
  return kCases[bits] ?? [];
}

/** How far along an edge the level lies; at the border the line follows the box. */
function share(a: number, b: number, level: number): number {
  if (!Number.isFinite(a)) return 1;
  if (!Number.isFinite(b)) return 0;
  return a === b ? 0.5 : (level - a) / (b - a);
}

/** Each crossing has one name, so that the pieces of neighbouring cells meet. */
function edgeName(edge: number, i: number, j: number, columns: number): number {
  const cell = j * columns + i;
  switch (edge) {
    case 0: return 2 * cell;
    case 1: return 2 * (cell + 1) + 1;
    case 2: return 2 * (cell + columns);
    default: return 2 * cell + 1;
  }
}

function crossing(edge: number, i: number, j: number, c: Corners, level: number): Point {
  switch (edge) {
    case 0: return [i + share(c.tl, c.tr, level), j];
    case 1: return [i + 1, j + share(c.tr, c.br, level)];
    case 2: return [i + share(c.bl, c.br, level), j + 1];
    default: return [i, j + share(c.tl, c.bl, level)];
  }
}

interface Piece {
  to: number;
  at: Point;
}

function piecesOf(grid: Grid, level: number): Map<number, Piece> {
  const { columns, rows, value } = grid;
  const from = new Map<number, Piece>();
  const v = (k: number): number => value[k] as number;
  for (let j = 0; j < rows - 1; j += 1) {
    for (let i = 0; i < columns - 1; i += 1) {
      const k = j * columns + i;
      const corners = { tl: v(k), tr: v(k + 1), bl: v(k + columns), br: v(k + columns + 1) };
      for (const [start, end] of pairsOf(corners, level)) {
        from.set(edgeName(start, i, j, columns), { to: edgeName(end, i, j, columns), at: crossing(start, i, j, corners, level) });
      }
    }
  }
  return from;
}

function lines(map: FindingMap, grid: Grid, level: number): Loop[] {
  const pieces = piecesOf(grid, level);
  const [x0, y0, x1, y1] = map.box;
  const place = ([x, y]: Point): Point => [
    x0 + Math.min(1, Math.max(0, (x - 1) / (grid.columns - 3))) * (x1 - x0),
    y0 + Math.min(1, Math.max(0, (y - 1) / (grid.rows - 3))) * (y1 - y0),
  ];
  const loops: Loop[] = [];
  for (const start of [...pieces.keys()]) {
    const loop: Loop = [];
    let name = start;
    for (let piece = pieces.get(name); piece; piece = pieces.get(name)) {
      pieces.delete(name);
      loop.push(place(piece.at));
      name = piece.to;
    }
    if (loop.length > 2) loops.push(loop);
  }
  return loops.sort((a, b) => b.length - a.length);
}

/** The closed lines at a level, in image pixels, longest first. */
export function contours(map: FindingMap, level: number): Loop[] {
  return isUsable(map) ? lines(map, fineGrid(map), level) : [];
}

/** The three lines of a heat map, at 25, 50 and 75 % of its peak; the outline is the second. */
export function heatLoops(map: FindingMap): { quarter: Loop[]; half: Loop[]; most: Loop[] } {
  const grid = isUsable(map) ? fineGrid(map) : null;
  const top = grid ? grid.value.reduce((most, value) => Math.max(most, value), 0) : 0;
  if (!grid || top <= 0) return { quarter: [], half: [], most: [] };
  const at = (share: number): Loop[] => lines(map, grid, top * share);
  return { quarter: at(0.25), half: at(0.5), most: at(0.75) };
}

/** Loops as an SVG path. */
export function pathOf(loops: Loop[]): string {
  return loops.map((loop) => `M${loop.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}Z`).join("");
}

export interface Bounds {
  x0: number; y0: number; x1: number; y1: number;
}

export function boundsOf(loops: Loop[]): Bounds | null {
  const points = loops.flat();
  if (points.length === 0) return null;
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) };
}
