// What the oversight pages say about a model.
import type { Model, ModelRow, ModelState, Pause } from "../../api/oversight";
import type { Shape } from "../../design/icons";
import { count, fixed, percent, plural } from "../../design/numbers";
import { fullDate, parseTime } from "../../design/times";

export const kStates: Record<ModelState, { shape: Shape; word: string; strong?: boolean }> = {
  live: { shape: "run", word: "Live" },
  paused: { shape: "paused", word: "Paused", strong: true },
  pause_asked: { shape: "queued", word: "Pause asked", strong: true },
  shadow: { shape: "held", word: "Shadow" },
  proposed: { shape: "routine", word: "Proposed" },
  retired: { shape: "none", word: "Retired" },
};

/** "9 models: 5 live, 1 paused, 1 in shadow, 1 proposed, 1 retired". */
export function inventoryWords(rows: ModelRow[]): string {
  const words: Record<ModelState, string> = { live: "live", pause_asked: "with a pause asked for", paused: "paused", shadow: "in shadow", proposed: "proposed", retired: "retired" };
  const parts = (Object.keys(words) as ModelState[]).flatMap((state) => {
    const n = rows.filter((row) => row.state === state).length;
    return n > 0 ? [`${count(n)} ${words[state]}`] : [];
  });
  return `${plural(rows.length, "model")}: ${parts.join(", ")}.`;
}

/** Whole days from today to a date of the calendar; negative when it is past. Null: it is no date. */
export function daysTo(date: string, from = new Date()): number | null {
  const at = parseTime(date);
  if (!at) return null;
  const midnight = new Date(from.getFullYear(), from.getMonth(), from.getDate());
  return Math.round((at.getTime() - midnight.getTime()) / 86_400_000);
}

export function reviewWords(date: string, from = new Date()): { overdue: boolean; words: string } {
  const days = daysTo(date, from);
  if (days === null) return { overdue: false, words: "" };
  if (days < 0) return { overdue: true, words: `${plural(-days, "day")} overdue` };
  return { overdue: false, words: days === 0 ? "today" : `in ${plural(days, "day")}` };
}

/** 1900 → "1.9 s", 240 → "240 ms", 95,000 → "95 s". */
export function milliseconds(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${fixed(ms / 1000, 1)} s` : `${Math.round(ms / 1000)} s`;
}

/** "fewer than 1 in 100"; what a count of failures is of. */
export function failedWords(failed: number, films: number): string {
  if (films === 0) return "no film in this time";
  if (failed === 0) return `of ${plural(films, "film")}`;
  return failed / films < 0.01 ? `fewer than 1 in 100 of ${plural(films, "film")}` : `${percent(failed / films)} of ${plural(films, "film")}`;
}

export function answeredWords({ agree, answers, disagree, cannot_say, undecided }: ModelRow["answers"]): { main: string; rest: string } {
  return {
    main: `${count(agree)} of ${plural(answers, "answer")}`,
    rest: `Disagree ${count(disagree)}, cannot say ${count(cannot_say)}; ${plural(undecided, "answer")} to undecided results are not in this.`,
  };
}

/** "2026-11-17" → "17 Nov". */
export function shortDay(date: string): string {
  return fullDate(date).replace(/ \d{4}$/, "");
}

export interface PauseStep {
  done: boolean;
  word: string;
  who: string;
  at: string;
  reason: string;
}

/** The steps of the question that stands: asked, then confirmed by another person. */
export function pauseSteps(pause: Pause | null): PauseStep[] {
  if (!pause) return [];
  const asked = { done: true, word: "Pause asked", who: pause.asked_by, at: pause.asked_at, reason: pause.reason };
  if (pause.state === "asked") return [asked, { done: false, word: "Waiting", who: "", at: "", reason: "" }];
  const steps = [asked, { done: true, word: "Paused", who: pause.confirmed_by, at: pause.confirmed_at, reason: "" }];
  if (pause.state === "paused") return steps;
  return [...steps, { done: true, word: "Return asked", who: pause.resume_asked_by, at: pause.resume_asked_at, reason: pause.resume_reason },
    { done: false, word: "Waiting", who: "", at: "", reason: "" }];
}

/** Why this person cannot confirm what is asked; "" when they can. */
export function cannotConfirm(pause: Pause, me: string): string {
  const asker = pause.state === "asked" ? pause.asked_by : pause.resume_asked_by;
  return asker === me ? "You asked, so you cannot confirm." : "";
}

/** Whether a pause can be asked for at all: only what scores can be paused. */
export function canBePaused(model: Pick<Model, "stage">): boolean {
  return model.stage === "production" || model.stage === "shadow";
}

const kGateNames: Record<string, string> = {
  auroc: "AUROC", sensitivity: "Sensitivity", specificity: "Specificity", ece: "Calibration error", subgroup_gap: "Gap between groups",
  metadata_margin: "AUROC above the metadata alone", leakage: "Patients on two sides of the split",
};

export function gateName(name: string): string {
  return kGateNames[name] ?? name.replace(/_/g, " ").replace(/^./, (first) => first.toUpperCase());
}
