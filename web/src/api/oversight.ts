// Models as the governance officer sees them, and what evaluations share with runs.
import type { Estimate } from "./contract";

export type ModelState = "live" | "paused" | "pause_asked" | "shadow" | "proposed" | "retired";

export interface Gap {
  points: number;
  group: string;
  other: string;
  metric: string;
  n: number;
  difference: Estimate | null;
}

export interface ModelRow {
  name: string;
  version: number;
  finding: string;
  intended_use: string;
  owner: string;
  risk: string;
  stage: "development" | "shadow" | "production" | "retired";
  state: ModelState;
  since: string;
  last_validation: string;
  next_review: string;
  /** The run that made it; empty when it is not known. */
  run: string;
  window_days: number;
  films: number;
  scored: number;
  no_result: number;
  failed: number;
  latency_ms: { p50: number; p95: number } | null;
  answers: { answers: number; agree: number; disagree: number; cannot_say: number; undecided: number };
  agreement: Estimate | null;
  agreement_why: string;
  override: Estimate | null;
  override_why: string;
  gap: Gap | null;
  gap_why: string;
  digest: string;
  decision_needed: string;
}

export interface Gate {
  name: string;
  verdict: "pass" | "fail" | "inconclusive";
  value: Estimate | null;
  limit: string;
  text: string;
}

export interface SubgroupRow {
  attribute: string;
  group: string;
  n: number;
  positive: number;
  value: Estimate | null;
  why: string;
}

export interface Subgroups {
  metric: string;
  floor: number | null;
  rows: SubgroupRow[];
  /** Groups left out, in words. */
  omitted: string[];
}

export interface DayRow {
  day: string;
  films: number;
  scored: number;
  failed: number;
  p50_ms: number | null;
  p95_ms: number | null;
  agree: number;
  answers: number;
}

export interface Pause {
  state: "asked" | "paused" | "resume_asked";
  reason: string;
  asked_by: string;
  asked_at: string;
  confirmed_by: string;
  confirmed_at: string;
  resume_reason: string;
  resume_asked_by: string;
  resume_asked_at: string;
  /** When the open question lapses; empty when none is open. */
  lapses: string;
}

export interface Model extends ModelRow {
  /** Markdown, from the package. */
  card: string;
  gates: Gate[];
  sign_offs: { gate: string; by: string; reason: string }[];
  history: { to: string; by: string; reason: string; time: string }[];
  days: DayRow[];
  overrides: { week: string; answers: number; overrides: number }[];
  reasons: { code: string; text: string; count: number }[];
  by_tier: { tier: string; answers: number; overrides: number }[];
  by_version: { version: number; answers: number; overrides: number }[];
  subgroups: Subgroups;
  subgroups_why: string;
  pause: Pause | null;
  /** Address of the evaluation report; empty when there is none. */
  report: string;
}
