// The rows of a list that may hold ten thousand: pages of 100 fetched where they are looked at, each
// with its ETag, and the arithmetic of where a row stands on the page.
import type { Group, WorklistPage, WorklistRow } from "../../api/contract";

export const kPageRows = 100;
export const kRowHeight = 46;
export const kGroupHeight = 35;

export interface LoadedPage {
  etag: string;
  rows: WorklistRow[];
  /** When the server last said so; waiting times count from the first such answer. */
  fetchedAt: number;
}

/** Where groups begin: row index of the first row of each, in order. */
export interface GroupStart {
  group: Group;
  start: number;
  /** Rows in it; null when the server does not say and not all are loaded. */
  count: number | null;
}

export const kGroupWords: Record<Group, string> = {
  over: "Over target",
  soon: "Due within 30 minutes",
  later: "Later",
  acknowledged: "Acknowledged",
};

const kGroups: Group[] = ["over", "soon", "later", "acknowledged"];

/** From the server's counts when it sends them, else from the rows that are loaded. */
export function groupStarts(
  total: number, counts: WorklistPage["counts"] | null, row: (index: number) => WorklistRow | undefined,
  loadedIndexes: number[]): GroupStart[] {
  const given = counts?.group;
  if (given && kGroups.reduce((sum, group) => sum + (given[group] ?? 0), 0) === total) {
    let start = 0;
    return kGroups.flatMap((group) => {
      const size = given[group] ?? 0;
      const entry = { group, start, count: size };
      start += size;
      return size > 0 ? [entry] : [];
    });
  }
  const first = new Map<Group, number>();
  for (const index of loadedIndexes) {
    const group = row(index)?.group;
    if (group && index < (first.get(group) ?? Infinity)) first.set(group, index);
  }
  const starts = [...first].sort((a, b) => a[1] - b[1]);
  const complete = loadedIndexes.length === total;
  return starts.map(([group, start], i) => ({
    group, start, count: complete ? (starts[i + 1]?.[1] ?? total) - start : null,
  }));
}

/** Distance of a row's upper edge from the upper edge of the table body. */
export function rowTop(index: number, starts: GroupStart[]): number {
  let heads = 0;
  for (const { start } of starts) if (start <= index) heads += 1;
  return index * kRowHeight + heads * kGroupHeight;
}

export function bodyHeight(total: number, starts: GroupStart[]): number {
  return total * kRowHeight + starts.length * kGroupHeight;
}

/** The row at a distance from the upper edge of the body; clamped to the rows there are. */
export function rowAt(distance: number, total: number, starts: GroupStart[]): number {
  let low = 0;
  let high = Math.max(0, total - 1);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (rowTop(middle, starts) <= distance) low = middle;
    else high = middle - 1;
  }
  return low;
}

export interface Span {
  from: number;
  to: number;
}

/** The rows to draw for a window of the body, with some to spare on both sides. */
export function visibleSpan(top: number, height: number, total: number, starts: GroupStart[], spare = 12): Span {
  if (total === 0) return { from: 0, to: 0 };
  return {
    from: Math.max(0, rowAt(top, total, starts) - spare),
    to: Math.min(total, rowAt(top + height, total, starts) + 1 + spare),
  };
}

/** The pages that hold a span of rows. */
export function pagesOf({ from, to }: Span): number[] {
  const pages: number[] = [];
  for (let page = Math.floor(from / kPageRows); page * kPageRows < to; page += 1) pages.push(page);
  return pages;
}

/** 1-based row number for aria-rowindex: the head and the group heads count as rows. */
export function ariaIndex(index: number, starts: GroupStart[]): number {
  let heads = 0;
  for (const { start } of starts) if (start <= index) heads += 1;
  return 1 + heads + index + 1;
}
