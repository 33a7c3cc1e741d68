import { useSignal } from "@preact/signals";
import { plural, shortDigest } from "./numbers";
import { pieces } from "./outside";

/** Text from outside: text nodes only, its own direction, hidden characters named. */
export function Outside({ text }: { text: string }) {
  return (
    <bdi dir="auto" class="out">
      {pieces(text).map((piece) => (piece.hidden ? <span class="qq">{piece.text}</span> : piece.text))}
    </bdi>
  );
}

const kClampChars = 160;
const kClampLines = 3;

function shorten(text: string): { head: string; rest: string } {
  const lines = text.split("\n");
  const byLines = lines.slice(0, kClampLines).join("\n");
  const head = byLines.length > kClampChars ? byLines.slice(0, kClampChars) : byLines;
  const hiddenLines = lines.length - Math.min(lines.length, kClampLines);
  const rest = hiddenLines > 0
    ? `${plural(hiddenLines, "more line")}`
    : `${plural(text.length - head.length, "more character")}`;
  return { head, rest };
}

/** Long text from outside: its beginning and a button for the rest. */
export function Clamped({ text }: { text: string }) {
  const open = useSignal(false);
  if (text.length <= kClampChars + 40 && text.split("\n").length <= kClampLines) return <Outside text={text} />;
  const { head, rest } = shorten(text);
  return (
    <span class="clamped">
      <Outside text={open.value ? text : `${head} …`} />{" "}
      <button type="button" class="link" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
        {open.value ? "less" : rest}
      </button>
    </span>
  );
}

/** Eight characters of a digest; copying a selection that holds it gives the whole. */
export function Digest({ digest }: { digest: string }) {
  return (
    <span class="mono" onCopy={(event) => {
      event.preventDefault();
      event.clipboardData?.setData("text/plain", digest);
    }}>{shortDigest(digest)}</span>
  );
}
