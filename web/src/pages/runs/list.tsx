import type { RunRow } from "../../api/runs";
import { usePoll } from "../../api/poll";
import { KeyBar } from "../../design/controls";
import { EstimateCell } from "../../design/estimate";
import { useKeyBar } from "../../design/keybar";
import { plural } from "../../design/numbers";
import { useRowWalk } from "../../design/rowkeys";
import { Blank, Failure, Loading } from "../../design/states";
import { Table } from "../../design/table";
import { Outside } from "../../design/text";
import { duration } from "../../design/times";
import { Word } from "../../design/word";
import { keysOff, keysOf, useKeys } from "../../keys/registry";
import { navigate } from "../../router/router";
import { compareHref, differenceWords, kRunStates, marked, metricScale, toggled } from "./words";
import "../../design/inventory.css";
import "./runs.css";

const kEveryMs = 10_000;

export function RunState({ state }: { state: string }) {
  const look = kRunStates[state] ?? { shape: "info" as const, word: state, tone: "strong" as const };
  return <Word shape={look.shape} tone={look.tone}>{look.word}</Word>;
}

/** "chest-opacity@1" as a link to its page in oversight. */
export function ModelLink({ model }: { model: string }) {
  const [name, version] = model.split("@");
  return name && version ? <a href={`/oversight/${encodeURIComponent(name)}/${encodeURIComponent(version)}`}>{name} {version}</a> : <>{model}</>;
}

function Difference({ row }: { row: RunRow }) {
  if (row.difference) return <>{differenceWords(row.difference)}</>;
  return <span class="qq">{row.difference_why || "no model in production"}</span>;
}

function Row({ row, scale, chosen }: { row: RunRow; scale: [number, number]; chosen: boolean }) {
  const isMarked = marked.value.includes(row.name);
  const { value, value_why } = row.metric;
  return (
    <tr class={chosen ? "sel" : undefined} aria-current={chosen || undefined}>
      <td><label class="markbox"><input type="checkbox" checked={isMarked} onChange={() => (marked.value = toggled(marked.value, row.name))} />
        <span class="vh">Mark {row.name} for comparing</span></label></td>
      <td><RunState state={row.state} /></td>
      <th scope="row"><a href={`/runs/${encodeURIComponent(row.name)}`}>{row.name}</a></th>
      <td><Outside text={row.study} />{row.kind === "import" && <span class="qq"> imported</span>}</td>
      <td class="mono">{row.dataset}</td>
      <td class="n">{row.seed}</td>
      {row.state === "failed" && row.error
        ? <td colSpan={2} class="err"><Outside text={row.error} /></td>
        : <>
          <td><EstimateCell estimate={value} why={value_why || (row.state === "running" ? "still running" : "")} from={scale[0]} to={scale[1]} digits={3} /></td>
          <td class="n"><Difference row={row} /></td>
        </>}
      <td class="n">{row.seconds > 0 ? duration(row.seconds) : ""}{row.state === "running" && <span class="qq"> so far</span>}</td>
      <td>{row.model ? <ModelLink model={row.model} /> : <span class="qq">none</span>}</td>
      <td class="mono q">{row.revision.slice(0, 8)}</td>
    </tr>
  );
}

function columnsFor([from, to]: [number, number]) {
  return [{ name: "Marked", hidden: true }, "State", "Run", "Study", "Data set", { name: "Seed", right: true }, `Test AUROC, 95 % interval (scale ${from} to ${to})`,
    { name: "To production", right: true }, { name: "Took", right: true }, "Model", "Revision"];
}

export function Runs() {
  const polled = usePoll<{ runs: RunRow[] }>("/api/runs", kEveryMs);
  const walk = useRowWalk();
  const runs = polled.data.value?.runs;
  const error = polled.error.value;
  const href = compareHref(marked.value);
  const compare = (): void => {
    if (href) navigate(href);
  };
  useKeys({
    markRun: () => {
      const row = runs?.[walk.at.value];
      if (row) marked.value = toggled(marked.value, row.name);
    },
    compareRuns: compare,
  });
  useKeyBar(<KeyBar hints={[{ ids: ["tableNext", "tablePrevious"], words: "run" }, { ids: ["tableOpen"], words: "open" }, { ids: ["markRun"], words: "mark" }, { ids: ["compareRuns"], words: "compare marked" }]} />, []);
  const scale = metricScale(runs ?? []);
  const against = runs?.find(({ compared_with }) => compared_with)?.compared_with;
  return (
    <>
      <div class="title">
        <h1>Runs</h1>
        {runs && runs.length > 0 && <span class="q">{plural(runs.length, "run")}, newest first. {against ? `Differences are to ${against}, in production, on the same test films.` : "No model is in production to compare with."}</span>}
        <span class="gap" />
        <span class="qq" role="status" id="marked">{marked.value.length > 0 ? `${marked.value.join(" and ")} marked` : "Mark two to compare"}</span>
        <button type="button" disabled={!href} aria-describedby="marked" onClick={compare}>Compare{!keysOff.value && <kbd>{keysOf("compareRuns")}</kbd>}</button>
      </div>
      {!runs && (error ? <Failure title="The runs could not be loaded" error={error} retry={() => void polled.refresh()} /> : <Loading what="runs" />)}
      {runs?.length === 0 && <Blank title="No run yet"><p>A study file says what to train on which data set. On the server: <span class="mono">osler train</span>.</p></Blank>}
      {runs && runs.length > 0 && (
        <Table class="inv runs" label="Runs" columns={columnsFor(scale)} bodyRef={walk.body}>
          {runs.map((row, i) => <Row row={row} scale={scale} chosen={i === walk.at.value} key={row.name} />)}
        </Table>
      )}
    </>
  );
}
