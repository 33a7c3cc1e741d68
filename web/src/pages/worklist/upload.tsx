// Films by hand: dropped anywhere on the page or chosen with a button; progress and the receipt
// stand in place above the list.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ApiError } from "../../api/client";
import type { Receipt } from "../../api/contract";
import { batches, mergeReceipts, type Outgoing, sendBatch } from "../../api/upload";
import { bytes, plural } from "../../design/numbers";
import { Outside } from "../../design/text";
import { clock, parseTime } from "../../design/times";
import { Word } from "../../design/word";

/** A dropped folder tree beyond this is not a few films: the command line takes it. */
const kMostFiles = 5000;

export interface Upload {
  files: number;
  bytes: number;
  sent: number;
  receipt: Receipt | null;
  error: ApiError | null;
  running: boolean;
  abort: AbortController;
}

async function filesOf(entry: FileSystemEntry, prefix: string, all: Outgoing[]): Promise<void> {
  if (all.length >= kMostFiles) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    all.push({ path: prefix + file.name, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const one of some) await filesOf(one, `${prefix}${entry.name}/`, all);
  }
}

/** Everything that was dropped, folders opened; entries must be taken before the event ends. */
async function dropped(transfer: DataTransfer): Promise<Outgoing[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return [...transfer.files].map((file) => ({ path: file.name, file }));
  const all: Outgoing[] = [];
  for (const entry of entries) await filesOf(entry, "", all);
  return all;
}

async function run(files: Outgoing[], upload: Signal<Upload | null>, done: () => void): Promise<void> {
  const abort = new AbortController();
  const size = files.reduce((sum, { file }) => sum + file.size, 0);
  let now: Upload = { files: files.length, bytes: size, sent: 0, receipt: null, error: null, running: true, abort };
  const set = (change: Partial<Upload>): void => {
    now = { ...now, ...change };
    upload.value = now;
  };
  set({});
  const receipts: Receipt[] = [];
  let before = 0;
  try {
    for (const batch of batches(files)) {
      receipts.push(await sendBatch(batch, (sent) => set({ sent: Math.min(size, before + sent) }), abort.signal));
      before += batch.reduce((sum, { file }) => sum + file.size, 0);
      set({ sent: before, receipt: mergeReceipts(receipts) });
      done();
    }
    set({ running: false });
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    set({ running: false, error: cause });
  }
}

const kOutcome: Record<string, { shape: "done" | "none" | "held" | "failed"; word: string }> = {
  stored: { shape: "done", word: "Stored" },
  duplicate: { shape: "none", word: "Already here" },
  quarantined: { shape: "held", word: "Set aside" },
  rejected: { shape: "failed", word: "Rejected" },
};

const kMostShown = 200;

function Items({ receipt }: { receipt: Receipt }) {
  const sorted = [...receipt.items].sort((a, b) => Number(a.outcome === "stored") - Number(b.outcome === "stored"));
  return (
    <div class="scroll receipt" role="region" aria-label="Receipt, file by file" tabIndex={0}>
      <table>
        <thead><tr><th scope="col">Outcome</th><th scope="col">File</th><th scope="col">Reason</th><th scope="col">Study</th></tr></thead>
        <tbody>
          {sorted.slice(0, kMostShown).map((item, i) => {
            const look = kOutcome[item.outcome] ?? { shape: "none" as const, word: item.outcome };
            return (
              <tr key={i}>
                <td><Word shape={look.shape}>{look.word}</Word></td>
                <td><Outside text={item.path} /></td>
                <td class="q"><Outside text={item.reason} /></td>
                <td>{item.study && <a href={`/study/${encodeURIComponent(item.study)}`}>Open</a>}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {sorted.length > kMostShown && <p class="qq">and {plural(sorted.length - kMostShown, "more file")}, all in receipt {receipt.id}</p>}
    </div>
  );
}

function summary(receipt: Receipt): string {
  const at = parseTime(receipt.time);
  const parts = [`${receipt.stored} stored`, receipt.duplicate && `${receipt.duplicate} already here`,
    receipt.quarantined && `${receipt.quarantined} set aside`, receipt.rejected && `${receipt.rejected} rejected`];
  return `${plural(receipt.received, "file")} received${at ? ` at ${clock(at)}` : ""}: ${parts.filter(Boolean).join(", ")}.`;
}

export function UploadPanel({ upload }: { upload: Signal<Upload | null> }) {
  const state = upload.value;
  if (!state) return null;
  return (
    <section class="upload" aria-label="Films added by hand">
      <div class="line" role="status">
        {state.running && <>
          <Word shape="up" tone="strong">Sending</Word>
          <span>{plural(state.files, "file")}</span>
          <progress max={Math.max(1, state.bytes)} value={state.sent} aria-label="Bytes sent" />
          <span class="q nw">{bytes(state.sent)} of {bytes(state.bytes)}</span>
        </>}
        {state.error && <><Word shape="failed" tone="strong">Not all arrived</Word><span>{state.error.message} {state.error.hint}</span></>}
        {!state.running && state.receipt && <span>{summary(state.receipt)}</span>}
        <span class="gap" />
        {state.running
          ? <button type="button" onClick={() => state.abort.abort()}>Stop</button>
          : <button type="button" onClick={() => (upload.value = null)}>Close</button>}
      </div>
      {state.receipt && <Items receipt={state.receipt} />}
    </section>
  );
}

/** The button, the drop target that is the whole page, and what `n` presses. */
export function useUpload(allowed: boolean, done: () => void) {
  const upload = useSignal<Upload | null>(null);
  const over = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!allowed) return undefined;
    const isFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
    const onDrag = (event: DragEvent): void => {
      if (!isFiles(event)) return;
      event.preventDefault();
      over.value = true;
    };
    const onLeave = (event: DragEvent): void => {
      if (!event.relatedTarget) over.value = false;
    };
    const onDrop = (event: DragEvent): void => {
      if (!isFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      over.value = false;
      if (upload.value?.running) return;
      void dropped(event.dataTransfer).then((files) => (files.length ? run(files, upload, done) : undefined));
    };
    addEventListener("dragenter", onDrag);
    addEventListener("dragover", onDrag);
    addEventListener("dragleave", onLeave);
    addEventListener("drop", onDrop);
    return () => {
      removeEventListener("dragenter", onDrag);
      removeEventListener("dragover", onDrag);
      removeEventListener("dragleave", onLeave);
      removeEventListener("drop", onDrop);
    };
  }, [allowed]);
  const choose = (): void => input.current?.click();
  const button = allowed && (
    <>
      <input type="file" multiple hidden ref={input} aria-label="Films to add"
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])].map((file) => ({ path: file.name, file }));
          event.currentTarget.value = "";
          if (files.length && !upload.value?.running) void run(files, upload, done);
        }} />
      <button type="button" onClick={choose} disabled={upload.value?.running ?? false}>Add films</button>
    </>
  );
  const target = over.value && <div class="droptarget" role="status"><p>Let go to add DICOM files, folders or zip archives</p></div>;
  return { upload, button, target, choose };
}
