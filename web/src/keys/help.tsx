// "?": every key, off or other; and what the shapes mean.
import { useSignal } from "@preact/signals";
import { Dialog } from "../design/dialog";
import { Word } from "../design/word";
import {
  conflict, kCatalogue, type KeyEntry, type KeyId, keysOff, keysOf, keyWords, pressOf, remap, resetKeys, turnKeys,
} from "./registry";

const kScopes: [KeyEntry["scope"], string][] = [
  ["everywhere", "Everywhere"], ["worklist", "Worklist"], ["review", "Study"], ["film", "Film"],
  ["tables", "Labelling, oversight and runs: tables"], ["labelling", "Labelling a film"], ["runs", "Runs"],
];

/** Waits for one press and takes it; Escape leaves the key as it was, Backspace takes it away. */
function Remap({ id, done }: { id: KeyId; done: () => void }) {
  const words = useSignal("Press a key");
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Tab" || event.key === "Shift") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") return done();
    if (event.key === "Backspace" || event.key === "Delete") {
      remap(id, "");
      return done();
    }
    const keys = pressOf(event);
    const other = conflict(id, keys);
    if (other) {
      words.value = `Already: ${kCatalogue[other].words}`;
      return;
    }
    remap(id, keys);
    done();
  };
  return (
    <button type="button" class="remap" onKeyDown={onKeyDown} onBlur={done} aria-live="polite"
      ref={(button) => button?.focus()}>
      {words.value}
    </button>
  );
}

function Row({ id, editing }: { id: KeyId; editing: { value: KeyId | null } }) {
  const entry = kCatalogue[id];
  return (
    <tr>
      <td>{entry.words}</td>
      <td class="nw">{keysOf(id) ? keyWords(id).map((key) => <kbd key={key}>{key}</kbd>) : <span class="qq">none</span>}</td>
      <td class="n">
        {editing.value === id
          ? <Remap id={id} done={() => (editing.value = null)} />
          : <button type="button" class="text" aria-label={`Change the key for ${entry.words}`}
            onClick={() => (editing.value = id)}>Change</button>}
      </td>
    </tr>
  );
}

function Meanings() {
  return (
    <p class="meanings">
      <Word shape="done">Done</Word> <Word shape="queued">Queued</Word> <Word shape="failed">Failed</Word>{" "}
      <Word shape="scope">Out of scope</Word> <Word shape="paused">Paused</Word> <Word shape="held">Held until your first read</Word>{" "}
      <Word shape="none">No result: nothing was scored, which is not a negative</Word>
    </p>
  );
}

export function KeysHelp({ onClose }: { onClose: () => void }) {
  const editing = useSignal<KeyId | null>(null);
  const ids = Object.keys(kCatalogue) as KeyId[];
  return (
    <Dialog title="Keys and help" onClose={onClose} wide>
      <div class="act">
        <label class="check"><input type="checkbox" checked={!keysOff.value}
          onChange={(event) => turnKeys(!event.currentTarget.checked)} /> Single keys are on</label>
        <button type="button" onClick={resetKeys}>Back to the first keys</button>
        <span class="gap" />
        <button type="button" class="primary" onClick={onClose}>Close</button>
      </div>
      <div class="keylist">
        {kScopes.map(([scope, name]) => {
          const rows = ids.filter((id) => kCatalogue[id].scope === scope);
          return rows.length > 0 && (
            <section key={scope}>
              <h3>{name}</h3>
              <table>
                <thead><tr>{["What", "Key", "Change"].map((head) => <th scope="col" key={head}><span class="vh">{head}</span></th>)}</tr></thead>
                <tbody>{rows.map((id) => <Row id={id} editing={editing} key={id} />)}</tbody>
              </table>
            </section>
          );
        })}
        <section>
          <h3>Shapes</h3>
          <Meanings />
          <h3>A problem</h3>
          <p>Open the study and choose “Report a problem with this AI result”, under “Where this comes from”.</p>
        </section>
      </div>
    </Dialog>
  );
}
