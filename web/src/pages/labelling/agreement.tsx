// How far two readers agree: kappa with its interval, the four cells, and what they differ on.
import type { Agreement, FindingAgreement, Project } from "../../api/labelling";
import { path } from "../../api/client";
import { usePoll } from "../../api/poll";
import { EstimateCell } from "../../design/estimate";
import { count, estimate, plural } from "../../design/numbers";
import { Blank, Failure, Loading } from "../../design/states";
import { Table } from "../../design/table";
import { Word } from "../../design/word";
import { kAnswerWords } from "./screen";

/** Kappa lies between -1 and 1; the cell shows what occurs. */
function scale(findings: FindingAgreement[]): [number, number] {
  const least = Math.min(0, ...findings.flatMap(({ kappa, kappa_with_unsure }) => [kappa, kappa_with_unsure].map((one) => one?.lower ?? one?.value ?? 0)));
  return [Math.max(-1, Math.floor(least * 5) / 5), 1];
}

function Kappas({ findings }: { findings: FindingAgreement[] }) {
  const [from, to] = scale(findings);
  return (
    <Table class="inv" label="Agreement by finding" columns={["Finding", { name: "Films", right: true }, `Kappa, both sure (scale ${from} to ${to})`, "Kappa, unsure as an answer", { name: "Unsure", right: true }]}>
      {findings.map((one) => (
        <tr key={one.code}>
          <th scope="row"><b>{one.label}</b></th>
          <td class="n">{count(one.films)}</td>
          <td><EstimateCell estimate={one.kappa} why={one.kappa_why ?? ""} from={from} to={to} />{one.kappa && one.kappa_why && <small>{one.kappa_why}</small>}</td>
          <td><EstimateCell estimate={one.kappa_with_unsure} from={from} to={to} /></td>
          <td class="n">{count(one.table.unsure)}</td>
        </tr>
      ))}
    </Table>
  );
}

function Cells({ finding, project }: { finding: FindingAgreement; project: Project }) {
  const { both_present, only_first, only_second, both_absent, unsure } = finding.table;
  const [first, second] = project.readers;
  const said = finding.kappa ? `Kappa ${estimate(finding.kappa, 2)}.` : `Kappa not estimable${finding.kappa_why ? `: ${finding.kappa_why}` : ""}.`;
  return (
    <section class="cells">
      <h2>{finding.label}</h2>
      <p class="q">{said} {plural(unsure, "film")} of which one was unsure, not in this table.</p>
      <Table label={`${finding.label}: ${first} by ${second}`} columns={[`${first} (rows), ${second}`, { name: "Present", right: true }, { name: "Absent", right: true }]}>
        <tr><th scope="row">Present</th><td class="n">{count(both_present)}</td><td class="n">{count(only_first)}</td></tr>
        <tr><th scope="row">Absent</th><td class="n">{count(only_second)}</td><td class="n">{count(both_absent)}</td></tr>
      </Table>
    </section>
  );
}

function Disagreements({ agreement, project }: { agreement: Agreement; project: Project }) {
  const labelOf = (code: string): string => project.findings.find((one) => one.code === code)?.label ?? code;
  const list = agreement.disagreements;
  if (list.length === 0) return <Blank title="No disagreement"><p>On every film that both have answered they say the same, and are sure.</p></Blank>;
  const open = list.filter(({ settled }) => settled === null).length;
  return (
    <>
      <h2 class="sub">Disagreements <span class="qq">{open === 0 ? "all settled" : `${count(open)} of ${count(list.length)} wait for ${project.adjudicator}`}</span></h2>
      <Table class="inv" label="Disagreements" columns={["Film", "Finding", "Reader 1", "Reader 2", "Settled"]}>
        {list.map((one) => (
          <tr key={`${one.item} ${one.finding}`}>
            <th scope="row">film {one.number}</th>
            <td>{labelOf(one.finding)}</td>
            {[0, 1].map((i) => <td key={i}>{one.answers[i] ? kAnswerWords[one.answers[i]] : "no answer"}</td>)}
            <td>{one.settled ? <Word shape="done">{kAnswerWords[one.settled]}</Word> : <Word shape="queued" tone="quiet">Waits</Word>}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

export function AgreementView({ project }: { project: Project }) {
  const polled = usePoll<Agreement>(path`/api/labelling/${project.id}/agreement`, project.state === "open" ? 15_000 : 0);
  const agreement = polled.data.value;
  if (!agreement) return polled.error.value ? <Failure title="The agreement could not be loaded" error={polled.error.value} retry={() => void polled.refresh()} /> : <Loading what="the agreement" />;
  if (agreement.findings.every(({ films }) => films === 0)) return <Blank title="Nothing to compare yet"><p>No film has been answered by both readers.</p></Blank>;
  return (
    <>
      <Kappas findings={agreement.findings} />
      <div class="cellrow">{agreement.findings.map((finding) => <Cells finding={finding} project={project} key={finding.code} />)}</div>
      <Disagreements agreement={agreement} project={project} />
    </>
  );
}
