// The film pane: tools above, one film or two side by side (the other is a prior), keys below.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { ApiError, getJson, path } from "../api/client";
import type { Finding, ImageInfo, Marks, Study } from "../api/contract";
import { fullDate, fullTime } from "../design/times";
import { shortcut, useKeys } from "../keys/registry";
import { FilmView } from "./filmview";
import { LengthTool, MarksTool, SizeTools, WindowTools } from "./toolbar";
import { FilmViewState } from "./view";
import "./viewer.css";

function whoOf(study: Study): string[] {
  const { name, id, sex, age } = study.patient;
  return [name, [id, [sex, age].filter(Boolean).join(" ")].filter(Boolean).join(", "),
    [study.title, fullTime(study.acquired)].filter(Boolean).join(", ")];
}

function factsOf(study: Study, image: ImageInfo | undefined): string[] {
  const prior = study.priors[0];
  const side = image?.laterality ? `Side ${image.laterality}` : "";
  const view = image?.view ? `View ${image.view}` : "";
  return [prior ? `prior ${fullDate(prior.acquired)}` : "", [view, side].filter(Boolean).join(", ")];
}

interface Prior {
  study: Study | null;
  view: FilmViewState | null;
  error: string;
}

/** Fetches a prior study when it is first asked for. */
function usePrior(study: Study) {
  const shown = useSignal("");
  const prior = useSignal<Prior>({ study: null, view: null, error: "" });
  useEffect(() => {
    shown.value = "";
  }, [study.study]);
  const asked = shown.value;
  useEffect(() => {
    prior.value = { study: null, view: null, error: "" };
    if (!asked) return undefined;
    const abort = new AbortController();
    getJson<Study>(path`/api/studies/${asked}`, { signal: abort.signal }).then(
      ({ data }) => {
        if (data && !abort.signal.aborted) prior.value = { study: data, view: new FilmViewState(data.images), error: "" };
      },
      (cause: unknown) => {
        if (!abort.signal.aborted) prior.value = { study: null, view: null, error: cause instanceof ApiError ? cause.message : "It could not be read." };
      },
    );
    return () => abort.abort();
  }, [asked]);
  const toggle = (): void => {
    shown.value = shown.value ? "" : (study.priors[0]?.study ?? "");
  };
  return { shown, prior, toggle };
}

function PriorTool({ study, shown, toggle }: { study: Study; shown: { value: string }; toggle: () => void }) {
  useKeys({ prior: () => study.priors.length > 0 && toggle() });
  if (study.priors.length === 0) return null;
  return (
    <>
      <button type="button" aria-pressed={shown.value !== ""} aria-keyshortcuts={shortcut("prior")} onClick={toggle}>Prior</button>
      {shown.value && study.priors.length > 1 && (
        <select aria-label="Which prior" value={shown.value} onChange={(event) => (shown.value = event.currentTarget.value)}>
          {study.priors.map((one) => <option value={one.study} key={one.study}>{one.title} {fullDate(one.acquired)}</option>)}
        </select>
      )}
    </>
  );
}

export interface PaneProps {
  study: Study;
  findings: Finding[];
  mode: Marks;
  onMode: (mode: Marks) => void;
  current: string;
}

export function FilmPane({ study, findings, mode, onMode, current }: PaneProps) {
  const imageKey = study.images.map(({ sop }) => sop).join(" ");
  const main = useMemo(() => new FilmViewState(study.images), [study.study, imageKey]);
  const { shown, prior, toggle } = usePrior(study);
  const onPrior = useSignal(false);
  const films = useRef<HTMLDivElement>(null);
  const priorView = prior.value.view;
  const active = onPrior.value && priorView ? priorView : main;
  const mode_ = study.marks_allowed ? mode : "off";
  const focusFilm = (): void => films.current?.querySelector<HTMLElement>(".film.active")?.focus({ preventScroll: true });
  return (
    <section class="pane" aria-label="Film">
      <div class="bar" role="toolbar" aria-label="Film tools">
        <WindowTools view={active} />
        <SizeTools view={active} />
        <LengthTool view={active} focusFilm={focusFilm} />
        <PriorTool study={study} shown={shown} toggle={toggle} />
        <span class="gap" />
        <MarksTool mode={mode_} allowed={study.marks_allowed} any={findings.some(({ map }) => map)} onChange={onMode} />
      </div>
      <div class="films" ref={films}>
        <FilmView view={main} findings={findings} mode={mode_} current={current} who={whoOf(study)} facts={factsOf(study, main.image)}
          active={active === main} onActive={() => (onPrior.value = false)} label={study.title || "Film"} />
        {shown.value && (priorView && prior.value.study
          ? <FilmView view={priorView} findings={[]} mode="off" current="" who={whoOf(prior.value.study)}
            facts={["prior film", ...factsOf(prior.value.study, priorView.image).slice(1)]}
            active={active === priorView} onActive={() => (onPrior.value = true)} label={`Prior: ${prior.value.study.title}`} />
          : <div class="film"><div class="over" role="status">{prior.value.error ? <h3>The prior cannot be shown. {prior.value.error}</h3> : null}</div></div>)}
      </div>
    </section>
  );
}
