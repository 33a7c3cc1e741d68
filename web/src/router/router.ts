// Addresses and pages. The address holds what a page shows (list, filters, identifiers), never
// patient data; what may name a patient, such as the find box, lives in history.state.
import { signal } from "@preact/signals";

export type Route =
  | { page: "worklist" }
  | { page: "study"; study: string }
  | { page: "labelling" }
  | { page: "label"; project: string }
  | { page: "oversight" }
  | { page: "model"; name: string; version: string }
  | { page: "runs" }
  | { page: "run"; run: string }
  | { page: "compare"; a: string; b: string }
  | { page: "login" }
  | { page: "account" }
  | { page: "missing" };

export interface Place {
  path: string;
  query: string;
  route: Route;
}

/** Reads an address. Unknown ones are "missing", not the worklist: a wrong link must not look right. */
export function parse(path: string, query = ""): Route {
  let parts: string[];
  try {
    parts = path.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return { page: "missing" };
  }
  const [first, second, third] = parts;
  if (parts.length === 0) return { page: "worklist" };
  if (parts.length === 1) {
    switch (first) {
      case "worklist": case "labelling": case "oversight": case "runs": case "login": case "account":
        return { page: first };
      case "compare": {
        const asked = new URLSearchParams(query);
        return { page: "compare", a: asked.get("a") ?? "", b: asked.get("b") ?? "" };
      }
      default:
        return { page: "missing" };
    }
  }
  if (parts.length === 2 && second) {
    if (first === "study" && /^[0-9.]{1,64}$/.test(second)) return { page: "study", study: second };
    if (first === "labelling") return { page: "label", project: second };
    if (first === "runs") return { page: "run", run: second };
  }
  if (parts.length === 3 && first === "oversight" && second && third) {
    return { page: "model", name: second, version: third };
  }
  return { page: "missing" };
}

function here(): Place {
  if (typeof location === "undefined") return { path: "/", query: "", route: { page: "worklist" } };
  const { pathname, search } = location;
  return { path: pathname, query: search, route: parse(pathname, search) };
}

export const place = signal<Place>(here());

export interface Navigation {
  /** Takes the place of the present entry in the history. */
  replace?: boolean;
  /** Kept with the entry, unseen in the address. */
  state?: Record<string, unknown>;
  /** Leave the scroll where it is: the page stays, only its filters change. */
  keepScroll?: boolean;
}

export function navigate(to: string, how: Navigation = {}): void {
  const state = how.state ?? {};
  if (how.replace) history.replaceState(state, "", to);
  else history.pushState(state, "", to);
  place.value = here();
  if (!how.keepScroll) scrollTo(0, 0);
}

export function entryState(): Record<string, unknown> {
  return (history.state as Record<string, unknown> | null) ?? {};
}

/** Whether a click on a link is ours to handle: plain, same origin, a page and not an API address. */
export function isOurs(event: MouseEvent, link: HTMLAnchorElement): boolean {
  return event.button === 0 && !event.defaultPrevented && !event.ctrlKey && !event.metaKey &&
    !event.shiftKey && !event.altKey && !link.target && !link.hasAttribute("download") &&
    link.origin === location.origin && !/^\/(api|fhir)\//.test(link.pathname);
}

export function startRouter(): void {
  // Pages that fill later restore their own scroll.
  history.scrollRestoration = "manual";
  addEventListener("popstate", () => (place.value = here()));
  document.addEventListener("click", (event) => {
    const link = (event.target as Element | null)?.closest?.("a");
    if (!(link instanceof HTMLAnchorElement) || !isOurs(event, link)) return;
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    navigate(link.pathname + link.search);
  });
}
