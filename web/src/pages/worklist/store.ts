// The worklist's data: pages of rows by filter, asked again every 3 s with their ETags while the
// page is attended, and only those that are looked at.
import { signal } from "@preact/signals";
import { ApiError, getJson } from "../../api/client";
import type { WorklistCounts, WorklistPage, WorklistRow } from "../../api/contract";
import { isAttended } from "../../api/poll";
import { type Filters, requestFor } from "./filters";
import { groupStarts, type GroupStart, kPageRows, type LoadedPage, pagesOf, type Span } from "./rows";

const kEveryMs = 3000;
/** A scroll that goes on does not ask for what it passes. */
const kRestMs = 60;

export class WorklistStore {
  /** Grows with every change of the rows; the page draws again. */
  readonly version = signal(0);
  readonly total = signal<number | null>(null);
  readonly counts = signal<WorklistCounts | null>(null);
  readonly error = signal<ApiError | null>(null);
  readonly confirmed = signal<Date | null>(null);
  starts: GroupStart[] = [];

  private pages = new Map<number, LoadedPage>();
  private asking = new Set<number>();
  private abort = new AbortController();
  private timer: ReturnType<typeof setInterval> | undefined;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private span: Span = { from: 0, to: 1 };
  private filters: Filters | null = null;
  private beforeChange: () => () => void = () => () => undefined;

  /** `anchor` is called before rows move and returns what to do afterwards, to hold the scroll. */
  start(anchor: () => () => void): void {
    this.beforeChange = anchor;
    this.timer = setInterval(() => {
      if (isAttended()) void this.refresh();
    }, kEveryMs);
  }

  stop(): void {
    clearInterval(this.timer);
    clearTimeout(this.resting);
    this.abort.abort();
  }

  /** Starts afresh with other filters; keeps the counts until the new ones are there. */
  show(filters: Filters): void {
    this.abort.abort();
    this.abort = new AbortController();
    this.filters = filters;
    this.pages.clear();
    this.asking.clear();
    this.starts = [];
    this.span = { from: 0, to: 1 };
    this.total.value = null;
    this.error.value = null;
    this.version.value += 1;
    void this.fetchPage(0);
  }

  row(index: number): WorklistRow | undefined {
    return this.pages.get(Math.floor(index / kPageRows))?.rows[index % kPageRows];
  }

  /** Seconds since the server counted this row's wait. */
  secondsSince(index: number, at: number): number {
    const page = this.pages.get(Math.floor(index / kPageRows));
    return page ? Math.max(0, (at - page.fetchedAt) / 1000) : 0;
  }

  indexOf(study: string): number {
    for (const [number, page] of this.pages) {
      const at = page.rows.findIndex((row) => row.study === study);
      if (at >= 0) return number * kPageRows + at;
    }
    return -1;
  }

  /** Says what is looked at; fetches what is missing once the scroll rests there. */
  look(span: Span): void {
    this.span = span;
    clearTimeout(this.resting);
    if (pagesOf(span).every((page) => this.pages.has(page))) return;
    this.resting = setTimeout(() => {
      for (const page of pagesOf(this.span)) if (!this.pages.has(page)) void this.fetchPage(page);
    }, kRestMs);
  }

  async ensure(index: number): Promise<void> {
    const page = Math.floor(index / kPageRows);
    if (!this.pages.has(page)) await this.fetchPage(page);
  }

  async refresh(): Promise<void> {
    await Promise.all(pagesOf(this.span).map((page) => this.fetchPage(page)));
  }

  private async fetchPage(number: number): Promise<void> {
    if (!this.filters || this.asking.has(number)) return;
    const { signal: abort } = this.abort;
    this.asking.add(number);
    try {
      const held = this.pages.get(number);
      const reply = await getJson<WorklistPage>(requestFor(this.filters, number * kPageRows, kPageRows),
        { signal: abort, ...(held ? { etag: held.etag } : {}) });
      if (abort.aborted) return;
      this.confirmed.value = new Date();
      this.error.value = null;
      if (reply.data) this.take(number, reply.data, reply.etag);
    } catch (cause) {
      if (!abort.aborted && cause instanceof ApiError) this.error.value = cause;
    } finally {
      if (!abort.aborted) this.asking.delete(number);
    }
  }

  private take(number: number, page: WorklistPage, etag: string): void {
    const after = this.beforeChange();
    const moved = this.total.value !== null && this.total.value !== page.total;
    this.pages.set(number, { etag, rows: page.rows, fetchedAt: Date.now() });
    this.counts.value = page.counts;
    this.total.value = page.total;
    if (moved) this.dropUnseen();
    const indexes = [...this.pages].flatMap(([at, { rows }]) => rows.map((_, i) => at * kPageRows + i));
    this.starts = groupStarts(page.total, page.counts, (index) => this.row(index), indexes);
    this.version.value += 1;
    after();
  }

  /** Rows came or went: pages that nobody looks at no longer fit and are fetched when needed. */
  private dropUnseen(): void {
    const seen = new Set(pagesOf(this.span));
    for (const held of [...this.pages.keys()]) if (!seen.has(held)) this.pages.delete(held);
  }
}
