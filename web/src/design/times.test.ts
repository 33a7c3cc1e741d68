import { expect, test } from "vitest";
import { duration, fullDate, fullTime, parseTime, waiting, weekdayTime, when } from "./times";

const at = (text: string): Date => new Date(text);

test("today has no date, this year no year", () => {
  const from = at("2026-11-24T09:46:00");
  expect(when("2026-11-24T09:07:59", from)).toBe("09:07");
  expect(when("2026-11-18T14:20:00", from)).toBe("18 Nov, 14:20");
  expect(when("2025-11-18T14:20:00", from)).toBe("18 Nov 2025, 14:20");
  expect(when("", from)).toBe("");
  expect(weekdayTime(from)).toBe("Tue 24 Nov 2026, 09:46");
});

test("waiting is h:mm, rounded down, and never negative", () => {
  expect(waiting(3840)).toBe("1:04");
  expect(waiting(59)).toBe("0:00");
  expect(waiting(26 * 3600 + 10 * 60)).toBe("26:10");
  expect(waiting(-5)).toBe("0:00");
});

test("durations read as people say them", () => {
  expect(duration(31)).toBe("31 s");
  expect(duration(245)).toBe("4 min 5 s");
  expect(duration(2 * 3600 + 31 * 60)).toBe("2 h 31 min");
  expect(duration(76 * 3600)).toBe("3 d 4 h");
});

test("dates from outside that are none are shown as they came", () => {
  expect(fullDate("1963-02-14")).toBe("14 Feb 1963");
  expect(fullDate("unknown")).toBe("unknown");
  expect(fullTime("2026-11-24T08:42:00")).toBe("24 Nov 2026, 08:42");
  expect(fullTime("")).toBe("");
  expect(parseTime("2026-13-45T00:00")).toBeNull();
  expect(parseTime("1")).toBeNull();
});
