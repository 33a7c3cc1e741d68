// A new project: what is asked, of which films, by whom.
import { type Signal, useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { ApiError, postJson } from "../../api/client";
import type { Choices, NewProject as Wanted, Project } from "../../api/labelling";
import { usePoll } from "../../api/poll";
import { count } from "../../design/numbers";
import { Failure, Loading } from "../../design/states";
import { Word } from "../../design/word";
import { useKeys } from "../../keys/registry";
import { codeOf, projectFault } from "./words";

const kMostFindings = 8;

function Choice({ label, value, onChange, options, empty }: {
  label: string; value: string; onChange: (value: string) => void; options: [value: string, words: string][]; empty: string;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{empty}</option>
        {options.map(([code, words]) => <option value={code} key={code}>{words}</option>)}
      </select>
    </div>
  );
}

function FindingFields({ names }: { names: Signal<string[]> }) {
  const set = (index: number, name: string): void => {
    names.value = names.value.map((one, i) => (i === index ? name : one));
  };
  return (
    <fieldset class="field">
      <legend>Findings, each answered present, absent or unsure</legend>
      {names.value.map((name, i) => (
        <div class="askrow" key={i}>
          <input type="text" aria-label={`Finding ${i + 1}`} placeholder={i === 0 ? "Opacity" : ""} maxLength={100} value={name} onInput={(event) => set(i, event.currentTarget.value)} />
          <span class="qq s">{codeOf(name) && <>label <span class="mono">{codeOf(name)}</span></>}</span>
          {names.value.length > 1 && <button type="button" class="text" aria-label={`Leave out finding ${i + 1}`} onClick={() => (names.value = names.value.filter((_, j) => j !== i))}>Leave out</button>}
        </div>
      ))}
      {names.value.length < kMostFindings && <button type="button" onClick={() => (names.value = [...names.value, ""])}>Another finding</button>}
    </fieldset>
  );
}

function useWanted(choices: Choices) {
  const name = useSignal("");
  const dataset = useSignal("");
  const films = useSignal("");
  const names = useSignal([""]);
  const boxes = useSignal(true);
  const people = useSignal(["", "", ""]);
  const inSet = choices.datasets.find(({ version }) => version === dataset.value)?.films ?? 0;
  const wanted = (): Wanted => ({
    name: name.value.trim(), dataset: dataset.value, boxes: boxes.value, films: films.value.trim() ? Number(films.value) : inSet,
    findings: names.value.map((one) => one.trim()).filter(Boolean).map((label) => ({ code: codeOf(label), label })),
    readers: [people.value[0] ?? "", people.value[1] ?? ""], adjudicator: people.value[2] ?? "",
  });
  return { name, dataset, films, names, boxes, people, inSet, wanted };
}

function Form({ choices, onMade, onClose }: { choices: Choices; onMade: (project: Project) => void; onClose: () => void }) {
  const { name, dataset, films, names, boxes, people, inSet, wanted } = useWanted(choices);
  const fault = useSignal("");
  const id = useId();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    fault.value = projectFault(wanted(), inSet);
    if (fault.value) return;
    try {
      onMade(await postJson<Project>("/api/labelling", wanted()));
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      fault.value = `${cause.message} ${cause.hint}`.trim();
    }
  };
  const person = (index: number, label: string) => (
    <Choice label={label} empty="Choose" value={people.value[index] ?? ""} options={choices.readers.map((one) => [one, one])}
      onChange={(value) => (people.value = people.value.map((one, i) => (i === index ? value : one)))} />
  );
  return (
    <form onSubmit={(event) => void submit(event)}>
      <div class="cols">
        <div>
          <div class="field"><label for={`${id}n`}>Name</label>
            <input type="text" id={`${id}n`} maxLength={100} autocomplete="off" value={name.value} onInput={(event) => (name.value = event.currentTarget.value)} ref={(input) => {
              if (input && !input.dataset.seen) {
                input.dataset.seen = "1";
                input.focus();
              }
            }} /></div>
          <Choice label="Data set" empty="Choose" value={dataset.value} onChange={(value) => (dataset.value = value)}
            options={choices.datasets.map((set) => [set.version, `${set.version}, ${count(set.films)} films`])} />
          <div class="field"><label for={`${id}f`}>Films, drawn by chance{inSet > 0 && ` from ${count(inSet)}; all without a number`}</label>
            <input type="text" id={`${id}f`} inputMode="numeric" autocomplete="off" value={films.value} onInput={(event) => (films.value = event.currentTarget.value)} /></div>
        </div>
        <div>
          <FindingFields names={names} />
          <label class="check"><input type="checkbox" checked={boxes.value} onChange={(event) => (boxes.value = event.currentTarget.checked)} /> Readers may draw where a finding is</label>
        </div>
        <div>
          {person(0, "First reader")}
          {person(1, "Second reader")}
          {person(2, "Adjudicator, where they differ")}
          {choices.readers.length < 3 && <p class="s q">Three people with the role reader are needed; there {choices.readers.length === 1 ? "is" : "are"} {choices.readers.length}. An administrator adds them.</p>}
        </div>
      </div>
      <div role="alert">{fault.value && <p class="s"><Word shape="failed" tone="strong">{fault.value}</Word></p>}</div>
      <div class="act">
        <button type="submit" class="primary">Start the project</button>
        <button type="button" onClick={onClose}>Not now</button>
        <small>The films are drawn and shuffled for each reader at once; neither sees the other’s answers.</small>
      </div>
    </form>
  );
}

export function NewProject({ onMade, onClose }: { onMade: (project: Project) => void; onClose: () => void }) {
  const choices = usePoll<Choices>("/api/labelling/choices", 0);
  useKeys({ close: onClose });
  const { value } = choices.data;
  return (
    <section class="newproject" aria-labelledby="h-new">
      <h2 id="h-new">New project</h2>
      {choices.error.value ? <Failure title="What a project can be made of could not be loaded" error={choices.error.value} retry={() => void choices.refresh()} />
        : !value ? <Loading what="data sets and readers" />
        : value.datasets.length === 0 ? <p class="q">There is no data set yet. Import one on the server: <span class="mono">osler dataset import</span>.</p>
        : <Form choices={value} onMade={onMade} onClose={onClose} />}
    </section>
  );
}
