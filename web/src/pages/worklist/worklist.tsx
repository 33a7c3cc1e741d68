import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { serverGoneSince } from "../../api/client";
import type { View } from "../../api/contract";
import { can } from "../../api/session";
import { KeyBar, type KeyHint, Tabs } from "../../design/controls";
import { useKeyBar } from "../../design/keybar";
import { count } from "../../design/numbers";
import { Blank, Failure, Loading } from "../../design/states";
import { clock, now, weekdayTime } from "../../design/times";
import { shortcut, useKeys } from "../../keys/registry";
import { entryState, navigate, place } from "../../router/router";
import { FilterBar } from "./filterbar";
import { addressOf, type Filters, kAiStates, kUrgencies, readFilters, stepped } from "./filters";
import { rowTop } from "./rows";
import { WorklistStore } from "./store";
import { WorklistTable } from "./table";
import { UploadPanel, useUpload } from "./upload";
import "./worklist.css";

const kViewWords: Record<View, string> = { open: "Unacknowledged", acknowledged: "Acknowledged", all: "Everything" };

const kHints: KeyHint[] = [
  { ids: ["rowNext", "rowPrevious"], words: "next, previous" },
  { ids: ["rowOpen"], words: "open" },
  { ids: ["find"], words: "find" },
  { ids: ["urgency"], words: "urgency" },
  { ids: ["aiState"], words: "AI state" },
  { ids: ["acknowledged"], words: "acknowledged" },
];

/** Room at the top and the foot of the window that bars cover. */
const kTopBars = 88;
const kFootBar = 48;

/** Where a selection stays while one goes to a study and back. */
const remembered = { study: "", index: 0 };

function useFilters(): [Filters, (change: Partial<Filters>, replace?: boolean) => void] {
  const filters = readFilters(place.value.query, entryState());
  const asked = new URLSearchParams(place.value.query).get("find");
  useEffect(() => {
    // An address from elsewhere may carry the find text: take it out of sight.
    if (asked !== null) navigate(addressOf(filters), { replace: true, state: { find: asked }, keepScroll: true });
  }, [asked]);
  const set = (change: Partial<Filters>, replace = false): void => {
    const next = { ...readFilters(place.value.query, entryState()), ...change };
    navigate(addressOf(next), { replace, state: { find: next.find }, keepScroll: replace });
  };
  return [filters, set];
}

/** Holds what the person looks at in place while rows come and go above it. */
function anchorOn(store: WorklistStore, body: { current: HTMLTableSectionElement | null }, selected: () => string): () => () => void {
  return () => {
    const table = body.current;
    if (!table || scrollY === 0) return () => undefined;
    const rows = [...table.querySelectorAll<HTMLTableRowElement>("tr[data-study]")];
    const inSight = rows.filter((row) => {
      const box = row.getBoundingClientRect();
      return box.bottom > kTopBars && box.top < innerHeight;
    });
    const anchor = inSight.find((row) => row.dataset.study === selected()) ?? inSight[0];
    const study = anchor?.dataset.study;
    const before = study ? rowTop(store.indexOf(study), store.starts) : 0;
    return () => {
      const index = study ? store.indexOf(study) : -1;
      const delta = index >= 0 ? rowTop(index, store.starts) - before : 0;
      if (delta !== 0) scrollBy(0, delta);
    };
  };
}

function useSelection(store: WorklistStore, body: { current: HTMLTableSectionElement | null }) {
  const selected = useSignal(remembered.study);
  const at = useRef(remembered.index);
  const select = (index: number): void => {
    const row = store.row(index);
    if (!row) return;
    at.current = index;
    selected.value = row.study;
    Object.assign(remembered, { study: row.study, index });
  };
  const show = (index: number): void => {
    const top = (body.current?.getBoundingClientRect().top ?? 0) + rowTop(index, store.starts);
    if (top < kTopBars) scrollBy(0, top - kTopBars - 40);
    else if (top + 46 > innerHeight - kFootBar) scrollBy(0, top + 46 - (innerHeight - kFootBar) + 8);
  };
  const step = async (by: number): Promise<void> => {
    const total = store.total.value ?? 0;
    if (total === 0) return;
    const known = selected.value ? store.indexOf(selected.value) : -1;
    const from = known >= 0 ? known : selected.value ? at.current - (by > 0 ? 1 : 0) : -1;
    const next = Math.min(total - 1, Math.max(0, from + by));
    await store.ensure(next);
    select(next);
    show(next);
    body.current?.querySelector<HTMLElement>(`tr[data-study="${CSS.escape(selected.value)}"] a`)?.focus({ preventScroll: true });
  };
  /** Back from a study: the row one left from, in sight. */
  const comeBack = async (): Promise<void> => {
    if (!selected.value || at.current === 0) return;
    await store.ensure(at.current);
    const index = store.indexOf(selected.value);
    requestAnimationFrame(() => show(index >= 0 ? index : Math.min(at.current, (store.total.value ?? 1) - 1)));
  };
  return { selected, select, step, comeBack };
}

function Empty({ filters, onClear }: { filters: Filters; onClear: () => void }) {
  const narrowed = filters.urgency.length > 0 || filters.ai.length > 0 || filters.find !== "";
  if (narrowed) {
    return (
      <Blank title="No study matches">
        <p>Other studies are on this list; the filters above leave them out.</p>
        <div class="act"><button type="button" onClick={onClear}>Show all of this list</button></div>
      </Blank>
    );
  }
  return (
    <Blank title={filters.view === "open" ? "Nothing to read" : "No study yet"}>
      <p>New studies appear here by themselves.{can("study.upload") && " Films can also be dropped onto this page."}</p>
      {filters.view === "open" && <div class="act"><a href="/worklist?view=acknowledged">Show acknowledged</a></div>}
    </Blank>
  );
}

function usePageKeys(filters: Filters, set: (change: Partial<Filters>) => void,
  selection: ReturnType<typeof useSelection>, addFilms: () => void): void {
  useKeys({
    rowNext: () => void selection.step(1),
    rowPrevious: () => void selection.step(-1),
    rowOpen: () => {
      if (selection.selected.value) navigate(`/study/${encodeURIComponent(selection.selected.value)}`);
    },
    urgency: () => set({ urgency: stepped(filters.urgency, kUrgencies) }),
    aiState: () => set({ ai: stepped(filters.ai, kAiStates) }),
    acknowledged: () => set({ view: filters.view === "acknowledged" ? "open" : "acknowledged" }),
    addFilms,
  });
}

export function Worklist() {
  const [filters, set] = useFilters();
  const store = useMemo(() => new WorklistStore(), []);
  const body = useRef<HTMLTableSectionElement>(null);
  const selection = useSelection(store, body);
  const uploads = useUpload(can("study.upload"), () => void store.refresh());
  const request = addressOf(filters) + filters.find;
  const cameBack = useRef(false);

  useEffect(() => {
    store.start(anchorOn(store, body, () => selection.selected.value));
    return () => store.stop();
  }, [store]);
  useEffect(() => store.show(filters), [request]);
  const isLoaded = store.total.value !== null;
  useEffect(() => {
    if (isLoaded && !cameBack.current) {
      cameBack.current = true;
      void selection.comeBack();
    }
  }, [isLoaded]);
  usePageKeys(filters, set, selection, uploads.choose);
  const confirmed = useComputed(() => store.confirmed.value);
  useKeyBar(<KeyBar hints={kHints} end={confirmed.value && <span>Updated {clock(confirmed.value, true)}</span>} />,
    [confirmed.value]);

  const counts = store.counts.value;
  const total = store.total.value;
  void store.version.value;
  return (
    <>
      <div class="title">
        <h1>Worklist</h1>
        <span class="q">Ordered by what needs eyes first: target time, then urgency, then the AI result.</span>
        <span class="gap" />
        {uploads.button}
        <span class="qq nw">{weekdayTime(now.value)}</span>
      </div>
      <UploadPanel upload={uploads.upload} />
      <Tabs label="Lists" tabs={(["open", "acknowledged", "all"] as View[]).map((view) => ({
        href: addressOf({ ...filters, view }), label: kViewWords[view], count: counts?.view[view], current: view === filters.view,
      }))} />
      <FilterBar filters={filters} counts={counts} set={set} shortcutOf={shortcut} />
      <p class="vh" role="status">{total !== null && `${count(total)} studies on this list`}</p>
      {store.error.value && total !== null && !serverGoneSince.value && (
        <p class="stale" role="status">The list could not be renewed: {store.error.value.message} It is from {confirmed.value && clock(confirmed.value, true)}.</p>
      )}
      {total === null && (store.error.value
        ? <Failure title="The worklist could not be loaded" error={store.error.value} retry={() => store.show(filters)} />
        : <Loading what="studies" rows={8} />)}
      {total === 0 && <Empty filters={filters} onClear={() => set({ urgency: [], ai: [], find: "" })} />}
      {total !== null && total > 0 && (
        <WorklistTable store={store} body={body} label={`${kViewWords[filters.view]} studies`}
          selected={selection.selected.value} onSelect={selection.select} />
      )}
      {uploads.target}
    </>
  );
}
