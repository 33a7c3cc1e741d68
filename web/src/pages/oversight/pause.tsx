// A pause takes two people, and so does its end. Who asked cannot confirm; a question that nobody
// confirms lapses.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { ApiError, path, postJson } from "../../api/client";
import type { Model, Pause } from "../../api/oversight";
import { can, user } from "../../api/session";
import { kWho } from "../../design/roles";
import { Outside } from "../../design/text";
import { now, parseTime, when } from "../../design/times";
import { Word } from "../../design/word";
import { canBePaused, cannotConfirm, pauseSteps } from "./words";

type Act = "pause" | "pause/confirm" | "pause/withdraw" | "resume" | "resume/confirm";

function useActs(model: Model, refresh: () => Promise<void>, supersede: () => void) {
  const fault = useSignal("");
  const busy = useSignal(false);
  const act = async (what: Act, body: object = {}): Promise<boolean> => {
    if (busy.value) return false;
    busy.value = true;
    try {
      await postJson<{ pause: Pause | null }>(`${path`/api/models/${model.name}/${String(model.version)}`}/${what}`, body);
      fault.value = "";
      supersede();
      await refresh();
      return true;
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      fault.value = `${cause.message} ${cause.hint}`.trim();
      return false;
    } finally {
      busy.value = false;
    }
  };
  return { fault, act };
}

function Steps({ pause }: { pause: Pause }) {
  const lapses = parseTime(pause.lapses);
  return (
    <ol class="steps">
      {pauseSteps(pause).map((step, i) => (
        <li key={i}>
          <span class={step.done ? "no done" : "no"} aria-hidden="true">{i + 1}</span>
          <div>{step.done
            ? <><b>{step.word}</b> {when(step.at)} by {step.who}{step.reason && <>: <Outside text={step.reason} /></>}.</>
            : <><b>{step.word}</b> for a second person with the right to pause.{lapses && ` Lapses at ${when(pause.lapses, now.value)}.`}</>}
          </div>
        </li>
      ))}
    </ol>
  );
}

function Ask({ verb, label, onAsk }: { verb: string; label: string; onAsk: (reason: string) => Promise<boolean> }) {
  const reason = useSignal("");
  const empty = useSignal(false);
  const id = useId();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    empty.value = reason.value.trim() === "";
    if (!empty.value && await onAsk(reason.value.trim())) reason.value = "";
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <label for={id}>{label}</label>
      <textarea id={id} rows={2} maxLength={2000} value={reason.value} aria-invalid={empty.value || undefined} aria-describedby={empty.value ? `${id}m` : undefined}
        onInput={(event) => (reason.value = event.currentTarget.value)} />
      {empty.value && <p class="s" id={`${id}m`}><Word shape="failed" tone="strong">A reason is needed: the second person reads it</Word></p>}
      <div class="act"><button type="submit">{verb}</button></div>
    </form>
  );
}

function Confirm({ pause, act }: { pause: Pause; act: (what: Act) => Promise<boolean> }) {
  const why = cannotConfirm(pause, user.value?.name ?? "");
  const resumes = pause.state === "resume_asked";
  return (
    <>
      <div class="act">
        <button type="button" disabled={why !== ""} aria-describedby={why ? "pause-why" : undefined} onClick={() => void act(resumes ? "resume/confirm" : "pause/confirm")}>
          {resumes ? "Confirm the return" : "Confirm pause"}</button>
        <button type="button" onClick={() => void act("pause/withdraw")}>Withdraw</button>
        {why && <small id="pause-why">{why}</small>}
      </div>
    </>
  );
}

function Acts({ model, act }: { model: Model; act: (what: Act, body?: object) => Promise<boolean> }) {
  const { pause } = model;
  if (!can("model.pause")) return <p class="s qq">It is for the roles {kWho["model.pause"]}. You may look.</p>;
  if (pause?.state === "asked" || pause?.state === "resume_asked") return <Confirm pause={pause} act={act} />;
  if (pause) return <Ask verb="Ask for the return" label="Why it can return to service" onAsk={(reason) => act("resume", { reason })} />;
  if (!canBePaused(model)) return <p class="q">It scores nothing now, so there is nothing to pause.</p>;
  return <Ask verb="Ask for a pause" label="Why it should be paused" onAsk={(reason) => act("pause", { reason })} />;
}

export function PausePanel({ model, refresh, supersede }: { model: Model; refresh: () => Promise<void>; supersede: () => void }) {
  const { fault, act } = useActs(model, refresh, supersede);
  const { pause } = model;
  return (
    <section aria-labelledby="h-pause">
      <h2 id="h-pause">Pause, two people</h2>
      <p class="q">{pause && pause.state !== "asked"
        ? "No new score is shown. Findings read “No result: model paused”. Past results stay and are marked."
        : "While it is paused no new score is shown: findings read “No result: model paused”. Past results stay and are marked."}</p>
      <div role="status">{pause && <Steps pause={pause} />}</div>
      <Acts model={model} act={act} />
      <div role="alert">{fault.value && <p class="s"><Word shape="failed" tone="strong">Not done.</Word> {fault.value}</p>}</div>
    </section>
  );
}
