// Two runs beside each other: what they were made with, what came of it, and whether it differs.
import type { Comparison, RunRow } from "../../api/runs";
import { usePoll } from "../../api/poll";
import { Figure } from "../../charts/figure";
import { RocPlot, rocTable } from "../../charts/square";
import { KeyBar } from "../../design/controls";
import { useKeyBar } from "../../design/keybar";
import { estimate } from "../../design/numbers";
import { Blank, Failure, Loading } from "../../design/states";
import { Table } from "../../design/table";
import { Outside } from "../../design/text";
import type { Route } from "../../router/router";
import { differenceWords, valueWords } from "./words";
import "../../design/inventory.css";
import "../oversight/oversight.css";
import "./runs.css";

function Metrics({ data, a, b }: { data: Comparison; a: string; b: string }) {
  return (
    <section aria-labelledby="h-metrics">
      <h2 id="h-metrics">Results</h2>
      <p class="q">{data.unpaired_why ? `Not on the same films: ${data.unpaired_why}. Differences are not paired.` : `Paired: each difference is ${a} less ${b} on the same test films.`}</p>
      <Table label="Measures of both runs" columns={["Measure", { name: a, right: true }, { name: b, right: true }, { name: `Difference, ${a} less ${b}`, right: true }]}>
        {data.metrics.map((one) => (
          <tr key={one.name}>
            <th scope="row">{one.name}</th>
            {[one.a, one.b].map((value, i) => <td class="n" key={i}>{value ? estimate(value) : <span class="qq">not estimable</span>}</td>)}
            <td class="n">{one.difference ? <>{differenceWords(one.difference)}{!one.paired && <small>not paired</small>}</> : <span class="qq">{one.difference_why || "not estimable"}</span>}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

function Differs({ data, a, b }: { data: Comparison; a: string; b: string }) {
  return (
    <section aria-labelledby="h-differs">
      <h2 id="h-differs">Made differently</h2>
      {data.differs.length === 0 ? <p class="q">Nothing: both were made with the same parameters.</p> : (
        <Table label="Parameters that differ" columns={["Parameter", a, b]}>
          {data.differs.map((one) => <tr key={one.key}><th scope="row" class="mono">{one.key}</th>{[one.a, one.b].map((value, i) => <td class="mono q" key={i}><Outside text={valueWords(value)} /></td>)}</tr>)}
        </Table>
      )}
    </section>
  );
}

function Curves({ data, a, b }: { data: Comparison; a: string; b: string }) {
  const area = (row: RunRow): string => (row.metric.value ? `area ${estimate(row.metric.value)}` : "area not estimable");
  const sentence = `${a}, dark: ${area(data.a)}. ${b}, in colour: ${area(data.b)}.`;
  const [ofA, ofB] = [rocTable(data.roc.a), rocTable(data.roc.b)];
  if (data.roc.a.length === 0 && data.roc.b.length === 0) return <section><h2>ROC</h2><p class="q">Neither run has a curve.</p></section>;
  return (
    <section aria-label="ROC">
      <Figure heading title="ROC" sentence={sentence} columns={["1 − specificity", `Sensitivity ${a}`, `Sensitivity ${b}`]} rows={ofA.map(([fpr, tpr], i) => [fpr, tpr, ofB[i]?.[1] ?? ""])}>
        <RocPlot curves={[{ name: a, points: data.roc.a }, { name: b, points: data.roc.b }]} notes={[]} label={`ROC curves of two runs. ${sentence}`} />
      </Figure>
    </section>
  );
}

function Side({ row }: { row: RunRow }) {
  return <><a href={`/runs/${encodeURIComponent(row.name)}`}>{row.name}</a> <span class="q"><Outside text={row.study} />, <span class="mono">{row.dataset}</span>, seed {row.seed}</span></>;
}

function Compared({ a, b }: { a: string; b: string }) {
  const polled = usePoll<Comparison>(`/api/compare?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`, 0);
  const data = polled.data.value;
  if (!data) return polled.error.value ? <Failure title="These runs cannot be compared" error={polled.error.value} retry={() => void polled.refresh()} /> : <Loading what="both runs" />;
  return (
    <>
      <p class="intended"><Side row={data.a} /> <span class="qq">against</span> <Side row={data.b} /></p>
      <div class="three two wide"><Metrics data={data} a={a} b={b} /><Curves data={data} a={a} b={b} /></div>
      <div class="three one"><Differs data={data} a={a} b={b} /></div>
    </>
  );
}

export function Compare({ route: { a, b } }: { route: Extract<Route, { page: "compare" }> }) {
  useKeyBar(<KeyBar hints={[{ ids: ["goRuns"], words: "all runs" }]} />, []);
  return (
    <>
      <div class="mhead"><h1>{a && b ? `${a} and ${b}` : "Compare"}</h1><span class="gap" />
        {a && b && <a href={`/compare?a=${encodeURIComponent(b)}&b=${encodeURIComponent(a)}`}>The other way round</a>}<a href="/runs">All runs</a></div>
      {a && b ? <Compared a={a} b={b} key={`${a} ${b}`} /> : <Blank title="No two runs are chosen"><p>Mark two in the table of runs, then compare them.</p></Blank>}
    </>
  );
}
