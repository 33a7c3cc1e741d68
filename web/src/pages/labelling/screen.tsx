// The labelling screen: one film without a patient and without any model, findings beside it, all by
// keys. The adjudicator sees what both readers said, not who they are.
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { LabelAnswer, LabelItem, Project } from "../../api/labelling";
import { KeyBar, type KeyHint } from "../../design/controls";
import { useKeyBar } from "../../design/keybar";
import { Seg } from "../../design/seg";
import { Word } from "../../design/word";
import { keysOff, keysOf, keyWords, shortcut, useKeys, type KeyId } from "../../keys/registry";
import type { ShownBox } from "../../viewer/boxlayer";
import { BoxDrawing, boxWords, firstBox, moveBox, sizeBox } from "../../viewer/boxes";
import { FilmView } from "../../viewer/filmview";
import { LengthTool, SizeTools, WindowTools } from "../../viewer/toolbar";
import { FilmViewState } from "../../viewer/view";
import type { LabelSession } from "./session";
import "../../viewer/viewer.css";

export const kAnswerWords: Record<LabelAnswer, string> = { present: "Present", absent: "Absent", unsure: "Unsure" };
const kAnswerKeys: [LabelAnswer, KeyId][] = [["present", "labelPresent"], ["absent", "labelAbsent"], ["unsure", "labelUnsure"]];

const kHints: KeyHint[] = [
  { ids: ["labelPresent", "labelAbsent", "labelUnsure"], words: "present, absent, unsure" },
  { ids: ["labelNext", "labelPrevious"], words: "finding" },
  { ids: ["labelSave"], words: "save, next film" },
  { ids: ["labelBack"], words: "film before" },
];
const kBoxHint: KeyHint = { ids: ["labelBox", "labelUnbox"], words: "box, no box" };
const kWindowHint: KeyHint = { ids: ["window1", "window2", "invert"], words: "window" };

/** The letter of a finding, the same beside its name and on the film. */
export function tagOf(index: number): string {
  return String.fromCharCode(65 + index);
}

function labelsOf(project: Project): (code: string) => string {
  return (code) => project.findings.find((one) => one.code === code)?.label ?? code;
}

/** Own boxes by letter, the others' by reader and letter. */
function shownBoxes(item: LabelItem, session: LabelSession, drawing: BoxDrawing): ShownBox[] {
  const now = drawing.now.value;
  return item.asked.flatMap((code, i) => {
    const own = now?.code === code ? now.box : session.boxes.value[code];
    const others = (item.others ?? []).flatMap(({ boxes }, j): ShownBox[] => {
      const box = boxes[code];
      return box ? [{ tag: `${j + 1}`, box, dashed: true }] : [];
    });
    return own ? [...others, { tag: tagOf(i), box: own, dashed: now?.code === code }] : others;
  });
}

const kStep = 4;
const kLeap = 16;

/** While a box is drawn the arrows move it, with Shift they size it, Enter keeps it. */
function BoxKeys({ drawing, view }: { drawing: BoxDrawing; view: FilmViewState }) {
  const by = (dx: number, dy: number, change: typeof moveBox, step: number) => () =>
    drawing.change((box) => change(box, dx * step / view.placement.value.zoom, dy * step / view.placement.value.zoom, view.size));
  useKeys({
    panUp: by(0, -1, moveBox, kLeap), panDown: by(0, 1, moveBox, kLeap), panLeft: by(-1, 0, moveBox, kLeap), panRight: by(1, 0, moveBox, kLeap),
    levelUp: by(0, -1, sizeBox, kStep), levelDown: by(0, 1, sizeBox, kStep), windowNarrower: by(-1, 0, sizeBox, kStep), windowWider: by(1, 0, sizeBox, kStep),
    labelSave: () => drawing.end(), labelBox: () => drawing.end(), close: () => drawing.stop(),
  });
  return null;
}

function BoxLine({ code, session, drawing, onDraw }: { code: string; session: LabelSession; drawing: BoxDrawing; onDraw: () => void }) {
  const now = drawing.now.value?.code === code ? drawing.now.value : null;
  const box = session.boxes.value[code];
  if (now) {
    return (
      <div class="boxline">
        <p class="s" role="status">{now.first ? "Click the corner across." : "Drag, or click two corners. Or arrows move it, with Shift they size it, Enter keeps it."}</p>
        <button type="button" onClick={() => drawing.end()}>Keep box</button>
        <button type="button" onClick={() => drawing.stop()}>Stop</button>
      </div>
    );
  }
  return (
    <div class="boxline">
      <span class="s q">{box ? `Box ${boxWords(box)}.` : "No box; optional."}</span>
      <button type="button" aria-keyshortcuts={shortcut("labelBox")} onClick={onDraw}>{box ? "Change" : "Draw"}{!keysOff.value && <kbd>{keysOf("labelBox")}</kbd>}</button>
      {box && <button type="button" aria-keyshortcuts={shortcut("labelUnbox")} onClick={() => session.erase(code)}>Take away{!keysOff.value && <kbd>{keysOf("labelUnbox")}</kbd>}</button>}
    </div>
  );
}

function Others({ item, code }: { item: LabelItem; code: string }) {
  if (!item.others) return null;
  return (
    <dl class="others">
      {item.others.map(({ reader, answers, boxes }) => (
        <div key={reader}>
          <dt>{reader}</dt>
          <dd><b>{answers[code] ? kAnswerWords[answers[code]] : "Not answered"}</b>{boxes[code] && <span class="q">, with a box</span>}</dd>
        </div>
      ))}
    </dl>
  );
}

function FindingRow({ project, item, index, session, drawing, onDraw }: {
  project: Project; item: LabelItem; index: number; session: LabelSession; drawing: BoxDrawing; onDraw: () => void;
}) {
  const code = item.asked[index] ?? "";
  const card = useRef<HTMLElement>(null);
  const isNow = session.current.value === index;
  const answer = session.answers.value[code] ?? null;
  const label = labelsOf(project)(code);
  useEffect(() => {
    if (isNow) card.current?.scrollIntoView({ block: "nearest" });
  }, [isNow]);
  return (
    <section class={isNow ? "finding now" : "finding"} ref={card} aria-current={isNow || undefined} aria-label={label} onFocusIn={() => session.select(index)}>
      <header>
        <span class="tag">{tagOf(index)}</span><h3>{label}</h3><span class="gap" />
        <span class="res">{answer ? kAnswerWords[answer] : <span class="qq">No answer yet</span>}</span>
      </header>
      <Others item={item} code={code} />
      <div class="act">
        <Seg label={`Your answer on ${label}`} press value={answer} onChange={(value) => session.say(code, value)}
          options={kAnswerKeys.map(([value, id]) => {
            const keys = isNow ? shortcut(id) : undefined;
            return { value, label: <>{kAnswerWords[value]}{isNow && !keysOff.value && <kbd>{keysOf(id)}</kbd>}</>, ...(keys && { keys }) };
          })} />
      </div>
      {project.boxes && answer === "present" && <BoxLine code={code} session={session} drawing={drawing} onDraw={onDraw} />}
    </section>
  );
}

function subtitle(project: Project): string {
  if (project.mine.role === "reader") return "Say what you see; nobody’s answers and no model are shown.";
  if (project.mine.role === "adjudicator") return "Where the readers differ, you decide.";
  return `${project.dataset}, read by ${project.readers.join(" and ")}, settled by ${project.adjudicator}.`;
}

export function LabelBar({ project, session, films, children }: { project: Project; session: LabelSession; films: boolean; children?: ComponentChildren }) {
  const item = films ? session.item.value : null;
  return (
    <div class="lbar">
      <div>
        <h1>{project.name}</h1>
        <p class="q">{item && <><b class="at">{item.number} of {item.of}</b> · </>}{subtitle(project)}</p>
      </div>
      <span class="gap" />
      {children}
      {films && (
        <button type="button" disabled={session.before.value.length === 0} aria-keyshortcuts={shortcut("labelBack")} onClick={() => session.goBack()}>
          Film before{!keysOff.value && <kbd>{keysOf("labelBack")}</kbd>}
        </button>
      )}
      {item && (
        <button type="button" class="primary" aria-disabled={session.busy.value} aria-keyshortcuts={shortcut("labelSave")} onClick={() => void session.save(labelsOf(project))}>
          Save, next{!keysOff.value && keyWords("labelSave").map((key) => <kbd key={key}>{key}</kbd>)}
        </button>
      )}
    </div>
  );
}

function useLabelKeys(project: Project, item: LabelItem, session: LabelSession, drawing: BoxDrawing, view: FilmViewState, films: { current: HTMLElement | null }) {
  const say = (answer: LabelAnswer) => () => {
    drawing.stop();
    session.say(session.code.value, answer);
  };
  const draw = (code: string): void => {
    if (!project.boxes) return;
    session.select(item.asked.indexOf(code));
    drawing.start(code, session.boxes.value[code] ?? firstBox(view.placement.value, view.box.value, view.size));
    films.current?.querySelector<HTMLElement>(".film")?.focus({ preventScroll: true });
  };
  useKeys({
    labelNext: () => session.select(session.current.value + 1),
    labelPrevious: () => session.select(session.current.value - 1),
    labelPresent: say("present"), labelAbsent: say("absent"), labelUnsure: say("unsure"),
    labelBox: () => draw(session.code.value),
    labelUnbox: () => session.erase(session.code.value),
    labelSave: () => void session.save(labelsOf(project)),
    labelBack: () => session.goBack(),
  });
  return draw;
}

/** Keyed by the film, so that window, zoom and drawing begin anew with each. */
export function LabelScreen({ project, item, session }: { project: Project; item: LabelItem; session: LabelSession }) {
  const films = useRef<HTMLDivElement>(null);
  const view = useMemo(() => new FilmViewState([item.image]), [item]);
  const drawing = useMemo(() => new BoxDrawing((code, box) => session.draw(code, box)), [item, session]);
  const draw = useLabelKeys(project, item, session, drawing, view, films);
  useKeyBar(<KeyBar hints={[...kHints.slice(0, 2), ...(project.boxes ? [kBoxHint] : []), kWindowHint, ...kHints.slice(2)]} />, [project.boxes]);
  const fault = session.fault.value;
  return (
    <div class="lreview">
      <section class="pane" aria-label="Film">
        <div class="bar" role="toolbar" aria-label="Film tools">
          <WindowTools view={view} />
          <SizeTools view={view} />
          <LengthTool view={view} focusFilm={() => films.current?.querySelector<HTMLElement>(".film")?.focus({ preventScroll: true })} />
        </div>
        <div class="films" ref={films}>
          <FilmView view={view} findings={[]} mode="off" current="" who={[`Film ${item.number} of ${item.of}`, "No patient and no model result is shown here"]}
            facts={["", item.image.view && `View ${item.image.view}`]} active onActive={() => undefined} label={`Film ${item.number} of ${item.of}`}
            boxes={shownBoxes(item, session, drawing)} drawing={drawing} />
        </div>
      </section>
      <section class="lside" aria-labelledby="h-findings">
        <div class="head"><h2 id="h-findings">{item.others ? "In dispute" : "Findings"}</h2>
          {item.answers && <span class="qq s">You answered this film before; saving it again changes your answer.</span>}</div>
        {item.asked.map((code, index) => (
          <FindingRow key={code} project={project} item={item} index={index} session={session} drawing={drawing} onDraw={() => draw(code)} />
        ))}
        <div class="lfault" role="alert">{fault && <Word shape="failed" tone="strong">{fault}</Word>}</div>
        <p class="vh" role="status">{`Film ${item.number} of ${item.of}`}</p>
      </section>
      {drawing.now.value && <BoxKeys drawing={drawing} view={view} />}
    </div>
  );
}
