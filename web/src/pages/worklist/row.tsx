import { Component } from "preact";
import type { WorklistRow } from "../../api/contract";
import { Outside } from "../../design/text";
import { when } from "../../design/times";
import { AiWord, UrgencyWord } from "../../design/word";
import { resultWords, waitOf, whereWhen } from "./words";

/** Two thirds of the picture are the target; the tick stands there. */
function Meter({ share, over }: { share: number; over: boolean }) {
  return (
    <svg class={over ? "meter over" : "meter"} viewBox="0 0 64 3" width="64" height="3" aria-hidden="true">
      <path class="t" d="M0 1h64v1H0z" />
      <path class="v" d={`M0 0h${(share * 64).toFixed(1)}v3H0z`} />
      <path class="tick" d="M42.7 0h1v3h-1z" />
    </svg>
  );
}

function WaitCell({ row, since }: { row: WorklistRow; since: number }) {
  const wait = waitOf(row, since);
  if (row.acknowledged) {
    return <td class="two"><span>{when(row.acknowledged.at)}</span><span class="q"><Outside text={row.acknowledged.by} /></span></td>;
  }
  return (
    <td>
      <span class="nw">
        <span class={wait.over ? "wait" : undefined}>{wait.words}</span>{" "}
        <span class={wait.over ? undefined : "qq"}>of {wait.target}</span>
      </span>
      <Meter share={wait.share} over={wait.over} />
    </td>
  );
}

function whoWords(row: WorklistRow): string {
  return [row.patient.id, [row.patient.sex, row.patient.age].filter(Boolean).join(" ")].filter(Boolean).join(", ");
}

export interface RowProps {
  row: WorklistRow;
  index: number;
  ariaIndex: number;
  selected: boolean;
  /** Seconds since the server counted the wait. */
  since: number;
  now: Date;
  onSelect: (index: number) => void;
}

function PlainRow({ row, index, ariaIndex, selected, since, now, onSelect }: RowProps) {
  const result = resultWords(row);
  return (
    <tr class={selected ? "sel" : undefined} aria-current={selected ? "true" : undefined} aria-rowindex={ariaIndex}
      data-study={row.study} onClick={() => onSelect(index)}>
      <td>
        <UrgencyWord urgency={row.urgency} />
        {row.raised_by && <span class="s qq raised">raised by AI</span>}
      </td>
      <WaitCell row={row} since={since} />
      <td class="two">
        <a href={`/study/${encodeURIComponent(row.study)}`} onFocus={() => onSelect(index)}>
          <b><Outside text={row.patient.name || "No name in the study"} /></b></a>
        <span class="q"><Outside text={whoWords(row)} /></span>
      </td>
      <td class="two"><span><Outside text={row.title} /></span><span class="q"><Outside text={whereWhen(row, now)} /></span></td>
      <td><AiWord state={row.ai} /></td>
      <td class="two">
        <span class={result.quiet ? "q" : undefined}>{result.first}</span>
        <span class="q">{result.second}</span>
      </td>
      <td class="two"><span class="q">{row.why}</span><span class="qq">{row.raised_by}</span></td>
    </tr>
  );
}

/** Drawn again only when what it shows changed: a poll renews the list every few seconds. */
export class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const { row, index, ariaIndex, selected, since, now } = this.props;
    return row !== next.row || index !== next.index || ariaIndex !== next.ariaIndex || selected !== next.selected ||
      minute(row, since) !== minute(next.row, next.since) || now.getDate() !== next.now.getDate();
  }

  override render(props: RowProps) {
    return <PlainRow {...props} />;
  }
}

function minute(row: WorklistRow, since: number): number {
  return Math.floor((row.waiting_seconds + since) / 60);
}

/** A row that is on its way: as high as the others, and still. */
export function RowToCome({ ariaIndex }: { ariaIndex: number }) {
  return (
    <tr class="tocome" aria-rowindex={ariaIndex}>
      <td colSpan={7}><svg viewBox="0 0 640 10" width="640" height="10" aria-hidden="true"><path d="M0 0h60v10H0zM88 0h60v10H88zM196 0h148v10H196zM412 0h104v10H412z" /></svg></td>
    </tr>
  );
}
