// What a model had to pass, who signed for what it did not, and how it came to its stage.
import type { Gate, Model } from "../../api/oversight";
import { count, estimate } from "../../design/numbers";
import { Table } from "../../design/table";
import { Outside } from "../../design/text";
import { fullTime } from "../../design/times";
import { Word } from "../../design/word";
import { gateName } from "./words";

export function Verdict({ verdict }: { verdict: Gate["verdict"] }) {
  if (verdict === "pass") return <Word shape="done">Pass</Word>;
  if (verdict === "fail") return <Word shape="failed" tone="strong">Fail</Word>;
  return <Word shape="none" tone="strong">Inconclusive</Word>;
}

export function GateTable({ gates }: { gates: Gate[] }) {
  return (
    <>
      <Table class="gates" label="Gates" columns={["Gate", "Result", { name: "Value", right: true }, { name: "Limit", right: true }]}>
        {gates.map((gate) => (
          <tr key={gate.name}>
            <th scope="row">{gateName(gate.name)}</th>
            <td><Verdict verdict={gate.verdict} /></td>
            <td class="n">{gate.value ? <>{estimate(gate.value)}<small>n {count(gate.value.n)}</small></> : <span class="qq">not measured</span>}</td>
            <td class="n">{gate.limit}</td>
          </tr>
        ))}
      </Table>
      {gates.filter(({ verdict, text }) => verdict !== "pass" && text).map(({ name, text }) => <p class="s q gatewords" key={name}><Outside text={text} /></p>)}
    </>
  );
}

export function Gates({ gates, signOffs }: { gates: Gate[]; signOffs: Model["sign_offs"] }) {
  const open = gates.filter(({ verdict }) => verdict !== "pass").length;
  return (
    <section aria-labelledby="h-gates">
      <h2 id="h-gates">{gates.length === 0 ? "Gates: none" : open === 0 ? `Gates: ${gates.length} of ${gates.length} passed` : `Gates: ${gates.length - open} of ${gates.length} passed`}</h2>
      {gates.length === 0 ? <p class="q">The study that made this model asked for no gate.</p> : <GateTable gates={gates} />}
      {signOffs.length > 0 && (
        <Table label="Sign-offs" columns={["Signed by", "For", "Reason"]}>
          {signOffs.map((one, i) => <tr key={i}><th scope="row">{one.by}</th><td>{one.gate ? one.gate.split(/,\s*/).map(gateName).join(", ") : "all"}</td><td><Outside text={one.reason} /></td></tr>)}
        </Table>
      )}
      {open > 0 && signOffs.length === 0 && <p class="q">Nobody has signed for what was not passed.</p>}
    </section>
  );
}

export function History({ model }: { model: Model }) {
  if (model.history.length === 0) return <p class="q">It has had no stage but that of its making.</p>;
  return (
    <Table label="History" columns={["When", "Stage", "By", "For"]}>
      {[...model.history].reverse().map((step, i) => (
        <tr key={i}><td class="nw">{fullTime(step.time)}</td><th scope="row">{step.to}</th><td>{step.by}</td><td>{step.reason ? <Outside text={step.reason} /> : <span class="qq">no reason given</span>}</td></tr>
      ))}
    </Table>
  );
}
