// The JSON that the server speaks, as types. Times are RFC 3339 in UTC unless said otherwise;
// probabilities are 0 to 1. A field that may be missing on an older server is optional here.

export type Role = "physician" | "reader" | "engineer" | "steward" | "governance" | "administrator";

export type Permission =
  | "study.read" | "study.answer" | "study.upload"
  | "label.answer" | "label.manage"
  | "model.read" | "model.pause"
  | "run.read" | "infer" | "fhir.read" | "admin.read";

export interface ErrorBody {
  error: { code: string; message: string; hint?: string };
}

/** A measured number with its interval, where it has one, and the count behind it. */
export interface Estimate {
  value: number;
  lower: number | null;
  upper: number | null;
  n: number;
}

export interface Notice {
  state: "paused" | "degraded" | "failed";
  subject: string;
  text: string;
  since: string;
  do: string;
  href: string;
}

export interface Session {
  user: null | { name: string; role: Role };
  permissions: Permission[];
  csrf: string;
  site: { name: string; test_system: boolean; marks_policy: "on_request" | "after_first_read" };
  has_users: boolean;
  expires: string;
  idle_minutes: number;
  notices: Notice[];
  version: string;
}

// ── worklist ─────────────────────────────────────────────────────────────

export type Urgency = "critical" | "urgent" | "routine";
export type AiState = "queued" | "done" | "failed" | "out_of_scope" | "paused" | "none";
export type View = "open" | "acknowledged" | "all";
export type Group = "over" | "soon" | "later" | "acknowledged";
export type FindingState =
  | "above" | "below" | "undecided" | "no_result" | "failed" | "queued" | "paused" | "withdrawn";

/** DICOM text as received: hostile until shown through `Outside`. */
export interface Patient {
  name: string;
  id: string;
  sex: string;
  age: string;
  birth_date: string;
}

export interface Acknowledgement {
  by: string;
  at: string;
}

export interface WorklistRow {
  study: string;
  urgency: Urgency;
  raised_by: string;
  arrived: string;
  due: string;
  group: Group;
  waiting_seconds: number;
  target_seconds: number;
  patient: Patient;
  title: string;
  place: string;
  /** Local time of the device, without a zone; may be empty. */
  acquired: string;
  accession: string;
  ai: AiState;
  findings: { label: string; state: FindingState; reason: string }[];
  assessed: number;
  of: number;
  warnings: number;
  why: string;
  acknowledged: null | Acknowledgement;
}

export interface WorklistCounts {
  view: Record<View, number>;
  urgency: Record<Urgency, number>;
  ai: Partial<Record<AiState, number>>;
  /** Rows of each group under the same filters; without it the headings carry no number. */
  group?: Partial<Record<Group, number>>;
}

export interface WorklistPage {
  time: string;
  total: number;
  offset: number;
  counts: WorklistCounts;
  rows: WorklistRow[];
}

export interface ReceiptItem {
  path: string;
  outcome: string;
  reason: string;
  study: string;
}

export interface Receipt {
  id: string;
  time: string;
  received: number;
  stored: number;
  duplicate: number;
  quarantined: number;
  rejected: number;
  items: ReceiptItem[];
}

// ── study ────────────────────────────────────────────────────────────────

export interface ImageInfo {
  sop: string;
  series: string;
  number: number;
  rows: number;
  columns: number;
  bits_stored: number;
  signed: boolean;
  photometric: "MONOCHROME2" | "MONOCHROME1" | "RGB";
  slope: number;
  intercept: number;
  frames: number;
  /** In rescaled values; the first is the default. */
  windows: { name: string; center: number; width: number }[];
  /** Lowest and highest rescaled value of the image. */
  range: [number, number];
  /** Row spacing (down), column spacing (across). */
  spacing_mm: [number, number] | null;
  spacing_source: "detector" | "patient" | "";
  orientation: { left: string; right: string; top: string; bottom: string } | null;
  laterality: string;
  modality: string;
  view: string;
  pixels: string;
  thumbnail: string;
}

export type Decision = "agree" | "disagree" | "cannot_say" | "present" | "absent" | "withdrawn";
export type Marks = "off" | "outline" | "heat";

/** Where a score comes from on the film: `values` row by row over `box`, in image pixels. */
export interface FindingMap {
  width: number;
  height: number;
  values: number[];
  box: [number, number, number, number];
}

export interface RecordedDecision {
  decision: Decision;
  reason: string;
  note: string;
  by: string;
  at: string;
  override: boolean;
  count: number;
}

export interface Finding {
  id: string;
  tag: string;
  code: { system: string; code: string; display: string };
  label: string;
  state: FindingState;
  sentence: string;
  reason: string;
  sop: string;
  probability: number | null;
  lower: number | null;
  upper: number | null;
  threshold: number | null;
  tier: "high" | "medium" | "low" | "undecided" | "";
  tier_text: string;
  similar_n: number | null;
  similar_positive: number | null;
  per_100: number | null;
  model: { name: string; version: string; digest: string; stage: string; href: string };
  scored: string;
  intended_use: string;
  map: FindingMap | null;
  answers: Decision[];
  reasons: { code: string; text: string }[];
  decision: RecordedDecision | null;
  similar: { thumbnail: string; label: string; positive: boolean; text: string }[];
}

export interface Study {
  study: string;
  urgency: Urgency;
  raised_by: string;
  arrived: string;
  due: string;
  waiting_seconds: number;
  target_seconds: number;
  position: number;
  of: number;
  next: string | null;
  previous: string | null;
  patient: Patient;
  title: string;
  place: string;
  acquired: string;
  accession: string;
  question: string;
  acknowledged: null | Acknowledgement;
  first_read: null | { by: string; at: string; text: string };
  marks_allowed: boolean;
  status: "preliminary" | "final" | "amended";
  report: string;
  images: ImageInfo[];
  priors: { study: string; title: string; acquired: string }[];
  findings: Finding[];
  not_assessed: { what: string; why: string }[];
  quality: { warnings: { label: string; text: string }[]; passed: string[] };
  notices: Notice[];
}

export interface DecisionRecord {
  decision: Decision;
  reason: string;
  note: string;
  by: string;
  at: string;
  model_digest: string;
  tier: string;
  threshold: number | null;
  shown: Marks;
  seconds: number;
}
