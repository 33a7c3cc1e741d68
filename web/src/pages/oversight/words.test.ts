import { expect, test } from "vitest";
import type { ModelRow, Pause } from "../../api/oversight";
import { answeredWords, cannotConfirm, daysTo, failedWords, inventoryWords, milliseconds, pauseSteps, reviewWords } from "./words";

const from = new Date("2026-11-24T09:46:00");
const pause = (more: Partial<Pause> = {}): Pause => ({
  state: "asked", reason: "drift", asked_by: "g.overseer", asked_at: "2026-11-24T09:40:00Z", confirmed_by: "", confirmed_at: "",
  resume_reason: "", resume_asked_by: "", resume_asked_at: "", lapses: "2026-11-24T10:10:00Z", ...more,
});

test("the inventory is counted by state, without the empty ones", () => {
  const rows = (["live", "live", "paused", "retired"] as const).map((state) => ({ state }) as ModelRow);
  expect(inventoryWords(rows)).toBe("4 models: 2 live, 1 paused, 1 retired.");
});

test("a review is due in whole days of the calendar", () => {
  expect(daysTo("2026-12-15", from)).toBe(21);
  expect(reviewWords("2026-12-15", from)).toEqual({ overdue: false, words: "in 21 days" });
  expect(reviewWords("2026-11-24", from)).toEqual({ overdue: false, words: "today" });
  expect(reviewWords("2026-11-18", from)).toEqual({ overdue: true, words: "6 days overdue" });
  expect(reviewWords("", from).words).toBe("");
});

test("latency, failures and answers in words", () => {
  expect([milliseconds(240), milliseconds(1900), milliseconds(95_000)]).toEqual(["240 ms", "1.9 s", "95 s"]);
  expect(failedWords(11, 3637)).toBe("fewer than 1 in 100 of 3,637 films");
  expect(failedWords(0, 3637)).toBe("of 3,637 films");
  expect(failedWords(0, 0)).toBe("no film in this time");
  expect(answeredWords({ agree: 2612, answers: 2871, disagree: 196, cannot_say: 63, undecided: 1 }).rest).toMatch(/^Disagree 196, cannot say 63; 1 answer /);
});

test("a pause takes two people, and who asked cannot confirm", () => {
  expect(pauseSteps(null)).toEqual([]);
  expect(pauseSteps(pause()).map(({ word, done }) => [word, done])).toEqual([["Pause asked", true], ["Waiting", false]]);
  const resumes = pause({ state: "resume_asked", confirmed_by: "c.lead", resume_asked_by: "c.lead" });
  expect(pauseSteps(resumes).map(({ word }) => word)).toEqual(["Pause asked", "Paused", "Return asked", "Waiting"]);
  expect(cannotConfirm(pause(), "g.overseer")).toMatch(/cannot confirm/);
  expect(cannotConfirm(pause(), "c.lead")).toBe("");
  expect(cannotConfirm(resumes, "g.overseer")).toBe("");
  expect(cannotConfirm(resumes, "c.lead")).toMatch(/cannot confirm/);
});
