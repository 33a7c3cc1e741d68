// The reader's answer: stored on the first press; reason and note after it, both optional; Undo adds
// to the record, nothing is erased.
import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { ApiError, getJson, path } from "../../api/client";
import type { Decision, DecisionRecord, Finding, RecordedDecision } from "../../api/contract";
import { percent, shortDigest } from "../../design/numbers";
import { Seg } from "../../design/seg";
import { Outside } from "../../design/text";
import { useLate } from "../../design/states";
import { when } from "../../design/times";
import { Word } from "../../design/word";
import { keysOff, keysOf, shortcut, type KeyId } from "../../keys/registry";
import type { StudyModel } from "./model";

const kWords: Record<Decision, string> = {
  agree: "Agree", disagree: "Disagree", cannot_say: "Cannot say", present: "Present", absent: "Absent", withdrawn: "Withdrawn",
};
const kPast: Record<Decision, string> = {
  agree: "Agreed", disagree: "Disagreed", cannot_say: "Recorded", present: "Recorded", absent: "Recorded", withdrawn: "Withdrawn",
};
const kKeys: Partial<Record<Decision, KeyId>> = {
  agree: "agree", present: "agree", disagree: "disagree", absent: "disagree", cannot_say: "cannotSay",
};

function recordWords(finding: Finding, decision: RecordedDecision): string {
  const kept = decision.override && finding.threshold !== null
    ? ` Kept with ${shortDigest(finding.model.digest)}, ${finding.tier} tier, threshold ${percent(finding.threshold)}.` : "";
  const isNot = finding.state === "undecided" ? ", not an override" : "";
  return `${kPast[decision.decision] ?? "Recorded"} ${when(decision.at)} by ${decision.by}${isNot}.${kept}`;
}

/** Reason and note. They open by themselves after an answer that differs from the model's. */
function Why({ finding, decision, model }: { finding: Finding; decision: RecordedDecision; model: StudyModel }) {
  const note = useSignal(decision.note);
  const id = useId();
  useEffect(() => {
    note.value = decision.note;
  }, [decision.note, decision.decision]);
  const store = (reason: string, text: string): void => {
    if (reason !== decision.reason || text !== decision.note) void model.decide(finding, decision.decision, reason, text);
  };
  return (
    <div class="why">
      <select aria-label={`Reason for the answer on ${finding.label}`} value={decision.reason} onChange={(event) => store(event.currentTarget.value, note.value.trim())}>
        <option value="">Reason (optional)</option>
        {finding.reasons.map(({ code, text }) => <option value={code} key={code}>{text}</option>)}
      </select>
      <input id={id} type="text" aria-label={`Note on ${finding.label}`} placeholder="Note" maxLength={500} value={note.value} autocomplete="off"
        onInput={(event) => (note.value = event.currentTarget.value)}
        onBlur={() => store(decision.reason, note.value.trim())}
        onKeyDown={(event) => {
          if (event.key === "Enter") store(decision.reason, note.value.trim());
          if (event.key === "Escape") event.currentTarget.blur();
        }} />
    </div>
  );
}

function History({ finding, study }: { finding: Finding; study: string }) {
  const records = useSignal<DecisionRecord[] | null>(null);
  const fault = useSignal("");
  const load = async (): Promise<void> => {
    try {
      const { data } = await getJson<{ decisions: DecisionRecord[] }>(path`/api/studies/${study}/findings/${finding.id}/decisions`);
      records.value = data?.decisions ?? [];
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      fault.value = cause.message;
    }
  };
  const reason = (code: string): string => finding.reasons.find((one) => one.code === code)?.text ?? code;
  return (
    <details class="history" onToggle={(event) => event.currentTarget.open && void load()}>
      <summary>All answers to this finding</summary>
      {fault.value && <p class="s">{fault.value}</p>}
      {records.value && (
        <ol class="s q">
          {records.value.map((one, i) => (
            <li key={i}>{when(one.at)} {one.by}: {kWords[one.decision] ?? one.decision}{one.reason && `, ${reason(one.reason)}`}
              {one.note && <>, “<Outside text={one.note} />”</>}. Marks {one.shown}, model {shortDigest(one.model_digest)}.</li>
          ))}
        </ol>
      )}
    </details>
  );
}

export function Answer({ finding, model, mayAnswer }: { finding: Finding; model: StudyModel; mayAnswer: boolean }) {
  const open = useSignal(false);
  const { decision } = finding;
  const fault = model.faults.value[finding.id];
  const late = useLate(model.busy.value === finding.id);
  const differs = decision?.decision === "disagree" || decision?.decision === "cannot_say";
  if (!mayAnswer) return <p class="s qq">{decision ? recordWords(finding, decision) : "Answers are for the roles physician and reader."}</p>;
  return (
    <>
      <div class="act">
        <Seg label={`Your answer on ${finding.label}`} press value={decision?.decision ?? null}
          onChange={(value) => value !== decision?.decision && void model.decide(finding, value)}
          options={finding.answers.map((answer) => {
            const id = kKeys[answer];
            const keys = id && shortcut(id);
            return { value: answer, label: <>{kWords[answer] ?? answer}{id && !keysOff.value && <kbd>{keysOf(id)}</kbd>}</>, ...(keys && { keys }) };
          })} />
        {late && <small>Recording…</small>}
      </div>
      <div role="status">
        {fault && <p class="s fault"><Word shape="failed" tone="strong">{fault}</Word></p>}
        {decision && (
          <p class="s qq recorded">{recordWords(finding, decision)}{" "}
            <button type="button" class="link" aria-keyshortcuts={shortcut("undo")} onClick={() => void model.decide(finding, "withdrawn")}>Undo</button>{" "}
            {!differs && !open.value && !decision.reason && !decision.note && (
              <button type="button" class="link" onClick={() => (open.value = true)}>Add a reason or note</button>)}
          </p>
        )}
      </div>
      {decision && (differs || open.value || decision.reason || decision.note) && <Why finding={finding} decision={decision} model={model} />}
      {(decision?.count ?? 0) > 1 && <History finding={finding} study={model.study} key={decision?.count} />}
    </>
  );
}
