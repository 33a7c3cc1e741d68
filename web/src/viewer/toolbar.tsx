// What one does with a film: window, inversion, size, length, prior, marks. Everything here has a key.
import type { Marks } from "../api/contract";
import { useSignal } from "@preact/signals";
import { plain } from "../design/outside";
import { Seg } from "../design/seg";
import { type KeyId, shortcut, useKeys } from "../keys/registry";
import type { FilmViewState } from "./view";

const kMostPresets = 6;
const kMostName = 24;

function Sliders({ view, onClose }: { view: FilmViewState; onClose: () => void }) {
  useKeys({ close: onClose });
  const [low, high] = view.range;
  const { width, center } = view.window.value;
  return (
    <div class="sliders" role="group" aria-label="Window and level">
      <label>Window <input type="range" min={1} max={Math.max(2, (high - low) * 2)} value={width}
        onInput={(event) => view.setWindow({ center, width: Number(event.currentTarget.value) })} /><output>{Math.round(width)}</output></label>
      <label>Level <input type="range" min={low} max={high} value={center}
        onInput={(event) => view.setWindow({ width, center: Number(event.currentTarget.value) })} /><output>{Math.round(center)}</output></label>
      <p class="s q">Shift and the arrow keys do the same without this panel; so does a drag with Shift.</p>
      <button type="button" onClick={onClose}>Close</button>
    </div>
  );
}

export function WindowTools({ view }: { view: FilmViewState }) {
  const open = useSignal(false);
  useKeys({
    window1: () => view.usePreset(0), window2: () => view.usePreset(1), window3: () => view.usePreset(2),
    invert: () => (view.inverted.value = !view.inverted.value),
    sliders: () => (open.value = !open.value),
    levelUp: () => view.nudgeWindow(0, 1), levelDown: () => view.nudgeWindow(0, -1),
    windowWider: () => view.nudgeWindow(1, 0), windowNarrower: () => view.nudgeWindow(-1, 0),
  });
  const presets = (view.image?.windows ?? []).slice(0, kMostPresets);
  const names = presets.length ? presets.map(({ name }) => plain(name).slice(0, kMostName)) : ["As sent"];
  return (
    <>
      <Seg label="Window" value={String(view.preset.value)} onChange={(value) => view.usePreset(Number(value))}
        options={names.map((name, i) => ({ value: String(i), label: name, ...(i < 3 && keysFor(`window${i + 1}` as KeyId)) }))} />
      <button type="button" aria-pressed={view.inverted.value} aria-keyshortcuts={shortcut("invert")}
        onClick={() => (view.inverted.value = !view.inverted.value)}>Invert</button>
      <button type="button" aria-expanded={open.value} aria-keyshortcuts={shortcut("sliders")} onClick={() => (open.value = !open.value)}>Window…</button>
      {open.value && <Sliders view={view} onClose={() => (open.value = false)} />}
    </>
  );
}

function keysFor(id: KeyId): { keys?: string } {
  const keys = shortcut(id);
  return keys ? { keys } : {};
}

const kZoomStep = 1.25;
const kPanStep = 48;

export function SizeTools({ view }: { view: FilmViewState }) {
  useKeys({
    zoomIn: () => view.zoomBy(kZoomStep), zoomOut: () => view.zoomBy(1 / kZoomStep),
    zoomFit: () => (view.mode.value === "fit" ? view.actualSize() : view.refit()),
    panUp: () => view.panBy(0, kPanStep), panDown: () => view.panBy(0, -kPanStep),
    panLeft: () => view.panBy(kPanStep, 0), panRight: () => view.panBy(-kPanStep, 0),
    imageNext: () => view.step(1), imagePrevious: () => view.step(-1),
  });
  const many = view.images.length > 1 || (view.image?.frames ?? 1) > 1;
  return (
    <>
      <Seg<"fit" | "one"> label="Size" value={view.mode.value === "free" ? null : view.mode.value}
        onChange={(mode) => (mode === "fit" ? view.refit() : view.actualSize())}
        options={[{ value: "fit", label: "Fit", ...keysFor("zoomFit") }, { value: "one", label: "1:1" }]} />
      <span class="pair">
        <button type="button" aria-label="Zoom out" aria-keyshortcuts={shortcut("zoomOut")} onClick={() => view.zoomBy(1 / kZoomStep)}>−</button>
        <button type="button" aria-label="Zoom in" aria-keyshortcuts={shortcut("zoomIn")} onClick={() => view.zoomBy(kZoomStep)}>+</button>
      </span>
      {many && (
        <span class="pair">
          <button type="button" aria-label="Previous image" aria-keyshortcuts={shortcut("imagePrevious")} onClick={() => view.step(-1)}>‹</button>
          <button type="button" aria-label="Next image" aria-keyshortcuts={shortcut("imageNext")} onClick={() => view.step(1)}>›</button>
        </span>
      )}
    </>
  );
}

const kCrossStep = 2;
const kCrossLeap = 24;

/** While a length is under way the arrows move the cross and Enter sets an end. */
function MeasureKeys({ view }: { view: FilmViewState }) {
  useKeys({
    panUp: () => view.nudgeCross(0, -kCrossStep), panDown: () => view.nudgeCross(0, kCrossStep),
    panLeft: () => view.nudgeCross(-kCrossStep, 0), panRight: () => view.nudgeCross(kCrossStep, 0),
    levelUp: () => view.nudgeCross(0, -kCrossLeap), levelDown: () => view.nudgeCross(0, kCrossLeap),
    windowWider: () => view.nudgeCross(kCrossLeap, 0), windowNarrower: () => view.nudgeCross(-kCrossLeap, 0),
    acknowledge: () => view.setEnd(), close: () => view.stopMeasuring(),
  });
  return <p class="vh" role="status">{view.measuring.value?.first
    ? "First end set. Move with the arrows, Enter sets the second end."
    : "Length: move with the arrows, with Shift in leaps. Enter sets the first end, Escape stops."}</p>;
}

export function LengthTool({ view, focusFilm }: { view: FilmViewState; focusFilm: () => void }) {
  const on = view.measuring.value !== null;
  const toggle = (): void => {
    if (on) return view.stopMeasuring();
    view.startMeasuring();
    focusFilm();
  };
  useKeys({ length: toggle });
  return (
    <>
      <button type="button" aria-pressed={on} aria-keyshortcuts={shortcut("length")} onClick={toggle}>Length</button>
      {view.lengths.value.length > 0 && <button type="button" onClick={() => (view.lengths.value = [])}>Clear lengths</button>}
      {on && <MeasureKeys view={view} />}
    </>
  );
}

const kModes: Marks[] = ["off", "outline", "heat"];

export function MarksTool({ mode, allowed, any, onChange }: { mode: Marks; allowed: boolean; any: boolean; onChange: (mode: Marks) => void }) {
  const usable = allowed && any;
  useKeys({ marks: () => usable && onChange(kModes[(kModes.indexOf(mode) + 1) % kModes.length] as Marks) });
  return (
    <span class="markstool">
      {!allowed && <span class="qq" id="marks-why">after the first read</span>}
      {allowed && !any && <span class="qq" id="marks-why">nothing to mark</span>}
      <Seg<Marks> label="AI marks" value={mode} onChange={onChange} {...(!usable && { describedBy: "marks-why" })} options={[
        { value: "off", label: "Marks off", ...keysFor("marks") },
        { value: "outline", label: "Outline", disabled: !usable },
        { value: "heat", label: "Heat map", disabled: !usable },
      ]} />
    </span>
  );
}
