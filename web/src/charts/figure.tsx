// The frame of every plot: what it shows in a sentence, the plot, and its numbers in a table.
import type { ComponentChildren } from "preact";
import { Table } from "../design/table";

export interface FigureProps {
  /** The head: what is plotted. */
  title: string;
  /** What it says, as a sentence with its numbers. */
  sentence: string;
  columns: string[];
  rows: (string | number)[][];
  /** Title and sentence stand beside the figure already: here they are for assistive technology. */
  quiet?: boolean;
  /** The title is the heading of its section. */
  heading?: boolean;
  children: ComponentChildren;
}

export function Figure({ title, sentence, columns, rows, quiet, heading, children }: FigureProps) {
  return (
    <figure class="chart">
      <figcaption class={quiet ? "vh" : undefined}>{heading ? <h2>{title}</h2> : <b>{title}</b>} {sentence}</figcaption>
      {children}
      <details>
        <summary>Show data</summary>
        <Table label={`Data of: ${title}`} columns={columns.map((name, i) => ({ name, right: i > 0 }))}>
          {rows.map((row, i) => (
            <tr key={i}>{row.map((cell, j) => (j === 0 ? <th scope="row" key={j}>{cell}</th> : <td class="n" key={j}>{cell}</td>))}</tr>
          ))}
        </Table>
      </details>
    </figure>
  );
}
