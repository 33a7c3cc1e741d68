// Text from outside (DICOM, other people's notes): characters that hide or reorder are named, so
// that what is read is what was sent. Unicode UAX #9 (bidirectional controls), UTS #39.
export interface Piece {
  text: string;
  /** A character that would not show itself, written as [U+202E]. */
  hidden: boolean;
}

// C0 and C1 controls but tab and line feed, soft hyphen, zero-width space, bidirectional marks and
// overrides, line separators, invisible operators, byte order mark, tags. Not the joiners U+200C and
// U+200D, which names in Persian and Indic scripts need.
const kHidden =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** At most this much of one text is put on the page. */
export const kMostChars = 20_000;

export function pieces(text: string): Piece[] {
  const cut = text.length > kMostChars ? `${text.slice(0, kMostChars)} …` : text;
  const all: Piece[] = [];
  let last = 0;
  for (const match of cut.matchAll(kHidden)) {
    if (match.index > last) all.push({ text: cut.slice(last, match.index), hidden: false });
    const code = match[0].codePointAt(0) ?? 0;
    all.push({ text: `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`, hidden: true });
    last = match.index + match[0].length;
  }
  if (last < cut.length) all.push({ text: cut.slice(last), hidden: false });
  return all;
}

/** The same as one plain string, for accessible names. */
export function plain(text: string): string {
  return pieces(text).map((piece) => piece.text).join("");
}
