// The reader's own words before (or beside) the AI's, kept with the study.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import type { Study } from "../../api/contract";
import { Outside } from "../../design/text";
import { when } from "../../design/times";
import type { StudyModel } from "./model";

export function FirstRead({ study, model, open }: { study: Study; model: StudyModel; open: Signal<boolean> }) {
  const text = useSignal("");
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const isOpen = open.value && !study.first_read;
  useEffect(() => {
    if (isOpen) area.current?.focus();
  }, [isOpen]);
  const store = async (): Promise<void> => {
    if (text.value.trim() && await model.enterFirstRead(text.value.trim())) open.value = false;
  };
  if (study.first_read) {
    const { by, at, text: read } = study.first_read;
    return (
      <section class="sec" aria-label="First read">
        <header><h2>First read</h2><span class="qq s">{when(at)}, {by}</span></header>
        <p><Outside text={read} /></p>
      </section>
    );
  }
  if (!isOpen) return null;
  const fault = model.faults.value["first-read"];
  return (
    <section class="sec" aria-label="First read">
      <label for={id}><b>Your first read</b> <span class="qq s">kept with the study; the AI’s results are shown after it</span></label>
      <textarea id={id} rows={3} maxLength={4000} ref={area} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void store();
          if (event.key === "Escape") open.value = false;
        }} />
      {fault && <p class="s" role="alert">{fault}</p>}
      <div class="act">
        <button type="button" onClick={() => void store()}>Enter first read <kbd>Ctrl</kbd><kbd>Enter</kbd></button>
        <button type="button" class="text" onClick={() => (open.value = false)}>Not now</button>
      </div>
    </section>
  );
}
