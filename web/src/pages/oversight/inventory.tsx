// Every model version in one table, in the order in which somebody has to decide.
import type { ModelRow } from "../../api/oversight";
import { usePoll } from "../../api/poll";
import { KeyBar } from "../../design/controls";
import { useKeyBar } from "../../design/keybar";
import { count, percent, plural, rate } from "../../design/numbers";
import { useRowWalk } from "../../design/rowkeys";
import { Blank, Failure, Loading } from "../../design/states";
import { Table } from "../../design/table";
import { fullDate, now, when } from "../../design/times";
import { Outside } from "../../design/text";
import { Word } from "../../design/word";
import { inventoryWords, kStates, reviewWords } from "./words";
import "../../design/inventory.css";
import "./oversight.css";

const kEveryMs = 15_000;

export function StateWord({ state }: { state: ModelRow["state"] }) {
  const look = kStates[state] ?? { shape: "info" as const, word: state, strong: true };
  return <Word shape={look.shape} tone={look.strong ? "strong" : ""}>{look.word}</Word>;
}

function Review({ date, at }: { date: string; at: Date }) {
  const { overdue, words } = reviewWords(date, at);
  if (!words) return <span class="qq">not set</span>;
  return <>{overdue ? <Word shape="urgent" tone="urgent">{fullDate(date)}</Word> : fullDate(date)}<small>{words}</small></>;
}

function Overridden({ row }: { row: ModelRow }) {
  if (!row.override) return <span class="qq">{row.override_why || "no answers"}</span>;
  return <>{percent(row.override.value)}<small>{rate(row.override).replace(/^.*\((.*)\)$/, "$1")}, n {count(row.override.n)}</small></>;
}

function InventoryRow({ row, chosen, at }: { row: ModelRow; chosen: boolean; at: Date }) {
  const off = row.state === "retired" || row.state === "proposed";
  return (
    <tr class={[chosen && "sel", off && "off"].filter(Boolean).join(" ") || undefined} aria-current={chosen || undefined}>
      <th scope="row"><a href={`/oversight/${encodeURIComponent(row.name)}/${row.version}`}><b>{row.name} {row.version}</b></a>
        <small class="use"><Outside text={row.intended_use} /></small></th>
      <td>{row.owner ? <Outside text={row.owner} /> : <span class="qq">not set</span>}</td>
      <td>{row.risk ? <Outside text={row.risk} /> : <span class="qq">not set</span>}</td>
      <td><StateWord state={row.state} /><small>{when(row.since, at)}</small></td>
      <td>{row.last_validation ? fullDate(row.last_validation) : <span class="qq">not known</span>}</td>
      <td><Review date={row.next_review} at={at} /></td>
      <td>{row.decision_needed ? <b><Outside text={row.decision_needed} /></b> : <span class="qq">none</span>}</td>
      <td>{row.gap ? <>{plural(row.gap.points, "point")}<small>{row.gap.group}</small></> : <span class="qq">{row.gap_why || "not known"}</span>}</td>
      <td class="n wrap"><Overridden row={row} /></td>
    </tr>
  );
}

const kColumns = ["Model and intended use", "Owner", "Risk", "State", "Last validation", "Next review", "Decision needed", "Largest gap", { name: "Overridden", right: true }];

export function Oversight() {
  const polled = usePoll<{ models: ModelRow[] }>("/api/models", kEveryMs);
  const walk = useRowWalk();
  const models = polled.data.value?.models;
  const error = polled.error.value;
  useKeyBar(<KeyBar hints={[{ ids: ["tableNext", "tablePrevious"], words: "model" }, { ids: ["tableOpen"], words: "open" }]} />, []);
  const days = models?.[0]?.window_days;
  return (
    <>
      <div class="title">
        <h1>Models</h1>
        {models && models.length > 0 && <span class="q">{inventoryWords(models)} Ordered by what needs a decision.</span>}
        <span class="gap" />
        {days && <span class="qq nw">{days} days to {fullDate(now.value.toISOString())}</span>}
      </div>
      {!models && (error ? <Failure title="The models could not be loaded" error={error} retry={() => void polled.refresh()} /> : <Loading what="models" />)}
      {models?.length === 0 && (
        <Blank title="No model yet">
          <p>A model appears here when a run has made one and it was registered. On the server: <span class="mono">osler model import</span>, then <span class="mono">osler model promote</span>.</p>
        </Blank>
      )}
      {models && models.length > 0 && (
        <Table class="inv models" label="Model inventory" columns={kColumns} bodyRef={walk.body}>
          {models.map((row, i) => <InventoryRow row={row} chosen={i === walk.at.value} at={now.value} key={`${row.name} ${row.version}`} />)}
        </Table>
      )}
    </>
  );
}
