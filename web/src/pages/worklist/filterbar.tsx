import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import type { WorklistCounts } from "../../api/contract";
import { aiWord } from "../../design/word";
import { count } from "../../design/numbers";
import type { KeyId } from "../../keys/registry";
import { type Filters, kAiStates, kUrgencies, toggled } from "./filters";

const kUrgencyWords = { critical: "Critical", urgent: "Urgent", routine: "Routine" };
/** What is typed is asked for after a short rest. */
const kTypingMs = 200;

function Checks<T extends string>({ legend, known, chosen, words, counts, onChange }: {
  legend: string; known: T[]; chosen: T[]; words: (value: T) => string;
  counts: Partial<Record<T, number>> | undefined; onChange: (next: T[]) => void;
}) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {known.map((value) => (
        <label key={value}>
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => onChange(toggled(chosen, value, known))} />
          {words(value)} {counts?.[value] !== undefined && <span>{count(counts[value])}</span>}
        </label>
      ))}
    </fieldset>
  );
}

function Find({ value, onChange, keys }: { value: string; onChange: (text: string) => void; keys: string | undefined }) {
  const id = useId();
  const text = useSignal(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    text.value = value;
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const ask = (next: string): void => {
    clearTimeout(timer.current);
    text.value = next;
    timer.current = setTimeout(() => onChange(next.trim()), kTypingMs);
  };
  return (
    <>
      <label class="vh" for={id}>Find on this list</label>
      <input id={id} type="search" placeholder="Name, MRN, accession, ward" value={text.value} maxLength={100}
        autocomplete="off" spellcheck={false} aria-keyshortcuts={keys}
        onInput={(event) => ask(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          if (text.value) ask("");
          else event.currentTarget.blur();
        }} />
    </>
  );
}

export function FilterBar({ filters, counts, set, shortcutOf }: {
  filters: Filters; counts: WorklistCounts | null;
  set: (change: Partial<Filters>, replace?: boolean) => void; shortcutOf: (id: KeyId) => string | undefined;
}) {
  const aiKnown = kAiStates.filter((state) => state !== "paused" || (counts?.ai.paused ?? 0) > 0 || filters.ai.includes("paused"));
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <Checks legend="Urgency" known={kUrgencies} chosen={filters.urgency} words={(value) => kUrgencyWords[value]}
        counts={counts?.urgency} onChange={(urgency) => set({ urgency })} />
      <Checks legend="AI" known={aiKnown} chosen={filters.ai} words={aiWord} counts={counts?.ai} onChange={(ai) => set({ ai })} />
      <span class="gap" />
      <Find value={filters.find} onChange={(find) => set({ find }, true)} keys={shortcutOf("find")} />
    </form>
  );
}
