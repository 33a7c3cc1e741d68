// Numbers as the pages write them: whole per cent with a thin gap, true minus, thousands by comma.
import type { Estimate } from "../api/contract";

export const kThin = "\u2009";
const kMinus = "\u2212";

/** 0.874 → "87 %". A share that rounds to 0 or 100 without being so says "under 1 %", "over 99 %". */
export function percent(share: number): string {
  const whole = Math.round(share * 100);
  if (whole === 0 && share > 0) return `under 1${kThin}%`;
  if (whole === 100 && share < 1) return `over 99${kThin}%`;
  return `${whole}${kThin}%`;
}

/** 0.80, 0.91 → "80 to 91 %". */
export function percentRange(lower: number, upper: number): string {
  return `${Math.round(lower * 100)} to ${Math.round(upper * 100)}${kThin}%`;
}

/** 14760 → "14,760". */
export function count(n: number): string {
  const sign = n < 0 ? kMinus : "";
  return sign + Math.abs(Math.round(n)).toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/** 1 study, 2 studies. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** Fixed decimals with a true minus; -0.001 at two digits is "0.00", not "−0.00". */
export function fixed(x: number, digits: number): string {
  const text = Math.abs(x).toFixed(digits);
  return x < 0 && Number(text) !== 0 ? kMinus + text : text;
}

/** Differences carry their sign: "+0.012", "−0.004". */
export function signed(x: number, digits: number): string {
  const text = fixed(x, digits);
  return x > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** "0.881 to 0.911"; words where there is no interval. */
export function interval(e: Estimate, digits = 3, write = fixed): string {
  return e.lower === null || e.upper === null ? "no interval" : `${write(e.lower, digits)} to ${write(e.upper, digits)}`;
}

/** "0.896 (0.881 to 0.911)". */
export function estimate(e: Estimate, digits = 3): string {
  return `${fixed(e.value, digits)} (${interval(e, digits)})`;
}

/** "7 % (6 to 8 %)": a rate with its interval. */
export function rate(e: Estimate): string {
  return `${percent(e.value)} (${e.lower === null || e.upper === null ? "no interval" : percentRange(e.lower, e.upper)})`;
}

/** "6.2 MB"; decimal units, as disks and networks count. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = n / 1000;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
}

/** "9f2c41ab": enough to tell two apart; the whole digest is copied from the page's table. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, "").slice(0, 8);
}

/** "1.2.826.0.1…4417.1": the ends of a long identifier. */
export function shortUid(uid: string): string {
  return uid.length <= 24 ? uid : `${uid.slice(0, 13)}…${uid.slice(-8)}`;
}
