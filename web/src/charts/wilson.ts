// A share with its interval from counts. Wilson's score interval, 95 %: E. B. Wilson, JASA 1927;22:209.
import type { Estimate } from "../api/contract";

const kZ = 1.959963984540054;

/** Null when there is nothing to take a share of. */
export function wilson(part: number, whole: number): Estimate | null {
  if (!(whole > 0) || part < 0 || part > whole) return null;
  const p = part / whole;
  const z2 = kZ * kZ / whole;
  const middle = (p + z2 / 2) / (1 + z2);
  const half = kZ / (1 + z2) * Math.sqrt(p * (1 - p) / whole + z2 / (4 * whole));
  // Exact at the ends, where rounding would leave a trace.
  return { value: p, lower: part === 0 ? 0 : middle - half, upper: part === whole ? 1 : middle + half, n: whole };
}
