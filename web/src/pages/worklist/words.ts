// What a row of the worklist says, from what the server knows about the study.
import type { FindingState, WorklistRow } from "../../api/contract";
import { clock, parseTime, day, waiting } from "../../design/times";
import { plural } from "../../design/numbers";

export interface ResultWords {
  first: string;
  second: string;
  /** The first line is no result: it stands back. */
  quiet: boolean;
}

const kOrder: FindingState[] = ["above", "undecided", "failed", "no_result", "withdrawn", "paused", "queued", "below"];

const kWords: Record<FindingState, string> = {
  above: "above threshold",
  undecided: "undecided",
  below: "below threshold",
  failed: "failed",
  no_result: "no result",
  withdrawn: "withdrawn",
  paused: "paused",
  queued: "queued",
};

/** "3 of 4 assessed", with the warnings that change how far a score is worth. */
function extent(row: WorklistRow): string {
  if (row.warnings > 0) return plural(row.warnings, "quality warning");
  return row.assessed < row.of ? `${row.assessed} of ${row.of} assessed` : "";
}

/** Nothing was scored: the line says so and why; it must not look like a negative. */
function unscored(row: WorklistRow): ResultWords {
  const reason = row.findings.find((finding) => finding.reason)?.reason ?? "";
  const first = {
    queued: "Waits for its score", failed: "No result", out_of_scope: "No result",
    paused: "No result: model paused", none: "No model for this study", done: "No result",
  }[row.ai];
  return { first, second: reason, quiet: true };
}

export function resultWords(row: WorklistRow): ResultWords {
  const scored = row.findings.filter(({ state }) => state === "above" || state === "below" || state === "undecided");
  if (scored.length === 0) return unscored(row);
  const sorted = [...row.findings].sort((a, b) => kOrder.indexOf(a.state) - kOrder.indexOf(b.state));
  const top = sorted[0];
  if (top?.state === "above" || top?.state === "undecided") {
    const next = sorted[1];
    const second = next && (next.state === "above" || next.state === "undecided")
      ? `${next.label} ${kWords[next.state]}` : extent(row);
    return { first: `${top.label} ${kWords[top.state]}`, second, quiet: false };
  }
  const rest = sorted.find(({ state }) => state !== "below");
  const second = rest ? `${rest.label}: ${kWords[rest.state]}` : extent(row);
  return { first: scored.length === 1 ? `${scored[0]?.label} below threshold` : "Below every threshold", second: second || extent(row), quiet: false };
}

/** "Ward 7B, 08:42": the place and the time of the film, with its day when that is not today. */
export function whereWhen(row: WorklistRow, from: Date): string {
  const at = parseTime(row.acquired);
  const time = at
    ? at.toDateString() === from.toDateString() ? clock(at) : `${day(at, at.getFullYear() !== from.getFullYear())}, ${clock(at)}`
    : "";
  return [row.place, time].filter(Boolean).join(", ");
}

/** How the wait compares with its target; the picture holds 1.5 targets. */
export interface Wait {
  words: string;
  target: string;
  over: boolean;
  /** Share of the picture, 0 to 1; the tick for the target is at two thirds. */
  share: number;
}

export function waitOf(row: WorklistRow, secondsSince: number): Wait {
  const seconds = row.waiting_seconds + (row.acknowledged ? 0 : secondsSince);
  return {
    words: waiting(seconds),
    target: waiting(row.target_seconds),
    over: seconds > row.target_seconds,
    share: row.target_seconds > 0 ? Math.min(1, seconds / row.target_seconds / 1.5) : 0,
  };
}
