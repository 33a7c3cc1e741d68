// A probability with its interval and threshold on one axis, 264 px wide on every page, and the
// 10 × 10 grid of frequencies.
import { percent } from "./numbers";

const kLeft = 4;
const kSpan = 256;
const kRight = kLeft + kSpan;

/** Where a share of 0 to 1 lies on the axis. */
export function axisX(share: number): number {
  return Math.round((kLeft + Math.min(1, Math.max(0, share)) * kSpan) * 10) / 10;
}

export interface AxisProps {
  probability: number;
  lower: number;
  upper: number;
  threshold: number;
  undecided: boolean;
}

/** The words beside the threshold line turn to its left where they would run out of the picture. */
function ThresholdLine({ threshold }: { threshold: number }) {
  const x = axisX(threshold);
  const left = x > kRight - 78;
  return (
    <>
      <path class="thr" d={`M${x} 1V28`} />
      <text class={left ? "k2 e" : "k2"} x={left ? x - 5 : x + 5} y="10">threshold {Math.round(threshold * 100)}</text>
    </>
  );
}

export function ProbabilityAxis({ probability, lower, upper, threshold, undecided }: AxisProps) {
  const [p, lo, hi] = [axisX(probability), axisX(lower), axisX(upper)];
  const words = `Probability ${percent(probability)}, interval ${Math.round(lower * 100)} to ` +
    `${Math.round(upper * 100)}, threshold ${Math.round(threshold * 100)}${undecided ? ": undecided" : ""}`;
  return (
    <svg class="c axis" viewBox="0 0 264 42" width="264" height="42" role="img" aria-label={words}>
      <rect class="over" x={axisX(threshold)} y="17" width={kRight - axisX(threshold)} height="9" />
      <path class="ax" d={`M${kLeft} 21.5H${kRight}`} />
      {[0, 0.25, 0.5, 0.75, 1].map((tick) => <path class="ax" d={`M${axisX(tick)} 22v5`} key={tick} />)}
      <text x="1" y="40">0</text>
      <text class="m" x="132" y="40">50</text>
      <text class="e" x="263" y="40">100 %</text>
      <ThresholdLine threshold={threshold} />
      <path class="ci" d={`M${lo} 17v9M${hi} 17v9`} />
      <path class="ci wide" d={`M${lo} 21.5H${hi}`} />
      <circle class={undecided ? "hol" : "pt"} cx={p} cy="21.5" r="5" />
    </svg>
  );
}

function squares(from: number, to: number): string {
  let d = "";
  for (let i = from; i < to; i += 1) d += `M${(i % 10) * 4} ${Math.floor(i / 10) * 4}h3v3h-3z`;
  return d;
}

/** n of 100, filled from the top left. Decoration: the words stand beside it. */
export function Grid100({ n }: { n: number }) {
  const filled = Math.min(100, Math.max(0, Math.round(n)));
  return (
    <svg class="c g100" viewBox="0 0 39 39" width="39" height="39" aria-hidden="true">
      <path class="f1" d={squares(0, filled)} />
      <path class="f0" d={squares(filled, 100)} />
    </svg>
  );
}
