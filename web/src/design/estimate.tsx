// A measured number in a table cell: dot and interval on one scale for all rows, numbers beside it.
import type { Estimate } from "../api/contract";
import { count, fixed, interval } from "./numbers";

export interface CellProps {
  estimate: Estimate | null;
  /** Why there is none: a word, never an empty cell. */
  why?: string;
  /** The scale that all rows of the table share. */
  from: number;
  to: number;
  digits?: number;
  /** A line for all rows: a floor or a limit. */
  limit?: number | null;
}

const kWidth = 88;

export function EstimateCell({ estimate, why, from, to, digits = 2, limit }: CellProps) {
  if (!estimate) return <span class="qq">{why || "not estimable"}</span>;
  const at = (x: number): number =>
    Math.round((2 + (Math.min(to, Math.max(from, x)) - from) / (to - from) * (kWidth - 4)) * 10) / 10;
  return (
    <span class="est">
      <svg class="c" viewBox={`0 0 ${kWidth} 12`} width={kWidth} height="12" aria-hidden="true">
        <path class="gr" d={`M0 6.5H${kWidth}`} />
        {limit != null && <path class="ref" d={`M${at(limit)} 0v12`} />}
        {estimate.lower !== null && estimate.upper !== null && <path class="ci" d={`M${at(estimate.lower)} 6.5H${at(estimate.upper)}`} />}
        <circle class="pt" cx={at(estimate.value)} cy="6.5" r="3" />
      </svg>
      <span class="nw">{fixed(estimate.value, digits)} <span class="qq">{interval(estimate, digits)}, n {count(estimate.n)}</span></span>
    </span>
  );
}
