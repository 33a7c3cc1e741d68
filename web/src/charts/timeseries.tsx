// A series over time that a person zooms (drag, double click gives all back). Drawn by uPlot in the
// tokens of the theme; at most two lines, the first with its interval as a band.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { theme } from "../design/theme";
import { clock, day } from "../design/times";

export interface TimeSeriesProps {
  /** What it shows, for those who do not see it; its numbers are in the Figure's table. */
  label: string;
  /** Seconds since 1970, rising; with `plain`, numbers as they are, of that name. */
  times: number[];
  plain?: string;
  /** The dark line. */
  values: (number | null)[];
  lower?: (number | null)[];
  upper?: (number | null)[];
  /** A second line in the accent colour. */
  second?: (number | null)[];
  /** Both ends of the value axis; without it, what the data need. */
  range?: [number, number];
  format?: (value: number) => string;
  height?: number;
}

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

type Words = (value: number, step: number) => string;

/** "22 Sep", or the clock where a step is less than a day. */
const timeWords: Words = (seconds, step) => {
  const at = new Date(seconds * 1000);
  return step < 86_400 ? clock(at) : day(at, false);
};

function axis(grid: boolean, words?: Words): uPlot.Axis {
  return {
    stroke: token("ink-3"), font: `12px ${token("font")}`,
    grid: { show: grid, stroke: token("line"), width: 1 }, ticks: { stroke: token("line-2"), width: 1, size: 4 },
    ...(words && { values: (_u: uPlot, splits: number[], _axis: number, _space: number, step: number) => splits.map((at) => words(at, step)) }),
  };
}

function options({ lower, upper, second, range, format, plain, height = 180 }: TimeSeriesProps, width: number): uPlot.Options {
  // #rrggbb; with 1c behind it, 11 % of it.
  const ink = token("ink");
  const isBanded = lower !== undefined && upper !== undefined;
  const series: uPlot.Series[] = [{}, { stroke: ink, width: 1.5, points: { show: false } }];
  if (isBanded) series.push({ stroke: "transparent", points: { show: false } }, { stroke: "transparent", points: { show: false } });
  if (second) series.push({ stroke: token("accent"), width: 1.5, points: { show: false } });
  return {
    width, height, series, legend: { show: false }, cursor: { points: { show: false } },
    axes: [
      plain ? { ...axis(false), label: plain, labelSize: 18, labelGap: 2, labelFont: `12px ${token("font")}` } : axis(false, timeWords),
      axis(true, format),
    ],
    scales: { x: { time: !plain }, ...(range && { y: { range } }) },
    ...(isBanded && { bands: [{ series: [3, 2], fill: `${ink}1c` }] }),
  };
}

export function TimeSeries(props: TimeSeriesProps) {
  const box = useRef<HTMLDivElement>(null);
  const { times, values, lower, upper, second } = props;
  const shown = theme.value;
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const data: uPlot.AlignedData = [times, values, ...(lower && upper ? [lower, upper] : []), ...(second ? [second] : [])];
    const plot = new uPlot(options(props, element.clientWidth), data, element);
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: props.height ?? 180 }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [times, values, lower, upper, second, shown]);
  return <div class="timeseries" role="img" aria-label={props.label} ref={box} />;
}
