// Small parts that pages share: notice, field, tabs, key bar, table head.
import type { ComponentChildren, RefObject } from "preact";
import { useId } from "preact/hooks";
import type { Notice as NoticeData } from "../api/contract";
import { Word } from "./word";
import type { Shape } from "./icons";
import { when } from "./times";
import { kCatalogue, keyWords, keysOff, type KeyId } from "../keys/registry";

const kNotice: Record<NoticeData["state"], { shape: Shape; word: string }> = {
  paused: { shape: "paused", word: "Paused" },
  degraded: { shape: "info", word: "Degraded" },
  failed: { shape: "failed", word: "Failed" },
};

/** One line above the page, one a cause, until it ends. */
export function NoticeLine({ shape, word, children, end }: {
  shape: Shape; word: string; children: ComponentChildren; end?: ComponentChildren;
}) {
  return (
    <div class="notice" role="status">
      <Word shape={shape} tone="strong">{word}</Word>
      <span>{children}</span>
      <span class="gap" />
      {end}
    </div>
  );
}

export function Notice({ notice }: { notice: NoticeData }) {
  const look = kNotice[notice.state] ?? { shape: "info" as Shape, word: notice.state };
  const since = when(notice.since);
  return (
    <NoticeLine shape={look.shape} word={look.word}
      end={notice.href.startsWith("/") && <a class="nw" href={notice.href}>Why</a>}>
      {notice.text}{since && !notice.text.includes(since) && ` Since ${since}.`} {notice.do}
    </NoticeLine>
  );
}

export function Field({ label, type = "text", name, autoComplete, inputRef, error, end, onInput }: {
  label: string; type?: "text" | "password"; name: string; autoComplete: string;
  inputRef?: RefObject<HTMLInputElement | null>; error?: string; end?: ComponentChildren; onInput?: () => void;
}) {
  const id = useId();
  const common = {
    id, name, autocomplete: autoComplete, spellcheck: false, autocapitalize: "none" as const, ref: inputRef ?? null, required: true,
    class: error ? "bad" : undefined, "aria-invalid": error ? true as const : undefined, "aria-describedby": error ? `${id}m` : undefined, onInput,
  };
  return (
    <div class={end ? "field pw" : "field"}>
      <label for={id}>{label}</label>
      <div class="in">
        {type === "password" ? <input type="password" {...common} /> : <input type="text" {...common} />}
        {end}
      </div>
      {error && <span class="msg s" id={`${id}m`}><Word shape="failed" tone="strong">{error}</Word></span>}
    </div>
  );
}

export interface Tab {
  href: string;
  label: string;
  count?: number | undefined;
  current: boolean;
}

export function Tabs({ label, tabs, end }: { label: string; tabs: Tab[]; end?: ComponentChildren }) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a href={tab.href} key={tab.href} aria-current={tab.current ? "page" : undefined}>
          {tab.label} {tab.count !== undefined && <span>{tab.count.toLocaleString("en-GB")}</span>}
        </a>
      ))}
      {end && <><span class="gap" />{end}</>}
    </nav>
  );
}

function Cap({ id }: { id: KeyId }) {
  return <>{keyWords(id).map((key) => <kbd key={key}>{key}</kbd>)}</>;
}

export interface KeyHint {
  ids: KeyId[];
  words: string;
}

/** What the keys of this page do. Says so when they are off. */
export function KeyBar({ hints, end }: { hints: KeyHint[]; end?: ComponentChildren }) {
  return (
    <>
      {keysOff.value
        ? <span>Single keys are off.</span>
        : hints.map(({ ids, words }) => (
          <span key={words}>{ids.map((id) => <Cap id={id} key={id} />)} {words}</span>
        ))}
      <span class="gap" />
      {end}
      <span><Cap id="help" /> {kCatalogue.help.short}</span>
    </>
  );
}
