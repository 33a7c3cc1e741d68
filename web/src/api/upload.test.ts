import { expect, test } from "vitest";
import { batches, mergeReceipts } from "./upload";

const file = (size: number) => ({ file: { size } });

test("files are sent in order, in parts of bounded size and number", () => {
  expect(batches([file(5), file(5), file(5)], 10, 100).map((b) => b.length)).toEqual([2, 1]);
  expect(batches([file(50), file(1)], 10, 100).map((b) => b.length)).toEqual([1, 1]);
  expect(batches(Array.from({ length: 5 }, () => file(1)), 100, 2).map((b) => b.length)).toEqual([2, 2, 1]);
  expect(batches([])).toEqual([]);
});

test("the receipts of the parts add up", () => {
  const one = { id: "a", time: "t", received: 2, stored: 1, duplicate: 0, quarantined: 0, rejected: 1, items: [{ path: "x", outcome: "stored", reason: "", study: "1" }] };
  expect(mergeReceipts([one, { ...one, id: "b", rejected: 2 }])).toMatchObject({ id: "a", received: 4, stored: 2, rejected: 3, items: [{}, {}] });
  expect(mergeReceipts([])).toBeNull();
});
