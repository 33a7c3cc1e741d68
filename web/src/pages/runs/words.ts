// What the runs pages say, and which runs are marked for comparing.
import { signal } from "@preact/signals";
import type { Estimate } from "../../api/contract";
import type { Origin, RunRow } from "../../api/runs";
import type { Shape } from "../../design/icons";
import { fixed, interval, signed } from "../../design/numbers";

export const kRunStates: Record<string, { shape: Shape; word: string; tone: "" | "strong" | "quiet" }> = {
  running: { shape: "run", word: "Running", tone: "" },
  queued: { shape: "queued", word: "Queued", tone: "quiet" },
  done: { shape: "done", word: "Done", tone: "" },
  failed: { shape: "failed", word: "Failed", tone: "strong" },
};

/** The runs that are marked, two at most; kept while one goes from page to page. */
export const marked = signal<string[]>([]);

/** Marks a run, or takes the mark away; a third mark takes the place of the oldest. */
export function toggled(now: string[], name: string): string[] {
  return now.includes(name) ? now.filter((one) => one !== name) : [...now, name].slice(-2);
}

export function compareHref([a, b]: string[]): string | null {
  return a && b ? `/compare?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}` : null;
}

/** One scale for all rows, in steps of 0.02, wide enough for every interval. */
export function metricScale(rows: RunRow[]): [number, number] {
  const values = rows.flatMap(({ metric: { value } }) => (value ? [value.lower ?? value.value, value.upper ?? value.value] : []));
  if (values.length === 0) return [0.5, 1];
  const from = Math.floor(Math.min(...values) * 50 + 1e-9) / 50;
  const to = Math.ceil(Math.max(...values) * 50 - 1e-9) / 50;
  return to > from ? [from, to] : [Math.max(0, from - 0.02), Math.min(1, to + 0.02)];
}

/** "+0.012 (+0.003 to +0.021)". */
export function differenceWords(difference: Estimate): string {
  return `${signed(difference.value, 3)} (${interval(difference, 3, signed)})`;
}

export const kOriginWords: Record<Origin["kind"], string> = {
  films: "Films", dataset: "Data set", run: "Run", package: "Package", stage: "Stage", finding: "Finding",
};

/** A JSON value as a person reads it in a table. */
export function valueWords(value: unknown): string {
  if (value === null || value === undefined) return "absent";
  if (typeof value === "number") return Number.isInteger(value) ? fixed(value, 0) : String(value);
  if (typeof value === "string") return value || "empty";
  return JSON.stringify(value);
}

const kMostRows = 400;

/** Nested parameters as one row each: "training.batch" and its value. */
export function flatten(value: unknown, prefix = "", into: [string, string][] = []): [string, string][] {
  if (into.length >= kMostRows) return into;
  if (typeof value === "object" && value !== null && !Array.isArray(value) && prefix.split(".").length < 12) {
    for (const [key, one] of Object.entries(value)) flatten(one, prefix ? `${prefix}.${key}` : key, into);
  } else if (prefix) {
    into.push([prefix, valueWords(value)]);
  }
  return into;
}
