// Labelling as the server speaks it: projects, films as one reader may see them, agreement.
import type { Estimate, ImageInfo } from "./contract";

export type LabelAnswer = "present" | "absent" | "unsure";
/** x0, y0, x1, y1 in pixels of the film. */
export type Box = [number, number, number, number];

export interface FindingName {
  code: string;
  label: string;
}

export interface Project {
  id: string;
  name: string;
  dataset: string;
  findings: FindingName[];
  boxes: boolean;
  readers: [string, string];
  adjudicator: string;
  films: number;
  mine: { role: "reader" | "adjudicator" | ""; done: number; left: number };
  /** By both readers together: up to twice the films. */
  answered: number;
  /** Null for whom it is not told: a reader stays blind. */
  disagreements: number | null;
  state: "open" | "closed";
  /** Digest of the new version; empty while the project is open. */
  result: string;
  created: string;
}

export type Answers = Record<string, LabelAnswer>;
export type Boxes = Record<string, Box>;

export interface LabelItem {
  id: string;
  number: number;
  of: number;
  /** Codes that this person is to answer. */
  asked: string[];
  image: ImageInfo;
  answers: Answers | null;
  boxes: Boxes | null;
  /** For the adjudicator only. */
  others: null | { reader: string; answers: Answers; boxes: Boxes }[];
}

export interface FindingAgreement extends FindingName {
  kappa: Estimate | null;
  kappa_why?: string;
  kappa_with_unsure: Estimate | null;
  table: { both_present: number; only_first: number; only_second: number; both_absent: number; unsure: number };
  films: number;
}

export interface Agreement {
  findings: FindingAgreement[];
  disagreements: { item: string; number: number; finding: string; answers: LabelAnswer[]; settled: LabelAnswer | null }[];
}

export interface Choices {
  datasets: { name: string; version: string; films: number; digest: string }[];
  readers: string[];
}

export interface NewProject {
  name: string;
  dataset: string;
  findings: FindingName[];
  boxes: boolean;
  readers: [string, string];
  adjudicator: string;
  films: number;
}

export interface Finished {
  dataset: string;
  version: number;
  digest: string;
  films: number;
  left_out: number;
  unsettled: number;
}
