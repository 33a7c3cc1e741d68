// Whose study this is: two identifiers at least, in sight all the time.
import type { Study } from "../../api/contract";
import { Outside, Clamped } from "../../design/text";
import { fullDate, fullTime, now, parseTime, waiting, when } from "../../design/times";
import { UrgencyWord, Word } from "../../design/word";
import { keysOff, keyWords, shortcut } from "../../keys/registry";

function whoWords({ sex, age, birth_date }: Study["patient"]): string {
  return [sex, age, birth_date && `born ${fullDate(birth_date)}`].filter(Boolean).join(", ");
}

function waitWords(study: Study): string {
  const arrived = parseTime(study.arrived);
  const seconds = arrived && !study.acknowledged ? Math.max(study.waiting_seconds, (now.value.getTime() - arrived.getTime()) / 1000) : study.waiting_seconds;
  return `${waiting(seconds)} of ${waiting(study.target_seconds)}`;
}

export function Banner({ study, mayAnswer, onAcknowledge, busy }: {
  study: Study; mayAnswer: boolean; onAcknowledge: () => void; busy: boolean;
}) {
  const done = study.acknowledged;
  return (
    <section class="patient" aria-label="Patient and study">
      <div class="whobox">
        <div class="who">
          <h1><Outside text={study.patient.name || "No name in the study"} /></h1>
          <span><Outside text={whoWords(study.patient)} /></span>
          <span>MRN <Outside text={study.patient.id || "missing"} /></span>
          {study.accession && <span class="q">Accession <Outside text={study.accession} /></span>}
        </div>
        <div class="who q">
          <span><Outside text={study.title} /></span>
          <span>{fullTime(study.acquired)}</span>
          {study.place && <span><Outside text={study.place} /></span>}
          {study.question && <span class="asked">Asked: <Clamped text={study.question} /></span>}
        </div>
      </div>
      <span class="gap" />
      <div class="end">
        {done
          ? <Word shape="done">{`Acknowledged ${when(done.at)} by ${done.by}`}</Word>
          : <span class="nw"><UrgencyWord urgency={study.urgency} /> <span class="q">{waitWords(study)}</span></span>}
        <span class="qq nw">{study.position} of {study.of}</span>
        {done || !mayAnswer
          ? study.next && <a class="button" href={`/study/${encodeURIComponent(study.next)}`}>Next</a>
          : (
            <button type="button" class="primary" aria-disabled={busy} aria-keyshortcuts={shortcut("acknowledge")} onClick={onAcknowledge}>
              Acknowledge, next {!keysOff.value && keyWords("acknowledge").map((key) => <kbd key={key}>{key}</kbd>)}
            </button>
          )}
      </div>
    </section>
  );
}
