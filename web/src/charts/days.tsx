// Thirty days in a small picture: bars of counts, or one or two lines with gaps where nothing was.
import { fixed } from "../design/numbers";
import { fullDate } from "../design/times";
import { type Frame, frameOf, Svg, YAxis } from "./plot";
import { linePath, ticks, type XY } from "./scale";

const kWidth = 264;
const kHeight = 76;
const kRoom = { left: 36, right: 2, top: 8, bottom: 22 };

/** Above the largest value, round, and never zero. */
export function roundTop(most: number): number {
  if (!(most > 0)) return 1;
  const step = ticks(0, most, 3)[1] ?? most;
  return Math.ceil(most / step - 1e-9) * step;
}

function Ends({ frame, days }: { frame: Frame; days: string[] }) {
  const short = (day = ""): string => fullDate(day).replace(/ \d{4}$/, "");
  return (
    <>
      <path class="ax" d={`M${frame.left} ${frame.bottom + 0.5}H${frame.right}`} />
      <text x={frame.left} y={frame.bottom + 16}>{short(days[0])}</text>
      <text class="e" x={frame.right} y={frame.bottom + 16}>{short(days.at(-1))}</text>
    </>
  );
}

export function DayBars({ days, values, label }: { days: string[]; values: number[]; label: string }) {
  const top = roundTop(Math.max(0, ...values));
  const frame = frameOf(kWidth, kHeight, [0, Math.max(1, days.length)], [0, top], kRoom);
  const width = (frame.right - frame.left) / Math.max(1, days.length);
  return (
    <Svg width={kWidth} height={kHeight} label={label}>
      <YAxis frame={frame} format={(value) => fixed(value, 0)} at={[0, top]} />
      {values.map((value, i) => value > 0 && (
        <rect class="bar1" key={i} x={frame.x(i) + 0.5} y={frame.y(value)} width={Math.max(1, width - 1)} height={frame.bottom - frame.y(value)} />
      ))}
      <Ends frame={frame} days={days} />
    </Svg>
  );
}

export interface Line {
  name: string;
  values: (number | null)[];
}

/** Each day without a neighbour is a dot: a line of one point would not show. */
function lonely(points: (XY | null)[]): XY[] {
  return points.filter((point, i): point is XY => point !== null && !points[i - 1] && !points[i + 1]);
}

export function DayLines({ days, lines, range, format, label }: {
  days: string[]; lines: [Line] | [Line, Line]; range: [number, number]; format: (value: number) => string; label: string;
}) {
  const frame = frameOf(kWidth, kHeight, [0, Math.max(1, days.length - 1)], range, kRoom);
  return (
    <Svg width={kWidth} height={kHeight} label={label}>
      <YAxis frame={frame} format={format} at={range} />
      {lines.map(({ name, values }, i) => {
        const points = values.map((value, day): XY | null => (value === null ? null : [frame.x(day), frame.y(Math.min(range[1], Math.max(range[0], value)))]));
        const first = points.find((point) => point !== null);
        return (
          <g key={name}>
            <path class={i === 0 ? "l1" : "l2"} d={linePath(points)} />
            {lonely(points).map(([x, y]) => <circle class={i === 0 ? "pt" : "acc"} cx={x} cy={y} r="2" key={x} />)}
            {lines.length > 1 && first && <text class="k2" x={frame.left + 4} y={i === 0 ? Math.min(frame.bottom - 3, first[1] + 14) : Math.max(frame.top + 10, first[1] - 9)}>{name}</text>}
          </g>
        );
      })}
      <Ends frame={frame} days={days} />
    </Svg>
  );
}
