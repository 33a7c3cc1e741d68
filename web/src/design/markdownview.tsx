// Markdown as elements: text nodes only, headings below those of the page, hidden characters named.
import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import { type Block, type Inline, parseMarkdown } from "./markdown";
import { plain } from "./outside";
import { Table } from "./table";

function words(all: Inline[]): ComponentChildren {
  return all.map((one, i) => {
    switch (one.kind) {
      case "text": return plain(one.text);
      case "code": return <span class="mono" key={i}>{plain(one.text)}</span>;
      case "strong": return <strong key={i}>{words(one.of)}</strong>;
      case "em": return <em key={i}>{words(one.of)}</em>;
      default: return <a href={one.href} key={i} rel="noreferrer">{words(one.of)}</a>;
    }
  });
}

/** The text alone, for names. */
function textOf(all: Inline[]): string {
  return plain(all.map((one) => ("of" in one ? textOf(one.of) : one.text)).join(""));
}

function TableBlock({ block, name }: { block: Extract<Block, { kind: "table" }>; name: string }) {
  return (
    <Table label={name} columns={block.head.map((cell, i) => ({ name: textOf(cell) || `Column ${i + 1}`, hidden: textOf(cell) === "" }))}>
      {block.rows.map((row, i) => <tr key={i}>{row.map((cell, j) => (j === 0 ? <th scope="row" key={j}>{words(cell)}</th> : <td key={j}>{words(cell)}</td>))}</tr>)}
    </Table>
  );
}

function element(block: Block, level: number, name: string): JSX.Element {
  switch (block.kind) {
    case "heading": {
      const Heading = `h${Math.min(6, level)}` as "h3";
      return <Heading>{words(block.of)}</Heading>;
    }
    case "paragraph": return <p>{words(block.of)}</p>;
    case "quote": return <blockquote>{words(block.of)}</blockquote>;
    case "code": return <pre>{plain(block.text)}</pre>;
    case "table": return <TableBlock block={block} name={name} />;
    default: {
      const items = block.items.map((item, i) => <li key={i}>{words(item)}</li>);
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
  }
}

/** `under`: the level of the heading above it. Levels never skip one, whatever the text says. */
export function Markdown({ text, under, name }: { text: string; under: number; name: string }) {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  const seen: number[] = [];
  let tables = 0;
  return (
    <div class="markdown">
      {blocks.map((block, i) => {
        if (block.kind === "heading") {
          while (seen.length && (seen.at(-1) ?? 0) >= block.level) seen.pop();
          seen.push(block.level);
        }
        if (block.kind === "table") tables += 1;
        const shown = element(block, under + seen.length, `${name}, table ${tables}`);
        return <div key={i}>{shown}</div>;
      })}
    </div>
  );
}
