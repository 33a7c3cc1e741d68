// Beside the findings: what was not assessed, what the film is worth, past films like it, and where
// each number comes from.
import { useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import type { Finding, Study } from "../../api/contract";
import { percent, shortUid } from "../../design/numbers";
import { Digest, Outside } from "../../design/text";
import { Table } from "../../design/table";
import { clock, parseTime } from "../../design/times";
import { Word } from "../../design/word";
import { session } from "../../api/session";
import type { StudyModel } from "./model";

function NotAssessed({ study }: { study: Study }) {
  return (
    <section class="sec" aria-labelledby="h-not">
      <header><h2 id="h-not">Not assessed</h2><span class="qq s">silence here is not a negative</span></header>
      {study.not_assessed.length > 0
        ? <dl class="list">{study.not_assessed.map(({ what, why }) => <Fragment key={what}><dt>{what}</dt><dd><Outside text={why} /></dd></Fragment>)}</dl>
        : <p class="q">Nothing besides the findings was asked of a model. Everything else is for the reader.</p>}
    </section>
  );
}

function Quality({ study }: { study: Study }) {
  const { warnings, passed } = study.quality;
  return (
    <section class="sec" aria-labelledby="h-q">
      <header><h2 id="h-q">Image quality</h2></header>
      <dl class="list">
        {warnings.map(({ label, text }) => <Fragment key={label}><dt>{label}</dt><dd><Outside text={text} /></dd></Fragment>)}
        <dt>Passed</dt><dd>{passed.join(", ") || "no check passed"}</dd>
      </dl>
    </section>
  );
}

function Similar({ finding }: { finding: Finding | undefined }) {
  if (!finding || finding.similar.length === 0) return null;
  return (
    <section class="sec" aria-labelledby="h-sim">
      <header><h2 id="h-sim">Similar past films</h2><span class="qq s">for {finding.tag}, {finding.label}</span></header>
      <div class="cases">
        {finding.similar.slice(0, 6).map((one) => (
          <figure key={one.thumbnail}>
            <img src={one.thumbnail} alt="" width="136" height="136" loading="lazy" />
            <figcaption><b>{one.label}</b><br />{one.text}</figcaption>
          </figure>
        ))}
      </div>
    </section>
  );
}

function Problem({ study, model, finding, onClose }: { study: Study; model: StudyModel; finding: string; onClose: (sent: boolean) => void }) {
  const about = useSignal(finding);
  const text = useSignal("");
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => area.current?.focus(), []);
  const send = async (): Promise<void> => {
    if (text.value.trim() && await model.report(about.value, text.value.trim())) onClose(true);
  };
  const fault = model.faults.value.problem;
  return (
    <div class="problem">
      <label for={`${id}a`}>About</label>
      <select id={`${id}a`} value={about.value} onChange={(event) => (about.value = event.currentTarget.value)}>
        <option value="">the study as a whole</option>
        {study.findings.map((one) => <option value={one.id} key={one.id}>{one.tag} {one.label}</option>)}
      </select>
      <label for={id}>What is wrong, in a sentence or two</label>
      <textarea id={id} rows={3} maxLength={2000} ref={area} value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)} onKeyDown={(event) => event.key === "Escape" && onClose(false)} />
      {fault && <p class="s" role="alert">{fault}</p>}
      <div class="act">
        <button type="button" onClick={() => void send()}>Send the report</button>
        <button type="button" class="text" onClick={() => onClose(false)}>Not now</button>
      </div>
    </div>
  );
}

function scoredAt(finding: Finding): string {
  const at = parseTime(finding.scored);
  return at ? clock(at, true) : "not scored";
}

function Origins({ findings }: { findings: Finding[] }) {
  return (
    <Table label="Models behind the findings" class="prov"
      columns={[{ name: "Finding", hidden: true }, "Model", "Digest", "Scored", { name: "Threshold", right: true }]}>
      {findings.map((finding) => (
        <tr key={finding.id}>
          <th scope="row">{finding.tag}</th>
          <td>{finding.model.href.startsWith("/") ? <a href={finding.model.href}>{finding.model.name} {finding.model.version}</a> : `${finding.model.name} ${finding.model.version}`}</td>
          <td><Digest digest={finding.model.digest} /></td>
          <td>{scoredAt(finding)}</td>
          <td class="n">{finding.threshold === null ? "no score" : percent(finding.threshold)}</td>
        </tr>
      ))}
    </Table>
  );
}

const kStatus: Record<Study["status"], string> = {
  preliminary: "The report is preliminary until you acknowledge.",
  final: "The report is final.",
  amended: "The report is final and was amended.",
};

function Provenance({ study, model, current }: { study: Study; model: StudyModel; current: Finding | undefined }) {
  const open = useSignal(false);
  const sent = useSignal(false);
  const uses = [...new Set(study.findings.map(({ intended_use }) => intended_use).filter(Boolean))];
  const policy = session.value?.site.marks_policy === "after_first_read" ? "marks after the first read" : "marks on request";
  const sop = study.images[0]?.sop;
  return (
    <section class="sec" aria-labelledby="h-prov">
      <header><h2 id="h-prov">Where this comes from</h2></header>
      {study.findings.length > 0 && <Origins findings={study.findings} />}
      <p class="s q">
        {uses.length > 0 && `Intended use: ${uses.join(" ")} `}
        {sop && <>Image <span class="mono">{shortUid(sop)}</span>. </>}
        Site policy: {policy}, answers kept with the study. {kStatus[study.status] ?? ""}{" "}
        {study.report.startsWith("/") && <><a href={study.report}>Report as FHIR</a>. </>}
        <button type="button" class="link" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>Report a problem with this AI result</button>
      </p>
      <div role="status">{sent.value && <p class="s"><Word shape="done">The problem was reported. It is kept with this study.</Word></p>}</div>
      {open.value && <Problem study={study} model={model} finding={current?.id ?? ""} onClose={(done) => {
        open.value = false;
        sent.value ||= done;
      }} />}
    </section>
  );
}

export function Context({ study, model, held }: { study: Study; model: StudyModel; held: boolean }) {
  const current = study.findings[model.current.value];
  return (
    <div class="context">
      <NotAssessed study={study} />
      <Quality study={study} />
      {!held && <Similar finding={current} />}
      <Provenance study={study} model={model} current={current} />
    </div>
  );
}
