import { expect, test } from "vitest";
import type { ImageInfo } from "../api/contract";
import { FilmViewState } from "./view";

const image = (change: Partial<ImageInfo> = {}): ImageInfo => ({
  sop: "1", series: "1", number: 1, rows: 1000, columns: 800, bits_stored: 12, signed: false, photometric: "MONOCHROME2", slope: 1, intercept: 0,
  frames: 1, windows: [{ name: "As sent", center: 2048, width: 4096 }, { name: "Lungs", center: 1000, width: 1500 }], range: [0, 4095],
  spacing_mm: null, spacing_source: "", orientation: null, laterality: "", modality: "DX", view: "PA", pixels: "", thumbnail: "", ...change,
});

function view(...images: ImageInfo[]): FilmViewState {
  const state = new FilmViewState(images.length ? images : [image()]);
  state.resize({ width: 400, height: 500 });
  return state;
}

test("the first window is the film's own; a film without one shows all it holds", () => {
  expect(view().window.value).toEqual({ center: 2048, width: 4096 });
  const state = view(image({ windows: [], range: [-1000, 999] }));
  expect(state.window.value).toEqual({ center: 0, width: 2000 });
  state.usePreset(2);
  expect(state.preset.value).toBe(0);
});

test("a moved window is no preset any more", () => {
  const state = view();
  state.usePreset(1);
  expect(state.window.value).toEqual({ center: 1000, width: 1500 });
  state.nudgeWindow(1, 0);
  expect(state.preset.value).toBe(-1);
});

test("a length by two ends, and never of nothing", () => {
  const state = view();
  state.startMeasuring();
  expect(state.measuring.value).toEqual({ cross: [400, 500], first: null });
  state.setEnd();
  state.setEnd();
  expect(state.lengths.value).toEqual([]);
  state.nudgeCross(50, 0);
  state.setEnd();
  expect(state.lengths.value).toEqual([{ a: [400, 500], b: [500, 500] }]);
  expect(state.measuring.value).toBeNull();
});

test("the cross stays on the film", () => {
  const state = view();
  state.startMeasuring();
  state.moveCross([-50, 5000]);
  expect(state.measuring.value?.cross).toEqual([0, 1000]);
});

test("stepping walks frames, then images, and forgets what was measured", () => {
  const state = view(image({ frames: 2 }), image({ sop: "2", windows: [] }));
  const seen = [];
  for (let i = 0; i < 4; i += 1) {
    seen.push(`${state.index.value}.${state.frame.value}`);
    state.step(1);
  }
  expect(seen).toEqual(["0.1", "0.2", "1.1", "1.1"]);
  state.lengths.value = [{ a: [0, 0], b: [1, 1] }];
  state.step(-1);
  expect([state.index.value, state.frame.value, state.lengths.value]).toEqual([0, 2, []]);
});

test("a film that fits keeps fitting when its box changes; one that was zoomed keeps its middle", () => {
  const state = view();
  state.resize({ width: 800, height: 1000 });
  expect(state.placement.value.zoom).toBe(1);
  state.zoomBy(2);
  state.resize({ width: 400, height: 500 });
  const { x, y, zoom } = state.placement.value;
  expect([(200 - x) / zoom, (250 - y) / zoom]).toEqual([400, 500]);
});
