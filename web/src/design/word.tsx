// Word with shape: the only way to show a state. Shape, word, and for urgency a colour; each alone
// is enough.
import type { AiState, FindingState, Urgency } from "../api/contract";
import { Icon, type Shape } from "./icons";

export type Tone = "" | "critical" | "urgent" | "quiet" | "strong";

export function Word({ shape, tone = "", children }: { shape: Shape; tone?: Tone; children: string }) {
  return <span class={tone ? `w ${tone}` : "w"}><Icon shape={shape} />{children}</span>;
}

interface Look {
  shape: Shape;
  tone: Tone;
  word: string;
}

const kUrgency: Record<Urgency, Look> = {
  critical: { shape: "critical", tone: "critical", word: "Critical" },
  urgent: { shape: "urgent", tone: "urgent", word: "Urgent" },
  routine: { shape: "routine", tone: "quiet", word: "Routine" },
};

const kAi: Record<AiState, Look> = {
  done: { shape: "done", tone: "", word: "Done" },
  queued: { shape: "queued", tone: "quiet", word: "Queued" },
  failed: { shape: "failed", tone: "strong", word: "Failed" },
  out_of_scope: { shape: "scope", tone: "", word: "Out of scope" },
  paused: { shape: "paused", tone: "", word: "Paused" },
  none: { shape: "none", tone: "quiet", word: "No model" },
};

/** States of a finding that show a shape; the scored ones are words alone. */
const kFinding: Record<Exclude<FindingState, "above" | "below" | "undecided"> | "held", Look> = {
  no_result: { shape: "none", tone: "", word: "No result" },
  failed: { shape: "failed", tone: "", word: "Failed" },
  queued: { shape: "queued", tone: "", word: "Queued" },
  paused: { shape: "paused", tone: "", word: "Paused" },
  withdrawn: { shape: "failed", tone: "", word: "Withdrawn" },
  held: { shape: "held", tone: "", word: "Held" },
};

const kScored = { above: "Above threshold", below: "Below threshold", undecided: "Undecided" };

function Looked({ look }: { look: Look }) {
  return <Word shape={look.shape} tone={look.tone}>{look.word}</Word>;
}

/** A value that this page does not know is shown as it came, never dropped. */
const unknown = (word: string): Look => ({ shape: "info", tone: "strong", word: word || "Unknown" });

export function UrgencyWord({ urgency }: { urgency: Urgency }) {
  return <Looked look={kUrgency[urgency] ?? unknown(urgency)} />;
}

export function AiWord({ state }: { state: AiState }) {
  return <Looked look={kAi[state] ?? unknown(state)} />;
}

export function aiWord(state: AiState): string {
  return (kAi[state] ?? unknown(state)).word;
}

export function FindingWord({ state }: { state: FindingState | "held" }) {
  if (state === "above" || state === "below" || state === "undecided") return <>{kScored[state]}</>;
  return <Looked look={kFinding[state] ?? unknown(state)} />;
}
