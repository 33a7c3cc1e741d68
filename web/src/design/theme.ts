// The theme belongs to the person: kept in this browser by user name, and the last one for sign-in.
import { signal } from "@preact/signals";

export type Theme = "light" | "dark" | "reading";
export const kThemes: { value: Theme; label: string }[] = [
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
  { value: "reading", label: "Reading room" },
];

const kStore = "osler.theme";
const kMostPeople = 50;

interface Stored {
  last?: Theme;
  people?: Record<string, Theme>;
}

function isTheme(value: unknown): value is Theme {
  return value === "light" || value === "dark" || value === "reading";
}

function read(): Stored {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(kStore) ?? "{}");
    return typeof stored === "object" && stored !== null ? (stored as Stored) : {};
  } catch {
    return {};
  }
}

/** What the page shows now; follows the system until somebody chooses. */
export const theme = signal<Theme>("light");

function systemTheme(): Theme {
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function show(next: Theme, chosen: boolean): void {
  theme.value = next;
  if (chosen) document.documentElement.dataset.theme = next;
  else delete document.documentElement.dataset.theme;
}

/** Shows the theme of a person, or the last one of this browser. */
export function showThemeOf(name: string | null): void {
  const stored = read();
  const own = name ? stored.people?.[name] : undefined;
  const next = isTheme(own) ? own : stored.last;
  show(isTheme(next) ? next : systemTheme(), isTheme(next));
}

export function chooseTheme(next: Theme, name: string | null): void {
  show(next, true);
  const stored = read();
  const people = Object.entries(stored.people ?? {}).filter(([who, value]) => who !== name && isTheme(value));
  if (name) people.push([name, next]);
  try {
    localStorage.setItem(kStore, JSON.stringify({ last: next, people: Object.fromEntries(people.slice(-kMostPeople)) }));
  } catch {
    // A full or forbidden store: the choice lasts until the page is left.
  }
}
