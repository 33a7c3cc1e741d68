import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { path, serverGoneSince } from "../../api/client";
import type { Finding, Marks, Study } from "../../api/contract";
import { usePoll } from "../../api/poll";
import { can } from "../../api/session";
import { KeyBar, type KeyHint, Notice, NoticeLine } from "../../design/controls";
import { useKeyBar } from "../../design/keybar";
import { Blank, Failure, Loading } from "../../design/states";
import { clock, parseTime } from "../../design/times";
import { useKeys } from "../../keys/registry";
import { navigate, type Route } from "../../router/router";
import { FilmPane } from "../../viewer/pane";
import { marksOn } from "../../viewer/marks";
import { Banner } from "./banner";
import { Context } from "./context";
import { FindingCard } from "./finding";
import { FirstRead } from "./firstread";
import { answerFor, assessedWords, shownState, StudyModel } from "./model";
import "./study.css";

const kEveryMs = 3000;

const kHints: KeyHint[] = [
  { ids: ["findingNext", "findingPrevious"], words: "finding" },
  { ids: ["agree", "disagree", "cannotSay"], words: "answer" },
  { ids: ["marks"], words: "marks" },
  { ids: ["window1", "window2", "window3", "invert"], words: "window" },
  { ids: ["zoomIn", "zoomFit"], words: "zoom" },
  { ids: ["length"], words: "length" },
  { ids: ["prior"], words: "prior" },
];

function headWords(study: Study): string {
  const times = study.findings.map(({ scored }) => parseTime(scored)).filter((at) => at !== null);
  const last = times.length ? `, scored ${clock(new Date(Math.max(...times.map((at) => at.getTime()))), true)}` : "";
  return `${assessedWords(study)}, in clinical order${last}`;
}

/** What is marked on any image of the study, for the record of what was shown. */
function markable(study: Study): Finding[] {
  const ids = new Set(study.images.flatMap(({ sop }) => marksOn(study.findings, sop).map(({ id }) => id)));
  return study.findings.filter(({ id }) => ids.has(id));
}

function useStudyKeys(study: Study, model: StudyModel, mayAnswer: boolean, acknowledge: () => void, firstRead: () => void): void {
  const current = (): Finding | undefined => study.findings[model.current.value];
  const answer = (key: "yes" | "no" | "cannot") => () => {
    const finding = current();
    if (!finding || !mayAnswer || shownState(finding, study.marks_allowed) === "held") return;
    const decision = answerFor(finding, key);
    if (decision && decision !== finding.decision?.decision) void model.decide(finding, decision);
  };
  useKeys({
    findingNext: () => model.select(model.current.value + 1),
    findingPrevious: () => model.select(model.current.value - 1),
    agree: answer("yes"), disagree: answer("no"), cannotSay: answer("cannot"),
    undo: () => {
      const finding = current();
      if (finding?.decision && mayAnswer) void model.decide(finding, "withdrawn");
    },
    firstRead,
    acknowledge,
  });
}

function Findings({ study, model, mayAnswer, firstRead }: { study: Study; model: StudyModel; mayAnswer: boolean; firstRead: { value: boolean } }) {
  return (
    <>
      <div class="head"><h2 id="h-find">Findings</h2><span class="qq s">{headWords(study)}</span></div>
      {study.findings.length === 0 && <Blank title="No model has looked at this study"><p>Nothing was scored. Read it as usual.</p></Blank>}
      {study.findings.map((finding, index) => (
        <FindingCard key={finding.id} finding={finding} index={index} model={model} marksAllowed={study.marks_allowed}
          mayAnswer={mayAnswer} onFirstRead={() => (firstRead.value = true)} />
      ))}
    </>
  );
}

function Loaded({ study, model }: { study: Study; model: StudyModel }) {
  const mayAnswer = can("study.answer");
  const firstRead = useSignal(false);
  const current = study.findings[model.current.value];
  useEffect(() => model.select(0), [model]);

  const acknowledge = async (): Promise<void> => {
    if (study.acknowledged) {
      navigate(study.next ? `/study/${encodeURIComponent(study.next)}` : "/worklist");
      return;
    }
    if (!mayAnswer) return;
    const next = await model.acknowledge();
    if (next !== undefined) navigate(next ? `/study/${encodeURIComponent(next)}` : "/worklist");
  };
  useStudyKeys(study, model, mayAnswer, () => void acknowledge(), () => mayAnswer && (firstRead.value = true));
  const fault = model.faults.value[""];
  const setMode = (mode: Marks): void => model.showMarks(mode, markable(study));
  return (
    <>
      {study.notices.map((notice) => <Notice notice={notice} key={`${notice.subject} ${notice.since}`} />)}
      {fault && <NoticeLine shape="failed" word="Not acknowledged">{fault}</NoticeLine>}
      <Banner study={study} mayAnswer={mayAnswer} busy={model.busy.value === "study"} onAcknowledge={() => void acknowledge()} />
      <div class="review">
        <FilmPane study={study} findings={study.findings} mode={model.marks.value} onMode={setMode} current={current?.id ?? ""} />
        <div class="side">
          <section class="findings" aria-labelledby="h-find">
            <FirstRead study={study} model={model} open={firstRead} />
            <Findings study={study} model={model} mayAnswer={mayAnswer} firstRead={firstRead} />
          </section>
          <Context study={study} model={model} held={!study.marks_allowed} />
        </div>
      </div>
    </>
  );
}

export function StudyPage({ route }: { route: Extract<Route, { page: "study" }> }) {
  const polled = usePoll<Study>(path`/api/studies/${route.study}`, kEveryMs);
  const model = useMemo(() => new StudyModel(route.study, polled.data, polled.supersede), [route.study]);
  const study = polled.data.value;
  const error = polled.error.value;
  const confirmed = polled.confirmed.value;
  useKeyBar(<KeyBar hints={kHints} />, []);
  if (!study || study.study !== route.study) {
    if (!error) return <Loading what="the study" />;
    return <Failure whole title="This study cannot be shown" error={error} retry={() => void polled.refresh()} />;
  }
  return (
    <>
      {error && !serverGoneSince.value && (
        <NoticeLine shape="failed" word="Not renewed">{error.message} What is shown is from {confirmed ? clock(confirmed, true) : "before"}.</NoticeLine>
      )}
      <Loaded study={study} model={model} key={route.study} />
    </>
  );
}
