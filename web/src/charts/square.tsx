// The two square plots of an evaluation: ROC with its operating point as a cross of intervals, and
// the reliability diagram with the size of its bins under it.
import type { Bin, Reliability, Roc, RocPoint } from "../api/runs";
import { count, estimate, fixed, percent, rate } from "../design/numbers";
import { type Frame, frameOf, Svg, XAxis, YAxis } from "./plot";
import { linePath } from "./scale";

const kSide = 340;
const kQuarters = [0, 0.25, 0.5, 0.75, 1];
const kRoom = { left: 44, right: 8, top: 8, bottom: 40 };
const tick = (value: number): string => String(value);

function Square({ frame, x, y, high }: { frame: Frame; x: string; y: string; high: number }) {
  const middle = (frame.left + frame.right) / 2;
  const turn = (frame.top + frame.bottom) / 2;
  return (
    <>
      <YAxis frame={frame} format={tick} at={kQuarters} />
      <XAxis frame={frame} format={tick} at={kQuarters} />
      <path class="ref" d={`M${frame.x(0)} ${frame.y(0)}L${frame.x(1)} ${frame.y(1)}`} />
      <text class="m" x={middle} y={high - 4}>{x}</text>
      <text class="m" x="12" y={turn} transform={`rotate(-90 12 ${turn})`}>{y}</text>
    </>
  );
}

/** At most about `most` points, the ends among them, so that a long curve stays a light page. */
export function thin(points: RocPoint[], most = 400): RocPoint[] {
  if (points.length <= most) return points;
  const step = (points.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => points[Math.round(i * step)] as RocPoint);
}

/** Operating point first, then every tenth of the false positive rate. */
export function rocTable(points: RocPoint[]): [string, string][] {
  return Array.from({ length: 11 }, (_, i) => {
    const fpr = i / 10;
    const below = points.filter(([x]) => x <= fpr + 1e-9);
    return [fixed(fpr, 1), fixed(Math.max(0, ...below.map(([, y]) => y)), 3)];
  });
}

export function rocWords({ operating, n, positive }: Roc, area: string): string {
  const at = operating ? ` Operating point: sensitivity ${estimate(operating.tpr, 2)}, 1 − specificity ${estimate(operating.fpr, 2)}.` : " No operating point.";
  return `${area ? `Area ${area}. ` : ""}${count(n)} films, ${count(positive)} with the finding${n > 0 ? `, prevalence ${percent(positive / n)}` : ""}.${at}`;
}

export interface Curve {
  name: string;
  points: RocPoint[];
}

export function RocPlot({ curves, operating, notes, label }: { curves: [Curve] | [Curve, Curve]; operating?: Roc["operating"]; notes: string[]; label: string }) {
  const frame = frameOf(kSide, kSide, [0, 1], [0, 1], kRoom);
  const { x, y } = frame;
  const [fpr, tpr] = [operating?.fpr, operating?.tpr];
  return (
    <Svg width={kSide} height={kSide} label={label}>
      <Square frame={frame} x="1 − specificity" y="sensitivity" high={kSide} />
      {curves.map(({ name, points }, i) => <path key={name} class={i === 0 ? "l1" : "l2"} d={linePath(thin(points).map(([px, py]) => [x(px), y(py)]))} />)}
      {fpr && tpr && (
        <>
          <path class="ci" d={`M${x(fpr.lower ?? fpr.value)} ${y(tpr.value)}H${x(fpr.upper ?? fpr.value)}M${x(fpr.value)} ${y(tpr.lower ?? tpr.value)}V${y(tpr.upper ?? tpr.value)}`} />
          <circle class="pt" cx={x(fpr.value)} cy={y(tpr.value)} r="4" />
          <text class="k" x={x(fpr.value) + 10} y={y(tpr.value) + 16}>operating point</text>
          <text class="k2" x={x(fpr.value) + 10} y={y(tpr.value) + 32}>{`Se ${fixed(tpr.value, 2)} Sp ${fixed(1 - fpr.value, 2)}`}</text>
        </>
      )}
      {curves.length > 1 && curves.map(({ name }, i) => <text key={name} class={i === 0 ? "k e" : "acc e"} x={frame.right - 4} y={frame.bottom - 46 + 16 * i}>{name}</text>)}
      {notes.map((note, i) => <text key={note} class={i === 0 ? "k e" : "k2 e"} x={frame.right - 4} y={frame.bottom - 8 - 16 * (notes.length - 1 - i)}>{note}</text>)}
    </Svg>
  );
}

const kFoot = 56;

function Histogram({ bins, frame }: { bins: Bin[]; frame: Frame }) {
  const most = Math.max(1, ...bins.map(({ n }) => n));
  const top = frame.bottom + 28;
  const high = (n: number): number => kFoot * 0.7 * n / most;
  return (
    <>
      <text class="e" x={frame.left - 6} y={top + 10}>{count(most)}</text>
      <path class="ax" d={`M${frame.left} ${top + kFoot * 0.7 + 0.5}H${frame.right}`} />
      {bins.map(({ mean, n }, i) => <rect key={i} class="bar1" x={frame.x(mean) - 2} y={top + kFoot * 0.7 - high(n)} width="4" height={high(n)} />)}
    </>
  );
}

export function reliabilityWords({ bins, slope, slope_why, intercept, intercept_why }: Reliability): string {
  const sizes = bins.map(({ n }) => n);
  const size = sizes.length === 0 ? "" : Math.min(...sizes) === Math.max(...sizes) ? count(sizes[0] ?? 0) : `${count(Math.min(...sizes))} to ${count(Math.max(...sizes))}`;
  const line = (name: string, value: Reliability["slope"], why: string): string => (value ? `${name} ${estimate(value, 2)}` : `${name} not estimable${why ? `: ${why}` : ""}`);
  return `${bins.length} bins of ${size} films; ${line("slope", slope, slope_why)}, ${line("intercept", intercept, intercept_why)}.`;
}

export function ReliabilityPlot({ reliability, label }: { reliability: Reliability; label: string }) {
  const high = kSide + kFoot;
  const frame = frameOf(kSide, high, [0, 1], [0, 1], { ...kRoom, bottom: kRoom.bottom + kFoot });
  const { x, y } = frame;
  const { bins, slope, intercept } = reliability;
  return (
    <Svg width={kSide} height={high} label={label}>
      <Square frame={frame} x="predicted probability; bars: films a bin" y="observed" high={high} />
      {bins.map((bin, i) => bin.observed !== null && (
        <g key={i}>
          {bin.lower !== null && bin.upper !== null && <path class="ci" d={`M${x(bin.mean)} ${y(bin.lower)}V${y(bin.upper)}`} />}
          <circle class="pt" cx={x(bin.mean)} cy={y(bin.observed)} r="4" />
        </g>
      ))}
      {slope && <text class="k" x={frame.left + 10} y={frame.top + 14}>{`slope ${estimate(slope, 2)}`}</text>}
      {intercept && <text class="k2" x={frame.left + 10} y={frame.top + 30}>{`intercept ${estimate(intercept, 2)}`}</text>}
      <Histogram bins={bins} frame={frame} />
    </Svg>
  );
}

/** A bin as a row of the table under the plot. */
export function binRow(bin: Bin): string[] {
  const observed = bin.observed === null ? "not estimable" : rate({ value: bin.observed, lower: bin.lower, upper: bin.upper, n: bin.n });
  return [percent(bin.mean), observed, count(bin.n)];
}
