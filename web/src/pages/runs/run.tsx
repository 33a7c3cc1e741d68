// One run: where its films came from and where its model went, six numbers, three plots, groups,
// gates, the films it was most wrong about, and what it was made with.
import { path } from "../../api/client";
import type { Run } from "../../api/runs";
import { usePoll } from "../../api/poll";
import { can } from "../../api/session";
import { Figure } from "../../charts/figure";
import { Forest } from "../../charts/forest";
import { binRow, ReliabilityPlot, reliabilityWords, RocPlot, rocTable, rocWords } from "../../charts/square";
import { TimeSeries } from "../../charts/timeseries";
import { KeyBar } from "../../design/controls";
import { useKeyBar } from "../../design/keybar";
import { count, estimate, fixed, interval, percent } from "../../design/numbers";
import { Blank, Failure, Loading } from "../../design/states";
import { Table } from "../../design/table";
import { Digest, Outside } from "../../design/text";
import { duration, fullTime } from "../../design/times";
import type { Route } from "../../router/router";
import { GateTable } from "../oversight/gates";
import { RunState } from "./list";
import { differenceWords, flatten, kOriginWords } from "./words";
import "../../design/inventory.css";
import "../oversight/oversight.css";
import "./runs.css";

function Head({ run }: { run: Run }) {
  return (
    <div class="mhead">
      <h1>{run.name}</h1>
      <RunState state={run.state} />
      <span class="q">{fullTime(run.started)}{run.seconds > 0 && `, ${duration(run.seconds)}${run.state === "running" ? " so far" : ""}`}</span>
      <span class="q"><Outside text={run.study} />, seed {run.seed}</span>
      <span class="gap" />
      {run.report ? <a href={run.report} target="_blank" rel="noreferrer">Evaluation report</a> : <span class="qq">No evaluation report</span>}
      <a href="/runs">All runs</a>
    </div>
  );
}

function Lineage({ run }: { run: Run }) {
  return (
    <ol class="chain" aria-label="Lineage">
      {run.lineage.map((origin, i) => {
        const here = origin.kind === "run" && origin.label === run.name;
        // A page of oversight is of use only to who may see it.
        const open = origin.href.startsWith("/") && (!origin.href.startsWith("/oversight") || can("model.read")) && !here;
        return (
          <li key={i} aria-current={here || undefined}>
            <p class="l">{kOriginWords[origin.kind] ?? origin.kind}{here && ", shown here"}</p>
            <b>{open ? <a href={origin.href}>{origin.label}</a> : origin.label}</b>
            {origin.digest && <p><Digest digest={origin.digest} /></p>}
          </li>
        );
      })}
    </ol>
  );
}

function Numbers({ run }: { run: Run }) {
  return (
    <dl class="nums">
      {run.numbers.map(({ name, value, value_why }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value ? <><b>{fixed(value.value, 3)}</b>{interval(value)}, n {count(value.n)}</> : <><b>None</b>{value_why || "not estimable"}</>}</dd>
        </div>
      ))}
      <div>
        <dt>To production</dt>
        <dd>{run.difference ? <><b>{differenceWords(run.difference).split(" ")[0]}</b>{interval(run.difference)}, AUROC, {run.compared_with}</> : <><b>None</b>{run.difference_why || "no model in production"}</>}</dd>
      </div>
    </dl>
  );
}

function Training({ run }: { run: Run }) {
  const { curve } = run;
  const by = curve.some(({ validation_auroc }) => validation_auroc !== null) ? "validation_auroc" : "validation_auprc";
  const name = by === "validation_auroc" ? "validation AUROC" : "validation AUPRC";
  const values = curve.map((epoch) => epoch[by]);
  const best = values.reduce<number>((at, value, i) => ((value ?? -1) > (values[at] ?? -1) ? i : at), 0);
  const words = (value: number | null): string => (value === null ? "not measured" : fixed(value, 3));
  if (curve.length === 0) return <section><h2>Training</h2><p class="q">{run.kind === "import" ? "The model was imported: it was not trained here." : "No epoch is recorded."}</p></section>;
  const sentence = `${name[0]?.toUpperCase()}${name.slice(1)} over ${curve.length} epochs, best ${words(values[best] ?? null)} at epoch ${curve[best]?.epoch ?? 0}. Drag to zoom, double click for all.`;
  return (
    <section aria-label="Training">
      <Figure heading title="Training" sentence={sentence} columns={["Epoch", "Loss", "Validation loss", "AUROC", "AUPRC"]}
        rows={curve.map((epoch) => [epoch.epoch, fixed(epoch.loss, 4), words(epoch.validation_loss), words(epoch.validation_auroc), words(epoch.validation_auprc)])}>
        <TimeSeries plain="epoch" label={sentence} times={curve.map(({ epoch }) => epoch)} values={values} height={340} format={(value) => fixed(value, 2)} />
      </Figure>
    </section>
  );
}

function Curves({ run }: { run: Run }) {
  const { roc, reliability, metric } = run;
  const area = metric.value ? estimate(metric.value) : "";
  const rocSentence = rocWords(roc, area);
  const fit = reliabilityWords(reliability);
  const notes = [...(area ? [`area ${area}`] : []), `n ${count(roc.n)}${roc.n > 0 ? `, prevalence ${percent(roc.positive / roc.n)}` : ""}`];
  return (
    <>
      <section aria-label="ROC">
        {roc.points.length === 0 ? <><h2>ROC</h2><p class="q">There is no curve: {run.why || "one of the classes is missing"}.</p></> : (
          <Figure heading title="ROC" sentence={rocSentence} columns={["1 − specificity", "Sensitivity"]} rows={rocTable(roc.points)}>
            <RocPlot curves={[{ name: run.name, points: roc.points }]} operating={roc.operating} notes={notes} label={`ROC curve. ${rocSentence}`} />
          </Figure>
        )}
      </section>
      <section aria-label="Calibration">
        {reliability.bins.length === 0 ? <><h2>Calibration</h2><p class="q">There is no diagram: {run.why || "too few films"}.</p></> : (
          <Figure heading title="Calibration" sentence={fit} columns={["Predicted", "Observed", "Films"]} rows={reliability.bins.map(binRow)}>
            <ReliabilityPlot reliability={reliability} label={`Reliability diagram. ${fit}`} />
          </Figure>
        )}
      </section>
    </>
  );
}

function Groups({ run }: { run: Run }) {
  const { rows, floor, omitted } = run.subgroups;
  return (
    <section aria-labelledby="h-groups">
      <h2 id="h-groups">Sensitivity by group</h2>
      {rows.length === 0 ? <p class="q">No group was measured{run.why && `: ${run.why}`}.</p> : (
        <>
          <p class="q">{floor !== null ? `Dashed: floor ${fixed(floor, 2)}.` : "The study set no floor."}</p>
          <Forest subgroups={run.subgroups} label="Groups with intervals" />
          {omitted.length > 0 && <p class="s q">Left out: {omitted.join("; ")}.</p>}
        </>
      )}
    </section>
  );
}

function Worst({ run }: { run: Run }) {
  if (run.worst.length === 0) return <p class="q">None is kept{run.why && `: ${run.why}`}.</p>;
  return (
    <div class="worst">
      {run.worst.map(({ item, label, probability, thumbnail }) => (
        <figure key={thumbnail}>
          <img src={thumbnail} width="104" height="104" loading="lazy" alt={`Film scored ${percent(probability)}, label ${label}`} />
          <figcaption><b>{percent(probability)}</b>label {label}<span class="vh">, item {item}</span></figcaption>
        </figure>
      ))}
    </div>
  );
}

function Pairs({ label, rows }: { label: string; rows: [string, string][] }) {
  return (
    <Table label={label} columns={["Name", "Value"]}>
      {rows.map(([key, value]) => <tr key={key}><th scope="row" class="mono">{key}</th><td class="mono q"><Outside text={value} /></td></tr>)}
    </Table>
  );
}

function Loaded({ run }: { run: Run }) {
  const environment = flatten(run.environment);
  const parameters = flatten(run.parameters);
  return (
    <>
      <Head run={run} />
      {run.error && <p class="verdict"><RunState state="failed" /> <Outside text={run.error} /></p>}
      <Lineage run={run} />
      {run.why && <Blank title="There is no evaluation"><p>{run.why[0]?.toUpperCase()}{run.why.slice(1)}.</p></Blank>}
      {run.numbers.length > 0 && <Numbers run={run} />}
      <div class="three"><Training run={run} /><Curves run={run} /></div>
      <div class="three two wide">
        <Groups run={run} />
        <section aria-labelledby="h-worst">
          <h2 id="h-worst">Worst cases</h2>
          <p class="q">Lowest scored with the finding, highest scored without.</p>
          <Worst run={run} />
          <h2 class="next">Gates</h2>
          {run.gates.length > 0 ? <GateTable gates={run.gates} /> : <p class="q">The study asked for no gate.</p>}
        </section>
      </div>
      <div class="three two">
        <section aria-labelledby="h-env"><h2 id="h-env">Environment</h2>{environment.length > 0 ? <Pairs label="Environment, values" rows={environment} /> : <p class="q">Not recorded.</p>}</section>
        <section aria-labelledby="h-par"><h2 id="h-par">Parameters</h2><p class="q">Revision <span class="mono">{run.revision || "not known"}</span>, data set <span class="mono">{run.dataset}</span>.</p>
          {parameters.length > 0 ? <Pairs label="Parameters, values" rows={parameters} /> : <p class="q">Not recorded.</p>}</section>
      </div>
    </>
  );
}

export function RunPage({ route }: { route: Extract<Route, { page: "run" }> }) {
  const polled = usePoll<Run>(path`/api/runs/${route.run}`, 15_000);
  const run = polled.data.value;
  useKeyBar(<KeyBar hints={[{ ids: ["goRuns"], words: "all runs" }, { ids: ["goOversight"], words: "oversight" }]} />, []);
  if (!run) return polled.error.value ? <Failure whole title="This run cannot be shown" error={polled.error.value} retry={() => void polled.refresh()} /> : <Loading what="the run" />;
  return <Loaded run={run} key={run.name} />;
}
