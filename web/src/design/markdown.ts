// A small part of Markdown (CommonMark's headings, paragraphs, lists, code, emphasis, links, quotes,
// and tables as GitHub writes them) as a tree. HTML is text here: nothing of it is passed through.

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "strong" | "em"; of: Inline[] }
  | { kind: "link"; href: string; of: Inline[] };

export type Block =
  | { kind: "heading"; level: number; of: Inline[] }
  | { kind: "paragraph" | "quote"; of: Inline[] }
  | { kind: "list"; ordered: boolean; items: Inline[][] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] }
  | { kind: "code"; text: string };

/** A card is a few pages; what is longer is cut, so that no text stops the page. */
export const kMostMarkdown = 100_000;
const kMostDepth = 4;

// Each alternative begins with a sign of its own and has one way to go on, so that no text makes
// the match take more than linear time in the length of a line.
const kInline = /`([^`]+)`|\*\*((?:[^*]|\*(?!\*))+)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|\b_([^_\s][^_]*)_\b|\[([^[\]]+)\]\(([^()\s]+)\)/g;

/** Links stay within the site, or are plain web addresses; anything else is text. */
export function safeHref(href: string): string | null {
  if (/^https?:\/\/[^\s"<>]+$/i.test(href)) return href;
  return /^(\/(?![/\\])|#)[^\s"<>\\]*$/.test(href) ? href : null;
}

export function inlines(text: string, depth = 0): Inline[] {
  if (depth >= kMostDepth) return [{ kind: "text", text }];
  const all: Inline[] = [];
  let last = 0;
  for (const match of text.matchAll(kInline)) {
    if (match.index > last) all.push({ kind: "text", text: text.slice(last, match.index) });
    last = match.index + match[0].length;
    const [whole, code, strong, strong2, em, em2, label, href] = match;
    if (code !== undefined) all.push({ kind: "code", text: code });
    else if (strong !== undefined || strong2 !== undefined) all.push({ kind: "strong", of: inlines(strong ?? strong2 ?? "", depth + 1) });
    else if (em !== undefined || em2 !== undefined) all.push({ kind: "em", of: inlines(em ?? em2 ?? "", depth + 1) });
    else {
      const safe = safeHref(href ?? "");
      all.push(safe ? { kind: "link", href: safe, of: inlines(label ?? "", depth + 1) } : { kind: "text", text: whole });
    }
  }
  if (last < text.length) all.push({ kind: "text", text: text.slice(last) });
  return all;
}

const kItem = /^\s{0,8}(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;
const kHeading = /^(#{1,6})\s+(\S.*)$/;
const kFence = /^\s{0,3}(```|~~~)/;
const kRuleRow = /^\|?:?-+:?(\|:?-+:?)*\|?$/;

function isRuleRow(line: string): boolean {
  return kRuleRow.test(line.replace(/\s/g, ""));
}

/** A heading may be closed by signs of its own. */
function withoutClosing(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === "#" || text[end - 1] === " ")) end -= 1;
  return text.slice(0, end);
}

function cells(line: string): Inline[][] {
  return line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => inlines(cell.trim()));
}

/** Whether a line begins something else than the paragraph before it. */
function begins(line: string): boolean {
  return line.trim() === "" || kHeading.test(line) || kFence.test(line) || kItem.test(line) || line.startsWith(">");
}

class Reader {
  readonly blocks: Block[] = [];
  private at = 0;

  constructor(private readonly lines: string[]) {}

  private get line(): string {
    return this.lines[this.at] ?? "";
  }

  private take(while_: (line: string) => boolean): string[] {
    const from = this.at;
    while (this.at < this.lines.length && while_(this.line)) this.at += 1;
    return this.lines.slice(from, this.at);
  }

  private fence(): void {
    const mark = kFence.exec(this.line)?.[1] ?? "```";
    this.at += 1;
    this.blocks.push({ kind: "code", text: this.take((line) => !line.trim().startsWith(mark)).join("\n") });
    this.at += 1;
  }

  private list(): void {
    const ordered = kItem.exec(this.line)?.[1] !== undefined;
    const items: string[] = [];
    while (this.at < this.lines.length && kItem.test(this.line)) {
      const first = kItem.exec(this.line)?.[2] ?? "";
      this.at += 1;
      items.push([first, ...this.take((line) => !begins(line)).map((line) => line.trim())].join(" "));
    }
    this.blocks.push({ kind: "list", ordered, items: items.map((item) => inlines(item)) });
  }

  private table(): void {
    const head = cells(this.line);
    this.at += 2;
    const rows = this.take((line) => line.includes("|") && line.trim() !== "").map(cells);
    // A row has as many cells as the head, as in GitHub's tables.
    this.blocks.push({ kind: "table", head, rows: rows.map((row) => head.map((_, i) => row[i] ?? [])) });
  }

  private next(): void {
    const heading = kHeading.exec(this.line);
    if (this.line.trim() === "" || /^\s*([-*_])(\s*\1){2,}\s*$/.test(this.line)) {
      this.at += 1;
    } else if (kFence.test(this.line)) {
      this.fence();
    } else if (heading) {
      this.blocks.push({ kind: "heading", level: heading[1]?.length ?? 1, of: inlines(withoutClosing(heading[2] ?? "")) });
      this.at += 1;
    } else if (this.line.startsWith(">")) {
      const said = this.take((line) => line.startsWith(">")).map((line) => line.replace(/^>\s?/, ""));
      this.blocks.push({ kind: "quote", of: inlines(said.join(" ")) });
    } else if (kItem.test(this.line)) {
      this.list();
    } else if (this.line.includes("|") && isRuleRow(this.lines[this.at + 1] ?? "")) {
      this.table();
    } else {
      const first = this.line;
      this.at += 1;
      this.blocks.push({ kind: "paragraph", of: inlines([first, ...this.take((line) => !begins(line))].map((line) => line.trim()).join(" ")) });
    }
  }

  read(): Block[] {
    while (this.at < this.lines.length) this.next();
    return this.blocks;
  }
}

export function parseMarkdown(text: string): Block[] {
  const cut = text.length > kMostMarkdown ? `${text.slice(0, kMostMarkdown)}\n\n…` : text;
  return new Reader(cut.split(/\r?\n/)).read();
}
