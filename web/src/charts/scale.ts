// Arithmetic of plots: linear scales, round ticks, lines and bands as SVG paths with their gaps.

export interface Scale {
  (value: number): number;
  from: number;
  to: number;
}

/** Maps [from, to] to [low, high] in pixels; a domain of no width goes to the middle. */
export function linear(from: number, to: number, low: number, high: number): Scale {
  const span = to - from;
  const scale = (value: number): number => (span === 0 ? (low + high) / 2 : low + (value - from) / span * (high - low));
  return Object.assign(scale, { from, to });
}

/** About `most` round numbers from one end to the other, at steps of 1, 2, 2.5 or 5. */
export function ticks(from: number, to: number, most = 5): number[] {
  if (!(to > from) || most < 2) return [from];
  const rough = (to - from) / (most - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((unit) => unit * power).find((unit) => unit >= rough * 0.999) ?? 10 * power;
  const all: number[] = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i += 1) all.push(Number((i * step).toPrecision(12)));
  return all;
}

export type XY = [x: number, y: number];

const p = (value: number): string => value.toFixed(1);

/** A line through points in pixels; null leaves a gap. */
export function linePath(points: (XY | null)[]): string {
  let d = "";
  let isOpen = false;
  for (const point of points) {
    if (point) d += `${isOpen ? "L" : "M"}${p(point[0])} ${p(point[1])}`;
    isOpen = point !== null;
  }
  return d;
}

export interface BandPoint {
  x: number;
  lower: number;
  upper: number;
}

/** The area between two lines; each run without a gap is one closed piece. */
export function bandPath(points: (BandPoint | null)[]): string {
  const runs: BandPoint[][] = [[]];
  for (const point of points) {
    if (point) runs[runs.length - 1]?.push(point);
    else runs.push([]);
  }
  return runs.filter((run) => run.length > 1).map((run) => {
    const above = run.map(({ x, upper }) => `${p(x)} ${p(upper)}`);
    const below = [...run].reverse().map(({ x, lower }) => `${p(x)} ${p(lower)}`);
    return `M${[...above, ...below].join("L")}Z`;
  }).join("");
}
