// A study while it is read: what the server knows, which finding is current, what is shown on the
// film, and how long the reader took.
import { signal, type Signal } from "@preact/signals";
import { ApiError, path, postJson } from "../../api/client";
import type { Decision, Finding, FindingState, Marks, Study } from "../../api/contract";

export type ShownState = FindingState | "held";

const kScored = new Set<FindingState>(["above", "below", "undecided"]);

/** A score waits for the first read where the site wants it so. */
export function shownState(finding: Finding, marksAllowed: boolean): ShownState {
  return !marksAllowed && kScored.has(finding.state) ? "held" : finding.state;
}

/** What a letter key means for a finding: an undecided one has nothing to agree with. */
export function answerFor(finding: Finding, key: "yes" | "no" | "cannot"): Decision | null {
  const wanted: Decision[] = key === "yes" ? ["agree", "present"] : key === "no" ? ["disagree", "absent"] : ["cannot_say"];
  return finding.answers.find((answer) => wanted.includes(answer)) ?? null;
}

export function isUndecided(finding: Finding): boolean {
  return finding.state === "undecided";
}

/** "2 of 4 assessed": those with a score among all that were asked for. */
export function assessedWords(study: Study): string {
  const scored = study.findings.filter(({ state }) => kScored.has(state)).length;
  return `${scored} of ${study.findings.length} assessed`;
}

export class StudyModel {
  readonly current = signal(0);
  readonly marks = signal<Marks>("off");
  /** Errors of answers, by finding id; "" for the study. */
  readonly faults = signal<Record<string, string>>({});
  readonly busy = signal("");
  private shown = new Set<string>();
  private since = new Map<string, number>();

  /** `onPatch` is called when an answer of the server is newer than any poll under way. */
  constructor(readonly study: string, private readonly data: Signal<Study | null>, private readonly onPatch = (): void => undefined) {}

  /** Notes when a finding was first looked at. */
  look(finding: string, at = performance.now()): void {
    if (!this.since.has(finding)) this.since.set(finding, at);
  }

  seconds(finding: string, at = performance.now()): number {
    return Math.round((at - (this.since.get(finding) ?? at)) / 100) / 10;
  }

  select(index: number): void {
    const findings = this.data.value?.findings ?? [];
    this.current.value = Math.min(findings.length - 1, Math.max(0, index));
    const finding = findings[this.current.value];
    if (finding) this.look(finding.id);
  }

  /** Shows marks, and tells the server what was shown for the first time. */
  showMarks(mode: Marks, visible: Finding[]): void {
    this.marks.value = mode;
    if (mode === "off") return;
    for (const { id } of visible) {
      const key = `${id} ${mode}`;
      if (this.shown.has(key)) continue;
      this.shown.add(key);
      postJson<void>(path`/api/studies/${this.study}/shown`, { finding: id, marks: mode }).catch((cause: unknown) => {
        // Tell it again next time: the record must not miss it.
        this.shown.delete(key);
        if (!(cause instanceof ApiError)) throw cause;
      });
    }
  }

  async decide(finding: Finding, decision: Decision, reason = "", note = ""): Promise<void> {
    await this.guarded(finding.id, async () => {
      const reply = await postJson<{ finding: Finding; status: Study["status"] }>(
        path`/api/studies/${this.study}/findings/${finding.id}/decision`,
        { decision, reason, note, shown: this.marks.value, seconds: this.seconds(finding.id) });
      this.patch((study) => ({
        ...study, status: reply.status, findings: study.findings.map((one) => (one.id === finding.id ? reply.finding : one)),
      }));
    });
  }

  async enterFirstRead(text: string): Promise<boolean> {
    return this.guarded("first-read", async () => {
      const reply = await postJson<Pick<Study, "first_read">>(path`/api/studies/${this.study}/first-read`, { text });
      this.patch((study) => ({ ...study, first_read: reply.first_read, marks_allowed: true }));
    });
  }

  /** Acknowledges; gives the next study, null at the end of the list, undefined when it failed. */
  async acknowledge(): Promise<string | null | undefined> {
    let next: string | null | undefined;
    await this.guarded("", async () => {
      const reply = await postJson<Pick<Study, "acknowledged" | "status" | "next">>(path`/api/studies/${this.study}/acknowledge`);
      this.patch((study) => ({ ...study, acknowledged: reply.acknowledged, status: reply.status }));
      next = reply.next;
    });
    return next;
  }

  async report(finding: string, text: string): Promise<boolean> {
    return this.guarded("problem", () => postJson<void>(path`/api/studies/${this.study}/problem`, { finding, text }));
  }

  private patch(change: (study: Study) => Study): void {
    this.onPatch();
    if (this.data.value) this.data.value = change(this.data.value);
  }

  /** One change at a time for each thing; a failure is kept beside what it was about. */
  private async guarded(key: string, run: () => Promise<void>): Promise<boolean> {
    const name = key || "study";
    if (this.busy.value === name) return false;
    this.busy.value = name;
    try {
      await run();
      const { [key]: _, ...rest } = this.faults.value;
      this.faults.value = rest;
      return true;
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      this.faults.value = { ...this.faults.value, [key]: `Not recorded. ${cause.message} ${cause.hint}`.trim() };
      return false;
    } finally {
      this.busy.value = "";
    }
  }
}
