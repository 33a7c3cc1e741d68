// The frame around every page: which page an address means, who may see it, and what stands above
// and below it.
import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { serverGoneSince, sessionExpired } from "./api/client";
import type { Permission } from "./api/contract";
import { can, session, sessionError, user } from "./api/session";
import { Blank, Failure, Loading, NoPermission } from "./design/states";
import { keyBar } from "./design/keybar";
import { Notice, NoticeLine } from "./design/controls";
import { clock } from "./design/times";
import { TopBar } from "./design/topbar";
import { KeysHelp } from "./keys/help";
import { useKeys } from "./keys/registry";
import { NoUsers } from "./pages/plain/nousers";
import { Expired } from "./pages/login/expired";
import { Login } from "./pages/login/login";
import { navigate, place, type Route } from "./router/router";

export interface Page {
  /** For the window title and for "You cannot open …"; never a patient. */
  title: string;
  /** Who holds one of these may see it. */
  needs?: Permission[];
  load: () => Promise<ComponentType<{ route: never }>>;
}

const kLabel: Permission[] = ["label.answer", "label.manage"];

/** One line a page: its words, who may see it, and its code, fetched when first opened. */
const kPages: Partial<Record<Route["page"], Page>> = {
  worklist: { title: "Worklist", needs: ["study.read"], load: () => import("./pages/worklist/worklist").then((m) => m.Worklist) },
  study: { title: "Study", needs: ["study.read"], load: () => import("./pages/study/study").then((m) => m.StudyPage) },
  labelling: { title: "Labelling", needs: kLabel, load: () => import("./pages/labelling/list").then((m) => m.Labelling) },
  label: { title: "Labelling", needs: kLabel, load: () => import("./pages/labelling/project").then((m) => m.ProjectPage) },
  oversight: { title: "Oversight", needs: ["model.read"], load: () => import("./pages/oversight/inventory").then((m) => m.Oversight) },
  model: { title: "Model", needs: ["model.read"], load: () => import("./pages/oversight/model").then((m) => m.ModelPage) },
  runs: { title: "Runs", needs: ["run.read"], load: () => import("./pages/runs/list").then((m) => m.Runs) },
  run: { title: "Run", needs: ["run.read"], load: () => import("./pages/runs/run").then((m) => m.RunPage) },
  compare: { title: "Compare runs", needs: ["run.read"], load: () => import("./pages/runs/compare").then((m) => m.Compare) },
  account: { title: "Account", load: () => import("./pages/account/account").then((m) => m.Account) },
};

const loaded = new Map<string, ComponentType<{ route: never }>>();

function usePage(name: Route["page"]): { component: ComponentType<{ route: never }> | null; failed: boolean; retry: () => void } {
  const tries = useSignal(0);
  const failed = useSignal(false);
  const ready = useSignal(0);
  useEffect(() => {
    failed.value = false;
    const page = kPages[name];
    if (!page || loaded.has(name)) return;
    page.load().then(
      (component) => {
        loaded.set(name, component);
        ready.value += 1;
      },
      () => (failed.value = true),
    );
  }, [name, tries.value]);
  void ready.value;
  return { component: loaded.get(name) ?? null, failed: failed.value, retry: () => (tries.value += 1) };
}

function Missing() {
  return (
    <Blank title="There is no such page" whole>
      <p>The address may be mistyped, or the page is no longer there.</p>
      <div class="act"><a href="/worklist">Go to the worklist</a></div>
    </Blank>
  );
}

function Shown({ route }: { route: Route }) {
  const page = kPages[route.page];
  const { component: Component, failed, retry } = usePage(route.page);
  useEffect(() => {
    document.title = `${page?.title ?? "Not found"} · osler`;
  }, [page]);
  if (!page) return <Missing />;
  if (page.needs && !page.needs.some(can)) return <NoPermission page={page.title} needs={page.needs} />;
  if (failed) {
    return (
      <Blank title={`${page.title} could not be loaded`} whole>
        <p>A part of the pages did not arrive. It may have been replaced by a newer version.</p>
        <div class="act">
          <button type="button" onClick={retry}>Try now</button>
          <button type="button" onClick={() => location.reload()}>Load the page anew</button>
        </div>
      </Blank>
    );
  }
  if (!Component) return <Loading what={page.title.toLowerCase()} />;
  return <Component route={route as never} />;
}

function Notices() {
  const gone = serverGoneSince.value;
  return (
    <div class="notices">
      {gone && (
        <NoticeLine shape="failed" word="Offline">
          The server has not answered since {clock(gone)}. What is on this page is from before. It tries again by itself; nothing you entered is lost.
        </NoticeLine>
      )}
      {session.value?.notices.map((notice) => <Notice notice={notice} key={`${notice.subject} ${notice.since}`} />)}
    </div>
  );
}

function useEverywhereKeys(help: { value: boolean }): void {
  const go = (to: string, ...needs: Permission[]) => () => {
    if (needs.some(can)) navigate(to);
  };
  useKeys({
    help: () => (help.value = true),
    goWorklist: go("/worklist", "study.read"),
    goLabelling: go("/labelling", ...kLabel),
    goOversight: go("/oversight", "model.read"),
    goRuns: go("/runs", "run.read"),
    find: () => {
      const box = document.querySelector<HTMLInputElement>("input[type=search]");
      box?.focus();
      box?.select();
    },
  });
}

/** A new page takes the focus when the old one took it away, so that keys and readers go on there. */
function useFocusOnArrival(): void {
  const { path } = place.value;
  const first = useRef(true);
  useEffect(() => {
    if (!first.current && (!document.activeElement || document.activeElement === document.body)) {
      document.getElementById("main")?.focus({ preventScroll: true });
    }
    first.current = false;
  }, [path]);
}

function Frame({ route }: { route: Route }) {
  const help = useSignal(false);
  useFocusOnArrival();
  useEverywhereKeys(help);
  return (
    <>
      <a class="skip" href="#main">Skip to content</a>
      <TopBar onHelp={() => (help.value = true)} />
      <Notices />
      <main id="main" tabIndex={-1} class={`page-${route.page}`}><Shown route={route} key={route.page} /></main>
      {keyBar.value && <footer class="keys">{keyBar.value}</footer>}
      {help.value && <KeysHelp onClose={() => (help.value = false)} />}
      {sessionExpired.value && <Expired />}
    </>
  );
}

export function App() {
  const known = session.value;
  const route = place.value.route;
  if (!known) {
    if (!sessionError.value) return <main id="main"><Loading what="osler" /></main>;
    return (
      <main id="main">
        <Failure whole title="osler cannot be reached" error={sessionError.value} retry={() => location.reload()} />
      </main>
    );
  }
  if (!known.has_users) return <NoUsers />;
  if (!user.value) return <Login />;
  if (route.page === "login") queueMicrotask(() => navigate("/worklist", { replace: true }));
  return <Frame route={route} />;
}
