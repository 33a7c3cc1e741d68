import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import type { Permission } from "../api/contract";
import { can, session, signOut, user } from "../api/session";
import { kCatalogue, keysOff, keyWords } from "../keys/registry";
import { place, type Route } from "../router/router";
import { kRoleWords } from "./roles";
import { ThemeSelect } from "./themeselect";

interface Entry {
  href: string;
  label: string;
  needs: Permission;
  pages: Route["page"][];
}

const kEntries: Entry[] = [
  { href: "/worklist", label: "Worklist", needs: "study.read", pages: ["worklist", "study"] },
  { href: "/labelling", label: "Labelling", needs: "label.answer", pages: ["labelling", "label"] },
  { href: "/oversight", label: "Oversight", needs: "model.read", pages: ["oversight", "model"] },
  { href: "/runs", label: "Runs", needs: "run.read", pages: ["runs", "run", "compare"] },
];

function UserMenu() {
  const open = useSignal(false);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const me = user.value;
  useEffect(() => {
    if (!open.value) return undefined;
    const close = (event: Event): void => {
      if (!box.current?.contains(event.target as Node)) open.value = false;
    };
    document.addEventListener("pointerdown", close);
    document.addEventListener("focusin", close);
    return () => {
      document.removeEventListener("pointerdown", close);
      document.removeEventListener("focusin", close);
    };
  }, [open.value]);
  if (!me) return null;
  return (
    <div class="menu" ref={box} onKeyDown={(event) => {
      if (event.key !== "Escape" || !open.value) return;
      event.stopPropagation();
      open.value = false;
      box.current?.querySelector("button")?.focus();
    }}>
      <button type="button" class="text" aria-expanded={open.value} aria-controls={id}
        onClick={() => (open.value = !open.value)}>{me.name}, {kRoleWords[me.role] ?? me.role}</button>
      {open.value && (
        <div class="drop" id={id}>
          <a href="/account" onClick={() => (open.value = false)}>Account</a>
          <button type="button" class="text" onClick={() => void signOut()}>Sign out</button>
        </div>
      )}
    </div>
  );
}

export function TopBar({ onHelp }: { onHelp: () => void }) {
  const page = place.value.route.page;
  const site = session.value?.site;
  return (
    <header class="top">
      <a class="brand" href="/worklist">osler</a>
      <nav aria-label="Main">
        {kEntries.filter((entry) => can(entry.needs) || (entry.needs === "label.answer" && can("label.manage"))).map((entry) => (
          <a href={entry.href} key={entry.href} aria-current={entry.pages.includes(page) ? "page" : undefined}>{entry.label}</a>
        ))}
      </nav>
      <span class="gap" />
      <span class="q site">{site?.name} {site?.test_system && <span class="qq">test system</span>}</span>
      <ThemeSelect />
      <button type="button" class="text" onClick={onHelp} title={kCatalogue.help.words}>
        Help{!keysOff.value && keyWords("help").map((key) => <kbd key={key}>{key}</kbd>)}
      </button>
      <UserMenu />
    </header>
  );
}
