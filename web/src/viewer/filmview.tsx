// One film in its box: canvas for the pixels, SVG for what is drawn over them, plates for the words.
// Own 2-D canvas with a 16-bit table: needs no WebGL and no decoder in the browser.
import { useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { ApiError } from "../api/client";
import type { Finding, Marks } from "../api/contract";
import { bytes, kThin, plural } from "../design/numbers";
import { useLate } from "../design/states";
import { plain } from "../design/outside";
import { Outside } from "../design/text";
import type { Point } from "./contours";
import { type Film, loadFilm, valueWords } from "./film";
import { pixelAt, spacingWords, toImage } from "./geometry";
import { MarksLayer, marksOn, marksWords } from "./marks";
import { BoxLayer, type ShownBox } from "./boxlayer";
import type { BoxDrawing } from "./boxes";
import { LengthPlates, MeasureLayer } from "./measure";
import { Raster } from "./raster";
import type { FilmViewState } from "./view";

export interface FilmViewProps {
  view: FilmViewState;
  findings: Finding[];
  mode: Marks;
  current: string;
  /** Words at the top left: whose film this is. */
  who: string[];
  /** Words at the top right, under the image number. */
  facts: string[];
  active: boolean;
  onActive: () => void;
  label: string;
  /** Boxes of whoever labels the film. */
  boxes?: ShownBox[];
  /** While a box is drawn, a drag and clicks belong to it. */
  drawing?: BoxDrawing;
}

interface Loading {
  seen: number;
  error: ApiError | null;
  tries: number;
}

/** Fetches the pixels of what the view shows. */
function useFilm(view: FilmViewState) {
  const loading = useSignal<Loading>({ seen: 0, error: null, tries: 0 });
  const { image } = view;
  const frame = view.frame.value;
  const tries = loading.value.tries;
  useEffect(() => {
    if (!image) return undefined;
    const abort = new AbortController();
    loading.value = { seen: 0, error: null, tries };
    view.film.value = null;
    loadFilm(image, frame, (seen) => (loading.value = { ...loading.value, seen }), abort.signal).then(
      (film) => {
        if (!abort.signal.aborted) view.film.value = film;
      },
      (cause: unknown) => {
        if (!abort.signal.aborted) loading.value = { ...loading.value, error: cause instanceof ApiError ? cause : new ApiError(0, "BadFilm", "The film could not be read.", "", 0, "") };
      },
    );
    return () => abort.abort();
  }, [image?.pixels, frame, tries]);
  return loading;
}

/** Draws when anything changes, at most once a frame of the screen. */
function useCanvas(view: FilmViewState, film: Film | null) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const raster = useRef(new Raster());
  const { image } = view;
  const window = view.window.value;
  const placement = view.placement.value;
  const box = view.box.value;
  const inverted = view.inverted.value;
  useLayoutEffect(() => {
    const at = requestAnimationFrame(() => {
      if (canvas.current && image) raster.current.paint(canvas.current, film, image, window, inverted, placement, box);
    });
    return () => cancelAnimationFrame(at);
  }, [film, image, window, placement, box, inverted]);
  return canvas;
}

function useBox(view: FilmViewState) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = (): void => view.resize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [view]);
  return box;
}

const kDragWindow = 0.08;

interface Drag {
  at: Point;
  /** Where it began, on the film. */
  start: Point;
  moved: boolean;
  window: boolean;
  draws: boolean;
}

/** Drag moves or draws, Shift-drag changes window and level, the wheel zooms; in length mode a click sets an end. */
function useMouse(view: FilmViewState, box: { current: HTMLDivElement | null }, onActive: () => void, drawing?: BoxDrawing) {
  const drag = useRef<Drag | null>(null);
  const onFilm = (at: Point): Point => toImage(view.placement.value, at);
  const place = (event: MouseEvent): Point => {
    const edge = box.current?.getBoundingClientRect();
    return [event.clientX - (edge?.left ?? 0), event.clientY - (edge?.top ?? 0)];
  };
  useEffect(() => {
    const element = box.current;
    const onWheel = (event: WheelEvent): void => {
      if (event.ctrlKey) return;
      event.preventDefault();
      view.zoomBy(Math.exp(-Math.sign(event.deltaY) * Math.min(0.25, Math.abs(event.deltaY) / 500)), place(event));
    };
    element?.addEventListener("wheel", onWheel, { passive: false });
    return () => element?.removeEventListener("wheel", onWheel);
  }, [view]);
  return {
    onPointerDown: (event: PointerEvent) => {
      onActive();
      if (event.button !== 0) return;
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      const at = place(event);
      drag.current = { at, start: onFilm(at), moved: false, window: event.shiftKey, draws: Boolean(drawing?.now.value) && !event.shiftKey };
    },
    onPointerMove: (event: PointerEvent) => {
      const at = place(event);
      view.pointer.value = at;
      if (view.measuring.value && !drag.current?.moved) view.moveCross(onFilm(at));
      const from = drag.current;
      if (!from) return drawing?.hover(onFilm(at), view.size);
      const [dx, dy] = [at[0] - from.at[0], at[1] - from.at[1]];
      if (!from.moved && Math.hypot(dx, dy) < 4) return;
      if (from.draws) drawing?.drag(from.start, onFilm(at), view.size);
      else if (from.window) view.nudgeWindow(dx * kDragWindow, dy * kDragWindow);
      else view.panBy(dx, dy);
      drag.current = { ...from, at, moved: true };
    },
    onPointerUp: (event: PointerEvent) => {
      const done = drag.current;
      if (done?.draws) {
        if (done.moved) drawing?.end();
        else drawing?.click(onFilm(place(event)), view.size);
      } else if (done && !done.moved && view.measuring.value) {
        view.moveCross(onFilm(place(event)));
        view.setEnd();
      }
      drag.current = null;
    },
    onPointerCancel: () => (drag.current = null),
    onPointerLeave: () => {
      if (!drag.current) view.pointer.value = null;
    },
  };
}

function Coming({ view, loading }: { view: FilmViewState; loading: { value: Loading } }) {
  const { image } = view;
  const waits = !view.film.value && !loading.value.error;
  const late = useLate(waits);
  if (!image) return <div class="over"><h3>This study holds no film that can be shown</h3></div>;
  const { error, seen, tries } = loading.value;
  if (error) {
    return (
      <div class="over" role="alert">
        <h3>This film cannot be shown</h3>
        <dl class="what">
          <dt>What</dt><dd>{error.message}</dd>
          <dt>Where</dt><dd>image {image.number}, <span class="mono">{image.sop.slice(-12)}</span></dd>
          {error.hint && <><dt>Do</dt><dd>{error.hint}</dd></>}
        </dl>
        <p class="act"><button type="button" onClick={() => (loading.value = { seen: 0, error: null, tries: tries + 1 })}>Ask again</button></p>
      </div>
    );
  }
  if (!waits || !late) return null;
  const size = image.rows * image.columns * (image.photometric === "RGB" ? 3 : 2);
  return (
    <div class="over" role="status">
      <h3>Film {view.index.value + 1} of {view.images.length}</h3>
      <p><progress max={size} value={seen} aria-label="Film loading" /> {bytes(seen)} of {bytes(size)}</p>
    </div>
  );
}

function Lines({ lines }: { lines: string[] }) {
  return <span>{lines.filter(Boolean).map((line, i) => <Fragment key={i}>{i > 0 && <br />}<Outside text={line} /></Fragment>)}</span>;
}

function Letters({ view }: { view: FilmViewState }) {
  const letters = view.image?.orientation;
  if (!letters) return null;
  return (
    <>
      {([["h", letters.top], ["f", letters.bottom], ["r", letters.left], ["l", letters.right]] as const).map(([side, letter]) =>
        letter && <p key={side} class={`o ${side}`}><span>{letter.slice(0, 3)}</span></p>)}
    </>
  );
}

function windowWords(view: FilmViewState): string {
  const { width, center } = view.window.value;
  const preset = view.image?.windows[view.preset.value]?.name;
  const moved = view.preset.value < 0 ? "moved" : preset?.toLowerCase();
  return [`Window ${Math.round(width)}, level ${Math.round(center)}`, moved, view.inverted.value && "inverted"].filter(Boolean).join(", ");
}

function pointerWords(view: FilmViewState): string {
  const film = view.film.value;
  const at = view.pointer.value;
  const pixel = at && film && view.image ? pixelAt(view.placement.value, at, view.size) : null;
  if (!pixel || !film || !view.image) return "";
  return `x ${pixel.column} y ${pixel.row}, ${valueWords(film, view.image, pixel.column, pixel.row)}`;
}

function Plates({ view, who, facts, mode, hasMarks }: { view: FilmViewState; who: string[]; facts: string[]; mode: Marks; hasMarks: boolean }) {
  const { image } = view;
  if (!image) return null;
  const frames = image.frames > 1 ? `, frame ${view.frame.value} of ${image.frames}` : "";
  const zoomWords = { fit: ", fit", one: ", 1:1", free: "" }[view.mode.value];
  return (
    <>
      <p class="tl"><Lines lines={who} /></p>
      <p class="tr"><Lines lines={[[`Image ${view.index.value + 1} of ${view.images.length}${frames}`, facts[0]].filter(Boolean).join(", "), ...facts.slice(1),
        image.orientation ? "" : "No orientation in the header", spacingWords(image)]} /></p>
      <Letters view={view} />
      <p class="bl"><Lines lines={[windowWords(view), `Zoom ${view.placement.value.zoom.toFixed(2)}${zoomWords}`, pointerWords(view)]} /></p>
      <p class="br"><Lines lines={[mode === "heat" && hasMarks ? `Heat map: 25, 50, 75${kThin}% of its peak` : "",
        "8-bit browser canvas, not GSDF-calibrated", "Not for primary diagnosis on this display"]} /></p>
    </>
  );
}

export function FilmView({ view, findings, mode, current, who, facts, active, onActive, label, boxes, drawing }: FilmViewProps) {
  const loading = useFilm(view);
  const film = view.film.value;
  const canvas = useCanvas(view, film);
  const box = useBox(view);
  const mouse = useMouse(view, box, onActive, drawing);
  const { image } = view;
  const size = view.box.value;
  const marks = image ? marksOn(findings, image.sop) : [];
  return (
    <div class={active ? "film active" : "film"} ref={box} role="group" tabIndex={0} aria-label={`${plain(label)}. Film keys work here and on the page.`}
      data-measuring={view.measuring.value || drawing?.now.value ? "" : undefined} onFocus={onActive} {...mouse}>
      <canvas ref={canvas} role="img" aria-label={image ? `${plain(label)}, image ${view.index.value + 1}. ${boxes ? plural(boxes.length, "box", "boxes") : marksWords(marks, mode)}.` : "No film"} />
      {image && film && (
        <svg class="overlay" viewBox={`0 0 ${Math.max(1, size.width)} ${Math.max(1, size.height)}`} aria-hidden="true">
          <MarksLayer marks={marks} mode={mode} current={current} placement={view.placement.value} box={size} />
          {boxes && <BoxLayer boxes={boxes} placement={view.placement.value} sight={size} />}
          <MeasureLayer lengths={view.lengths.value} measuring={view.measuring.value} placement={view.placement.value} />
        </svg>
      )}
      {image && film && <LengthPlates lengths={view.lengths.value} measuring={view.measuring.value} image={image} placement={view.placement.value} box={size} />}
      <Plates view={view} who={who} facts={facts} mode={mode} hasMarks={marks.length > 0} />
      <Coming view={view} loading={loading} />
    </div>
  );
}
