import { expect, test } from "vitest";
import { addressOf, kUrgencies, readFilters, requestFor, stepped, toggled } from "./filters";

test("filters go into the address and come back", () => {
  const filters = readFilters("?view=all&urgency=urgent,critical&ai=failed", {});
  expect(filters).toEqual({ view: "all", urgency: ["critical", "urgent"], ai: ["failed"], find: "" });
  expect(addressOf(filters)).toBe("/worklist?view=all&urgency=critical,urgent&ai=failed");
  expect(readFilters(addressOf(filters).slice("/worklist".length), {})).toEqual(filters);
});

test("what is unknown is left out", () => {
  expect(readFilters("?view=<b>&urgency=urgent,x&ai=", {})).toEqual({ view: "open", urgency: ["urgent"], ai: [], find: "" });
});

test("the find text, which may name a patient, is asked for but never in the address", () => {
  const filters = readFilters("", { find: "TESTCASE" });
  expect(addressOf(filters)).toBe("/worklist");
  expect(requestFor(filters, 200, 100)).toBe("/api/worklist?find=TESTCASE&offset=200&limit=100");
  expect(requestFor({ ...filters, find: "a&b=c" }, 0, 100)).toBe("/api/worklist?find=a%26b%3Dc&limit=100");
});

test("a key steps through a filter and back to all", () => {
  const seen = [];
  let chosen = stepped([], kUrgencies);
  while (chosen.length) {
    seen.push(chosen[0]);
    chosen = stepped(chosen, kUrgencies);
  }
  expect(seen).toEqual(kUrgencies);
  expect(stepped(["critical", "urgent"], kUrgencies)).toEqual(["critical"]);
  expect(toggled(["routine"], "critical", kUrgencies)).toEqual(["critical", "routine"]);
  expect(toggled(["critical", "routine"], "critical", kUrgencies)).toEqual(["routine"]);
});
