// The table: real rows for what is looked at, two spacers for what is not, one numbering for all.
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { count } from "../../design/numbers";
import { useScrollFocus } from "../../design/table";
import { now } from "../../design/times";
import { ariaIndex, bodyHeight, kGroupHeight, kGroupWords, rowTop, visibleSpan, type GroupStart, type Span } from "./rows";
import { Row, RowToCome } from "./row";
import type { WorklistStore } from "./store";

const kHeads = ["Urgency", "Waiting", "Patient", "Study", "AI", "AI result", "Why it is here"];
const kWidths = ["u", "t", "p", "s", "a", "y", "r"];

function Spacer({ height }: { height: number }) {
  const row = useRef<HTMLTableRowElement>(null);
  useLayoutEffect(() => {
    if (row.current) row.current.style.height = `${height}px`;
  }, [height]);
  return height > 0 ? <tr class="spacer" ref={row} role="presentation"><td colSpan={7} role="presentation" /></tr> : null;
}

function GroupRow({ start, starts }: { start: GroupStart; starts: GroupStart[] }) {
  return (
    <tr class="grp" aria-rowindex={ariaIndex(start.start, starts) - 1}>
      <th colSpan={7} scope="rowgroup">{kGroupWords[start.group] ?? start.group}
        {start.count !== null && <span>{count(start.count)}</span>}</th>
    </tr>
  );
}

/** Follows the window: which rows are in sight. */
function useSpan(body: RefObject<HTMLTableSectionElement | null>, store: WorklistStore): Span {
  const span = useSignal<Span>({ from: 0, to: 30 });
  const version = store.version.value;
  useLayoutEffect(() => {
    let frame = 0;
    const measure = (): void => {
      frame = 0;
      const total = store.total.value ?? 0;
      const top = body.current?.getBoundingClientRect().top ?? 0;
      const next = visibleSpan(Math.max(0, -top), innerHeight - Math.max(0, top), total, store.starts);
      if (next.from !== span.value.from || next.to !== span.value.to) span.value = next;
      store.look(next);
    };
    const later = (): void => {
      frame ||= requestAnimationFrame(measure);
    };
    measure();
    addEventListener("scroll", later, { passive: true });
    addEventListener("resize", later);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener("scroll", later);
      removeEventListener("resize", later);
    };
  }, [version, store]);
  return span.value;
}

export interface TableProps {
  store: WorklistStore;
  body: RefObject<HTMLTableSectionElement | null>;
  label: string;
  selected: string;
  onSelect: (index: number) => void;
}

export function WorklistTable({ store, body, label, selected, onSelect }: TableProps) {
  const total = store.total.value ?? 0;
  const starts = store.starts;
  const { from, to } = useSpan(body, store);
  const at = now.value;
  const region = useScrollFocus<HTMLDivElement>();
  const last = Math.min(to, total);
  const first = Math.min(from, last);
  const rows = [];
  for (let index = first; index < last; index += 1) {
    const start = starts.find((one) => one.start === index);
    if (start) rows.push(<GroupRow start={start} starts={starts} key={`group ${start.group}`} />);
    const row = store.row(index);
    rows.push(row
      ? <Row key={row.study} row={row} index={index} ariaIndex={ariaIndex(index, starts)} selected={row.study === selected}
        since={store.secondsSince(index, at.getTime())} now={at} onSelect={onSelect} />
      : <RowToCome key={`row ${index}`} ariaIndex={ariaIndex(index, starts)} />);
  }
  const headAt = (index: number): number => (starts.some((one) => one.start === index) ? kGroupHeight : 0);
  const above = first > 0 ? rowTop(first, starts) - headAt(first) : 0;
  const below = last < total ? bodyHeight(total, starts) - rowTop(last, starts) + headAt(last) : 0;
  return (
    <div class="scroll wlbox" role="region" aria-label={label} ref={region} tabIndex={-1}>
      <table class="wl" aria-rowcount={1 + total + starts.length}>
        <colgroup>{kWidths.map((width) => <col class={width} key={width} />)}</colgroup>
        <thead><tr aria-rowindex={1}>{kHeads.map((head) => <th scope="col" key={head}>{head}</th>)}</tr></thead>
        <tbody ref={body}>
          <Spacer height={above} />
          {rows}
          <Spacer height={below} />
        </tbody>
      </table>
    </div>
  );
}
