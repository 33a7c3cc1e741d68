// One project: its films for whoever has a part in it, the agreement for whoever may see both
// readers, its end for whoever manages it.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { ApiError, path, postJson } from "../../api/client";
import type { Finished, Project } from "../../api/labelling";
import { usePoll } from "../../api/poll";
import { can } from "../../api/session";
import { NoticeLine, Tabs } from "../../design/controls";
import { Dialog } from "../../design/dialog";
import { count, plural } from "../../design/numbers";
import { Blank, Failure, Loading } from "../../design/states";
import { Digest } from "../../design/text";
import { Word } from "../../design/word";
import { useKeys } from "../../keys/registry";
import { place, type Route } from "../../router/router";
import { AgreementView } from "./agreement";
import { LabelBar, LabelScreen } from "./screen";
import { LabelSession } from "./session";
import { leftWords, resultOf, seesBoth } from "./words";
import "../../design/inventory.css";
import "./labelling.css";

function FinishDialog({ project, onClose, onDone }: { project: Project; onClose: () => void; onDone: (finished: Finished) => void }) {
  const missing = 2 * project.films - project.answered;
  const leaveOut = useSignal(false);
  const fault = useSignal("");
  const finish = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      onDone(await postJson<Finished>(path`/api/labelling/${project.id}/finish`, { leave_out_unanswered: leaveOut.value }));
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      fault.value = `${cause.message}. ${cause.hint}`.replace("..", ".").trim();
    }
  };
  return (
    <Dialog title={`Finish ${project.name}?`} onClose={onClose}>
      <p>Its answers become a new version of {project.dataset.split("@")[0]}, with every reader’s answer in the history of each label. Nobody can answer afterwards, and both readers may then see each other’s answers.</p>
      <form onSubmit={(event) => void finish(event)}>
        {missing > 0 && (
          <label class="check"><input type="checkbox" checked={leaveOut.value} onChange={(event) => (leaveOut.value = event.currentTarget.checked)} />
            Leave out films that a reader has not answered ({plural(missing, "answer")} missing)</label>
        )}
        <div role="alert">{fault.value && <p><Word shape="failed" tone="strong">Not finished.</Word> {fault.value}</p>}</div>
        <div class="act">
          <button type="submit" class="primary">Finish the project</button>
          <button type="button" onClick={onClose}>Not now</button>
        </div>
      </form>
    </Dialog>
  );
}

function ClosedLine({ project, finished }: { project: Project; finished: Finished | null }) {
  const left = finished ? ` ${plural(finished.films, "film")}; ${count(finished.left_out)} left out, ${plural(finished.unsettled, "label")} left open.` : "";
  return (
    <NoticeLine shape="done" word="Closed">
      The answers are version <span class="mono">{finished?.dataset || resultOf(project)}</span> of the data set.{left} Digest <Digest digest={finished?.digest ?? project.result} />, whole when copied.
    </NoticeLine>
  );
}

function Films({ project, session, onAgreement }: { project: Project; session: LabelSession; onAgreement: boolean }) {
  const item = session.item.value;
  const error = session.error.value;
  useKeys({ labelBack: () => session.goBack() }, !item);
  if (error) return <Failure title="The next film could not be loaded" error={error} retry={() => void session.load()} />;
  if (item === undefined) return <Loading what="the next film" />;
  if (item) return <LabelScreen project={project} item={item} session={session} key={`${item.id} ${session.saved.value}`} />;
  return (
    <Blank title="Nothing waits for you">
      <p role="status">{leftWords(project)}</p>
      <div class="act">
        {session.before.value.length > 0 && <button type="button" onClick={() => session.goBack()}>Back to the film before</button>}
        {onAgreement && <a href={`/labelling/${encodeURIComponent(project.id)}?view=agreement`}>Agreement</a>}
        <a href="/labelling">All projects</a>
      </div>
    </Blank>
  );
}

function Loaded({ project, refresh }: { project: Project; refresh: () => Promise<void> }) {
  const session = useMemo(() => new LabelSession(project.id, () => void refresh()), [project.id]);
  const finishing = useSignal(false);
  const finished = useSignal<Finished | null>(null);
  const takesPart = project.mine.role !== "";
  const both = seesBoth(project, can("label.manage"));
  const asked = new URLSearchParams(place.value.query).get("view") === "agreement";
  const isOpen = project.state === "open";
  // A closed project has no film to answer: what came of it is what there is to see.
  const onAgreement = both && (asked || !takesPart || !isOpen);
  useEffect(() => {
    if (takesPart && isOpen) void session.load();
  }, [session, takesPart, isOpen]);
  const address = `/labelling/${encodeURIComponent(project.id)}`;
  const tabs = takesPart && both && isOpen && [
    { href: address, label: "Films", current: !onAgreement }, { href: `${address}?view=agreement`, label: "Agreement", count: project.disagreements ?? undefined, current: onAgreement }];
  return (
    <>
      {!isOpen && <ClosedLine project={project} finished={finished.value} />}
      <LabelBar project={project} session={session} films={takesPart && !onAgreement}>
        {can("label.manage") && isOpen && <button type="button" onClick={() => (finishing.value = true)}>Finish the project…</button>}
      </LabelBar>
      {tabs && <Tabs label="Views" tabs={tabs} />}
      {onAgreement ? <AgreementView project={project} /> : takesPart ? <Films project={project} session={session} onAgreement={both} />
        : <Blank title="You have no part in this project"><p>Its readers and its adjudicator see films here. {leftWords(project)}</p></Blank>}
      {finishing.value && (
        <FinishDialog project={project} onClose={() => (finishing.value = false)} onDone={(done) => {
          finished.value = done;
          finishing.value = false;
          void refresh();
        }} />
      )}
    </>
  );
}

export function ProjectPage({ route }: { route: Extract<Route, { page: "label" }> }) {
  const polled = usePoll<Project>(path`/api/labelling/${route.project}`, 0);
  const project = polled.data.value;
  if (!project) {
    return polled.error.value ? <Failure whole title="This project cannot be shown" error={polled.error.value} retry={() => void polled.refresh()} /> : <Loading what="the project" />;
  }
  return <Loaded project={project} refresh={polled.refresh} key={project.id} />;
}
