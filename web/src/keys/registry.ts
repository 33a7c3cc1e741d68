// Single keys: one catalogue that names them all, handlers that pages attach by name, and what the
// person changed (off, or other keys), kept in this browser. WCAG 2.1.4: off or remapped.
import { computed, signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

export interface KeyEntry {
  scope: "everywhere" | "worklist" | "review" | "film" | "tables" | "labelling" | "runs";
  /** Keys in order; "g w" is two presses, "Shift+ArrowUp" a chord. */
  keys: string;
  words: string;
  /** Words in the key bar, where they differ. */
  short?: string;
  /** Answers again while the key is held; what stores something never does. */
  repeats?: true;
}

const catalogue = {
  help: { scope: "everywhere", keys: "?", words: "all keys, turn keys off", short: "all keys, turn keys off" },
  find: { scope: "everywhere", keys: "/", words: "find" },
  goWorklist: { scope: "everywhere", keys: "g w", words: "worklist" },
  goLabelling: { scope: "everywhere", keys: "g l", words: "labelling" },
  goOversight: { scope: "everywhere", keys: "g o", words: "oversight" },
  goRuns: { scope: "everywhere", keys: "g r", words: "runs" },
  close: { scope: "everywhere", keys: "Escape", words: "close, stop" },

  rowNext: { scope: "worklist", keys: "j", words: "next row", repeats: true },
  rowPrevious: { scope: "worklist", keys: "k", words: "previous row", repeats: true },
  rowOpen: { scope: "worklist", keys: "Enter", words: "open" },
  urgency: { scope: "worklist", keys: "u", words: "urgency: all, critical, urgent, routine" },
  aiState: { scope: "worklist", keys: "f", words: "AI state: all, done, queued, failed, out of scope" },
  acknowledged: { scope: "worklist", keys: "g a", words: "acknowledged, and back" },
  addFilms: { scope: "worklist", keys: "n", words: "add films" },

  findingNext: { scope: "review", keys: "j", words: "next finding", repeats: true },
  findingPrevious: { scope: "review", keys: "k", words: "previous finding", repeats: true },
  agree: { scope: "review", keys: "a", words: "agree, or present" },
  disagree: { scope: "review", keys: "d", words: "disagree, or absent" },
  cannotSay: { scope: "review", keys: "c", words: "cannot say" },
  undo: { scope: "review", keys: "z", words: "undo the answer" },
  firstRead: { scope: "review", keys: "r", words: "enter first read" },
  acknowledge: { scope: "review", keys: "Enter", words: "acknowledge, next" },

  window1: { scope: "film", keys: "1", words: "first window" },
  window2: { scope: "film", keys: "2", words: "second window" },
  window3: { scope: "film", keys: "3", words: "third window" },
  invert: { scope: "film", keys: "i", words: "invert" },
  sliders: { scope: "film", keys: "w", words: "window and level sliders" },
  zoomIn: { scope: "film", keys: "+", words: "zoom in", repeats: true },
  zoomOut: { scope: "film", keys: "-", words: "zoom out", repeats: true },
  zoomFit: { scope: "film", keys: "0", words: "fit, and 1:1" },
  panUp: { scope: "film", keys: "ArrowUp", words: "move up", repeats: true },
  panDown: { scope: "film", keys: "ArrowDown", words: "move down", repeats: true },
  panLeft: { scope: "film", keys: "ArrowLeft", words: "move left", repeats: true },
  panRight: { scope: "film", keys: "ArrowRight", words: "move right", repeats: true },
  levelUp: { scope: "film", keys: "Shift+ArrowUp", words: "higher level", repeats: true },
  levelDown: { scope: "film", keys: "Shift+ArrowDown", words: "lower level", repeats: true },
  windowWider: { scope: "film", keys: "Shift+ArrowRight", words: "wider window", repeats: true },
  windowNarrower: { scope: "film", keys: "Shift+ArrowLeft", words: "narrower window", repeats: true },
  length: { scope: "film", keys: "l", words: "length: arrows and Enter set both ends" },
  prior: { scope: "film", keys: "p", words: "prior beside it" },
  marks: { scope: "film", keys: "m", words: "marks off, outline, heat map" },
  imageNext: { scope: "film", keys: ".", words: "next image", repeats: true },
  imagePrevious: { scope: "film", keys: ",", words: "previous image", repeats: true },

  tableNext: { scope: "tables", keys: "j", words: "next project, model or run", repeats: true },
  tablePrevious: { scope: "tables", keys: "k", words: "previous project, model or run", repeats: true },
  tableOpen: { scope: "tables", keys: "Enter", words: "open it" },
  newProject: { scope: "tables", keys: "n", words: "new labelling project" },

  labelNext: { scope: "labelling", keys: "j", words: "next finding to label", repeats: true },
  labelPrevious: { scope: "labelling", keys: "k", words: "previous finding to label", repeats: true },
  labelPresent: { scope: "labelling", keys: "p", words: "present" },
  labelAbsent: { scope: "labelling", keys: "a", words: "absent" },
  labelUnsure: { scope: "labelling", keys: "u", words: "unsure" },
  labelBox: { scope: "labelling", keys: "b", words: "box: arrows move it, with Shift they size it, Enter keeps it" },
  labelUnbox: { scope: "labelling", keys: "x", words: "take the box away" },
  labelSave: { scope: "labelling", keys: "Enter", words: "save, next film" },
  labelBack: { scope: "labelling", keys: "z", words: "film before" },

  markRun: { scope: "runs", keys: "x", words: "mark for comparing, or unmark" },
  compareRuns: { scope: "runs", keys: "c", words: "compare the two marked" },
} satisfies Record<string, KeyEntry>;

export type KeyId = keyof typeof catalogue;
export const kCatalogue: Record<KeyId, KeyEntry> = catalogue;

export interface KeySettings {
  off: boolean;
  map: Partial<Record<KeyId, string>>;
}

const kStore = "osler.keys";

/** Reads what was stored; anything that is not ours is left out. */
export function readSettings(text: string | null): KeySettings {
  const settings: KeySettings = { off: false, map: {} };
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? "{}");
  } catch {
    return settings;
  }
  if (typeof stored !== "object" || stored === null) return settings;
  const { off, map } = stored as { off?: unknown; map?: unknown };
  settings.off = off === true;
  for (const [id, keys] of Object.entries(typeof map === "object" && map !== null ? map : {})) {
    if (Object.hasOwn(catalogue, id) && typeof keys === "string" && keys.length <= 24) settings.map[id as KeyId] = keys;
  }
  return settings;
}

function storage(): Storage | null {
  try {
    return typeof localStorage === "undefined" ? null : localStorage;
  } catch {
    return null;
  }
}

const settings = signal<KeySettings>(readSettings(storage()?.getItem(kStore) ?? null));

function change(next: KeySettings): void {
  settings.value = next;
  try {
    storage()?.setItem(kStore, JSON.stringify(next));
  } catch {
    // A full or forbidden store: the change lasts until the page is left.
  }
}

export const keysOff = computed(() => settings.value.off);

export function turnKeys(off: boolean): void {
  change({ ...settings.value, off });
}

/** The keys of an entry now; "" when they were taken away. */
export function keysOf(id: KeyId): string {
  return settings.value.map[id] ?? kCatalogue[id].keys;
}

/** Pairs of places that are on one page together. */
const kTogether: [KeyEntry["scope"], KeyEntry["scope"]][] = [["review", "film"], ["labelling", "film"], ["tables", "runs"]];
/** Film keys that the labelling page does not have: there is no prior and no model there. */
const kStudyOnly = new Set<KeyId>(["prior", "marks"]);

function meet(a: KeyId, b: KeyId): boolean {
  const [one, other] = [kCatalogue[a].scope, kCatalogue[b].scope];
  if (one === other || one === "everywhere" || other === "everywhere") return true;
  if ((one === "labelling" && kStudyOnly.has(b)) || (other === "labelling" && kStudyOnly.has(a))) return false;
  return kTogether.some(([x, y]) => (x === one && y === other) || (x === other && y === one));
}

/** Another entry that would answer to the same keys in the same place. */
export function conflict(id: KeyId, keys: string): KeyId | null {
  for (const other of Object.keys(catalogue) as KeyId[]) {
    if (other !== id && keys && keysOf(other) === keys && meet(id, other)) return other;
  }
  return null;
}

export function remap(id: KeyId, keys: string): void {
  const map = { ...settings.value.map };
  if (keys === kCatalogue[id].keys) delete map[id];
  else map[id] = keys;
  change({ ...settings.value, map });
}

export function resetKeys(): void {
  change({ off: false, map: {} });
}

const kNames: Record<string, string> = {
  ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc", " ": "Space",
};

/** The caps of an entry as a person reads them: ["g", "w"], ["Shift", "↑"]. */
export function keyWords(id: KeyId): string[] {
  return keysOf(id).split(" ").filter(Boolean).flatMap((press) => press.length > 1 && press.includes("+")
    ? press.split("+") : [press]).map((key) => kNames[key] ?? key);
}

/** For aria-keyshortcuts, which knows no sequences; nothing while keys are off. */
export function shortcut(id: KeyId): string | undefined {
  const keys = keysOf(id);
  return keysOff.value || !keys || keys.includes(" ") ? undefined : keys;
}

/** One press as the catalogue writes it. Letters and signs carry their own shift. */
export function pressOf(event: Pick<KeyboardEvent, "key" | "shiftKey">): string {
  return event.key.length > 1 && event.shiftKey ? `Shift+${event.key}` : event.key;
}

// ── dispatch ─────────────────────────────────────────────────────────────

type Handler = () => void | boolean;
type Bindings = Partial<Record<KeyId, Handler>>;

/** Attached last answers first, so that a mode can take keys from the page under it. */
const attached: { current: Bindings }[] = [];
let pending = "";
let pendingAt = 0;
const kSequenceMs = 1500;

/** Whether the element under the focus needs the key itself. */
export function isTaken(target: EventTarget | null, press: string): boolean {
  if (!(target instanceof Element)) return false;
  const tag = target.tagName;
  if (tag === "TEXTAREA" || tag === "SELECT" || (target as HTMLElement).isContentEditable) return true;
  if (tag === "INPUT") {
    const type = (target as HTMLInputElement).type;
    if (type === "checkbox" || type === "button") return press === " " || press === "Enter";
    if (type === "range" || type === "radio") return /Arrow|Home|End|Page| /.test(press);
    return true;
  }
  if (/^(A|BUTTON|SUMMARY)$/.test(tag)) return press === "Enter" || press === " ";
  return false;
}

/** The handler for `press`, given what was pressed before; "wait" when a sequence may follow. */
export function resolve(layers: Bindings[], before: string, press: string): Handler | "wait" | null {
  const typed = before ? `${before} ${press}` : press;
  let wait = false;
  for (const layer of layers) {
    for (const id of Object.keys(layer) as KeyId[]) {
      const keys = keysOf(id);
      if (!keys) continue;
      const handler = layer[id];
      if (keys === typed && handler) return handler;
      if (keys.startsWith(`${typed} `)) wait = true;
    }
  }
  return wait ? "wait" : null;
}

/** Whether a key that is held down may go on: moving may, answering and acknowledging may not. */
export function mayRepeat(press: string): boolean {
  return (Object.keys(catalogue) as KeyId[]).some((id) => kCatalogue[id].repeats && keysOf(id) === press);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  const press = pressOf(event);
  if (event.repeat && !mayRepeat(press)) return;
  if (press === "Shift" || isTaken(event.target, press)) return;
  // Escape and Enter are no character keys: they stay when single keys are off.
  if (keysOff.value && press.length === 1 && press !== "?") return;
  const layers = attached.map((layer) => layer.current).reverse();
  const before = event.timeStamp - pendingAt < kSequenceMs ? pending : "";
  let found = resolve(layers, before, press);
  if (found === null && before) found = resolve(layers, "", press);
  if (found === null) {
    pending = "";
    return;
  }
  event.preventDefault();
  if (found === "wait") {
    pending = press;
    pendingAt = event.timeStamp;
    return;
  }
  pending = "";
  found();
}

export function startKeys(): void {
  document.addEventListener("keydown", onKeyDown);
}

/** Attaches handlers while the component is on the page and `active`. */
export function useKeys(bindings: Bindings, active = true): void {
  const layer = useRef(bindings);
  layer.current = bindings;
  // Before the next press, not after the next picture: a mode must own its keys at once.
  useLayoutEffect(() => {
    if (!active) return undefined;
    attached.push(layer);
    return () => {
      attached.splice(attached.indexOf(layer), 1);
    };
  }, [active]);
}
