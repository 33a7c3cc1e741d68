// Runs as the engineer sees them: the table, one run, two beside each other, and lineage.
import type { Estimate } from "./contract";
import type { Gate, Subgroups } from "./oversight";

export interface RunRow {
  name: string;
  study: string;
  kind: string;
  state: string;
  /** Of a failed one. */
  error: string;
  dataset: string;
  dataset_digest: string;
  seed: number;
  metric: { name: string; value: Estimate | null; value_why: string };
  /** To the model in production, on the same test films. */
  difference: Estimate | null;
  difference_why: string;
  /** "chest-opacity@1"; empty: none is in production. */
  compared_with: string;
  started: string;
  ended: string;
  seconds: number;
  model: string;
  revision: string;
}

export interface Origin {
  kind: "films" | "dataset" | "run" | "package" | "stage" | "finding";
  label: string;
  digest: string;
  href: string;
}

export interface Epoch {
  epoch: number;
  loss: number;
  validation_loss: number | null;
  validation_auroc: number | null;
  validation_auprc: number | null;
}

/** [false positive rate, sensitivity], rising. */
export type RocPoint = [number, number];

export interface Roc {
  points: RocPoint[];
  operating: { fpr: Estimate; tpr: Estimate } | null;
  n: number;
  positive: number;
}

export interface Bin {
  mean: number;
  observed: number | null;
  lower: number | null;
  upper: number | null;
  n: number;
}

export interface Reliability {
  bins: Bin[];
  slope: Estimate | null;
  slope_why: string;
  intercept: Estimate | null;
  intercept_why: string;
}

export interface Run extends RunRow {
  lineage: Origin[];
  numbers: { name: string; value: Estimate | null; value_why: string }[];
  curve: Epoch[];
  roc: Roc;
  reliability: Reliability;
  subgroups: Subgroups;
  gates: Gate[];
  worst: { item: string; label: "present" | "absent"; probability: number; thumbnail: string }[];
  environment: Record<string, unknown> | null;
  parameters: unknown;
  /** Why there is no evaluation; empty when there is one. */
  why: string;
  report: string;
}

export interface Comparison {
  a: RunRow;
  b: RunRow;
  differs: { key: string; a: unknown; b: unknown }[];
  metrics: { name: string; a: Estimate | null; b: Estimate | null; difference: Estimate | null; difference_why: string; paired: boolean }[];
  /** Why the differences are not of the same films; empty: they are. */
  unpaired_why: string;
  roc: { a: RocPoint[]; b: RocPoint[] };
}
