import { useSignal } from "@preact/signals";
import type { Project } from "../../api/labelling";
import { usePoll } from "../../api/poll";
import { can } from "../../api/session";
import { KeyBar } from "../../design/controls";
import { useKeyBar } from "../../design/keybar";
import { count, plural } from "../../design/numbers";
import { type RowWalk, useRowWalk } from "../../design/rowkeys";
import { Blank, Failure, Loading } from "../../design/states";
import { Table } from "../../design/table";
import { when } from "../../design/times";
import { Word } from "../../design/word";
import { keysOff, keysOf, useKeys } from "../../keys/registry";
import { navigate } from "../../router/router";
import { NewProject } from "./newproject";
import { resultOf } from "./words";
import "../../design/inventory.css";
import "./labelling.css";

const kEveryMs = 10_000;
const kRoles = { reader: "Reader", adjudicator: "Adjudicator", "": "None" };

/** The share that is done, under its numbers. */
function Progress({ done, of }: { done: number; of: number }) {
  return (
    <svg class="c meter" viewBox="0 0 96 4" width="96" height="4" aria-hidden="true">
      <rect class="bar" width="96" height="4" /><rect class="bar1" width={of > 0 ? Math.round(96 * Math.min(1, done / of)) : 0} height="4" />
    </svg>
  );
}

function Mine({ project: { mine, state } }: { project: Project }) {
  if (mine.role === "") return <span class="qq">no part in it</span>;
  const of = mine.done + mine.left;
  return (
    <>
      {kRoles[mine.role]}{of > 0 && `, ${count(mine.done)} of ${count(of)}`}
      <small>{state === "closed" ? "closed" : mine.left > 0 ? `${plural(mine.left, "film")} to go` : "nothing waits"}</small>
      <Progress done={mine.done} of={of} />
    </>
  );
}

function ProjectRow({ project, chosen }: { project: Project; chosen: boolean }) {
  return (
    <tr class={chosen ? "sel" : undefined} aria-current={chosen || undefined}>
      <th scope="row"><a href={`/labelling/${encodeURIComponent(project.id)}`}><b>{project.name}</b></a><small>since {when(project.created)}</small></th>
      <td class="mono">{project.dataset}</td>
      <td>{project.findings.map(({ label }) => label).join(", ")}<small>{project.boxes ? "with boxes" : "without boxes"}</small></td>
      <td><Mine project={project} /></td>
      <td>{count(project.answered)} of {count(2 * project.films)}<small>{plural(project.films, "film")}, two readers</small><Progress done={project.answered} of={2 * project.films} /></td>
      <td>{project.disagreements === null ? <span class="qq">not shown to readers</span> : project.disagreements === 0 ? "none waits" : `${plural(project.disagreements, "waits", "wait")}`}</td>
      <td>{project.state === "open" ? <Word shape="run">Open</Word> : <><Word shape="done">Closed</Word><small class="mono">{resultOf(project)}</small></>}</td>
    </tr>
  );
}

function Projects({ projects, walk }: { projects: Project[]; walk: RowWalk }) {
  return (
    <Table class="inv" label="Labelling projects" columns={["Project", "Data set", "Findings", "My part", "Answers", "Disagreements", "State"]} bodyRef={walk.body}>
      {projects.map((project, i) => <ProjectRow project={project} chosen={i === walk.at.value} key={project.id} />)}
    </Table>
  );
}

export function Labelling() {
  const polled = usePoll<{ projects: Project[] }>("/api/labelling", kEveryMs);
  const walk = useRowWalk();
  const making = useSignal(false);
  const manages = can("label.manage");
  useKeys({ newProject: () => manages && (making.value = true) });
  useKeyBar(<KeyBar hints={[{ ids: ["tableNext", "tablePrevious"], words: "project" }, { ids: ["tableOpen"], words: "open" },
    ...(manages ? [{ ids: ["newProject" as const], words: "new project" }] : [])]} />, [manages]);
  const projects = polled.data.value?.projects;
  const error = polled.error.value;
  return (
    <>
      <div class="title">
        <h1>Labelling</h1>
        <span class="q">Two readers, blind to each other and to every model; an adjudicator where they differ.</span>
        <span class="gap" />
        {manages && !making.value && <button type="button" class="primary" onClick={() => (making.value = true)}>New project{!keysOff.value && <kbd>{keysOf("newProject")}</kbd>}</button>}
      </div>
      {making.value && <NewProject onClose={() => (making.value = false)} onMade={(project) => navigate(`/labelling/${encodeURIComponent(project.id)}`)} />}
      {!projects && (error ? <Failure title="The projects could not be loaded" error={error} retry={() => void polled.refresh()} /> : <Loading what="projects" />)}
      {projects?.length === 0 && (
        <Blank title="No labelling project">
          <p>{manages ? "A project draws films from a data set and asks two readers about each." : "A data steward starts one and says who reads; it then appears here by itself."}</p>
        </Blank>
      )}
      {projects && projects.length > 0 && <Projects projects={projects} walk={walk} />}
    </>
  );
}
