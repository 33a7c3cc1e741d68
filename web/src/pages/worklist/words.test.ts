import { expect, test } from "vitest";
import type { WorklistRow } from "../../api/contract";
import { resultWords, waitOf, whereWhen } from "./words";

const row = (change: Partial<WorklistRow>): WorklistRow => ({
  study: "1.2", urgency: "urgent", raised_by: "", arrived: "", due: "", group: "over", waiting_seconds: 3840, target_seconds: 3600,
  patient: { name: "", id: "", sex: "", age: "", birth_date: "" }, title: "", place: "Ward 7B", acquired: "2026-11-24T08:42:00", accession: "",
  ai: "done", findings: [], assessed: 4, of: 4, warnings: 0, why: "", acknowledged: null, ...change,
});
const finding = (label: string, state: WorklistRow["findings"][0]["state"], reason = "") => ({ label, state, reason });

test("what needs eyes comes first, however the server orders it", () => {
  expect(resultWords(row({ findings: [finding("Effusion", "undecided"), finding("Nodule", "below"), finding("Consolidation", "above")] })))
    .toEqual({ first: "Consolidation above threshold", second: "Effusion undecided", quiet: false });
});

test("below every threshold says how much was assessed", () => {
  expect(resultWords(row({ assessed: 3, findings: [finding("A", "below"), finding("B", "below")] })))
    .toEqual({ first: "Below every threshold", second: "3 of 4 assessed", quiet: false });
  expect(resultWords(row({ findings: [finding("A", "below"), finding("B", "no_result")] })).second).toBe("B: no result");
  expect(resultWords(row({ findings: [finding("A", "below")] })).first).toBe("A below threshold");
});

test("nothing scored never reads like a negative", () => {
  for (const ai of ["failed", "out_of_scope", "queued", "paused", "none", "done"] as const) {
    const words = resultWords(row({ ai, findings: [finding("A", "no_result", "why")] }));
    expect(words.quiet).toBe(true);
    expect(words.first).not.toMatch(/below|normal|negative/i);
    expect(words.second).toBe("why");
  }
});

test("the wait goes on between two answers of the server, and stops when acknowledged", () => {
  expect(waitOf(row({}), 60)).toMatchObject({ words: "1:05", target: "1:00", over: true });
  expect(waitOf(row({ acknowledged: { by: "x", at: "" } }), 600).words).toBe("1:04");
  expect(waitOf(row({ waiting_seconds: 1800 }), 0)).toMatchObject({ over: false, share: 1 / 3 });
});

test("place and time of the film", () => {
  expect(whereWhen(row({}), new Date("2026-11-24T12:00:00"))).toBe("Ward 7B, 08:42");
  expect(whereWhen(row({ acquired: "" }), new Date())).toBe("Ward 7B");
});
