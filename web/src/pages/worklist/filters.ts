// What the worklist shows, as it stands in the address. The find text may name a patient, so it is
// kept with the history entry and never in the address.
import type { AiState, Urgency, View } from "../../api/contract";

export const kViews: View[] = ["open", "acknowledged", "all"];
export const kUrgencies: Urgency[] = ["critical", "urgent", "routine"];
export const kAiStates: AiState[] = ["done", "queued", "failed", "out_of_scope", "paused"];

export interface Filters {
  view: View;
  urgency: Urgency[];
  ai: AiState[];
  find: string;
}

const kMostFind = 100;

function list<T extends string>(text: string | null, known: T[]): T[] {
  const asked = new Set((text ?? "").split(","));
  return known.filter((value) => asked.has(value));
}

/** Reads filters; what is unknown is left out, order does not matter. */
export function readFilters(query: string, state: Record<string, unknown>): Filters {
  const asked = new URLSearchParams(query);
  const view = asked.get("view") as View;
  const find = typeof state.find === "string" ? state.find : (asked.get("find") ?? "");
  return {
    view: kViews.includes(view) ? view : "open",
    urgency: list(asked.get("urgency"), kUrgencies),
    ai: list(asked.get("ai"), kAiStates),
    find: find.slice(0, kMostFind),
  };
}

function fields(filters: Filters): [string, string][] {
  const all: [string, string][] = [];
  if (filters.view !== "open") all.push(["view", filters.view]);
  if (filters.urgency.length) all.push(["urgency", filters.urgency.join(",")]);
  if (filters.ai.length) all.push(["ai", filters.ai.join(",")]);
  return all;
}

function join(base: string, all: [string, string][]): string {
  const text = all.map(([key, value]) => `${key}=${value.split(",").map(encodeURIComponent).join(",")}`).join("&");
  return text ? `${base}?${text}` : base;
}

/** The page's address: without what was typed to find. */
export function addressOf(filters: Filters): string {
  return join("/worklist", fields(filters));
}

/** The request for one page of rows. */
export function requestFor(filters: Filters, offset: number, limit: number): string {
  const all = fields(filters);
  if (filters.find) all.push(["find", filters.find.replaceAll(",", " ")]);
  if (offset) all.push(["offset", String(offset)]);
  all.push(["limit", String(limit)]);
  return join("/api/worklist", all);
}

/** Puts a value in or takes it out; keeps the order of the page. */
export function toggled<T>(chosen: T[], value: T, known: T[]): T[] {
  return known.filter((one) => (one === value ? !chosen.includes(one) : chosen.includes(one)));
}

/** The next of "all, first, second, …", for a key that steps through a filter. */
export function stepped<T>(chosen: T[], known: T[]): T[] {
  if (chosen.length !== 1) return known.slice(0, 1);
  const at = known.indexOf(chosen[0] as T);
  return known.slice(at + 1, at + 2);
}
