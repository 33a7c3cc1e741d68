// A rate by week: dots with their intervals, a line through them, a gap where nobody answered.
import type { Estimate } from "../api/contract";
import { fullDate } from "../design/times";
import { frameOf, Svg, XAxis, YAxis } from "./plot";
import { linePath, type XY } from "./scale";

const kWidth = 380;
const kHeight = 180;

/** The top of the axis in steps of 10 points, above the widest interval, at most 1. */
export function rateTop(rates: (Estimate | null)[]): number {
  const most = Math.max(0.1, ...rates.map((rate) => rate?.upper ?? rate?.value ?? 0));
  return Math.min(1, Math.ceil(most * 10 - 1e-9) / 10);
}

export function WeekRates({ weeks, rates, label }: { weeks: string[]; rates: (Estimate | null)[]; label: string }) {
  const top = rateTop(rates);
  const frame = frameOf(kWidth, kHeight, [-0.5, weeks.length - 0.5], [0, top], { left: 40, right: 8, top: 8, bottom: 26 });
  const points = rates.map((rate, i): XY | null => rate && [frame.x(i), frame.y(rate.value)]);
  const every = Math.ceil(weeks.length / 4);
  return (
    <Svg width={kWidth} height={kHeight} label={label}>
      <YAxis frame={frame} format={(value) => `${Math.round(value * 100)}${value === top ? " %" : ""}`} />
      <XAxis frame={frame} at={weeks.map((_, i) => i).filter((i) => (weeks.length - 1 - i) % every === 0)}
        format={(i) => fullDate(weeks[i] ?? "").replace(/ \d{4}$/, "")} />
      <path class="l1" d={linePath(points)} />
      {rates.map((rate, i) => rate && (
        <g key={weeks[i]}>
          {rate.lower !== null && rate.upper !== null && <path class="ci" d={`M${frame.x(i)} ${frame.y(rate.lower)}V${frame.y(rate.upper)}`} />}
          <circle class="pt" cx={frame.x(i)} cy={frame.y(rate.value)} r="3.5" />
        </g>
      ))}
    </Svg>
  );
}
