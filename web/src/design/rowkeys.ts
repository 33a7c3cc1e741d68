// Tables that are walked by keys: j and k go from row to row, by the link that names the row.
import { type Signal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import { useKeys } from "../keys/registry";

export interface RowWalk {
  body: RefObject<HTMLTableSectionElement | null>;
  /** The row that is chosen; -1 before the first press. */
  at: Signal<number>;
}

/** The row after a step, inside the table; from nowhere the first step goes to the first row. */
export function stepRow(at: number, by: number, rows: number): number {
  return Math.min(rows - 1, Math.max(0, at + by));
}

/** Rows of `body` need a link each; Enter on it opens it, as any link. */
export function useRowWalk(): RowWalk {
  const body = useRef<HTMLTableSectionElement>(null);
  const at = useSignal(-1);
  const links = (): HTMLElement[] => [...(body.current?.querySelectorAll<HTMLElement>("tr > th a") ?? [])];
  const step = (by: number): void => {
    const all = links();
    if (all.length === 0) return;
    const focused = all.indexOf(document.activeElement as HTMLElement);
    at.value = stepRow(focused >= 0 ? focused : at.value, by, all.length);
    all[at.value]?.focus();
  };
  useKeys({
    tableNext: () => step(1), tablePrevious: () => step(-1),
    tableOpen: () => links()[at.value]?.click(),
  });
  return { body, at };
}
