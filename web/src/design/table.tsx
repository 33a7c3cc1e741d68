// A plain table in its own box: text left, numbers right; the server sorts and pages.
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

export interface Column {
  name: string;
  /** Numbers stand right. */
  right?: boolean;
  /** The name is for assistive technology only. */
  hidden?: boolean;
}

export interface TableProps {
  /** Names the box, which scrolls sideways where the page is narrow. */
  label: string;
  columns: (string | Column)[];
  /** Rows: `<tr>` elements, the first cell a `<th scope="row">` where it names the row. */
  children: ComponentChildren;
  class?: string;
  /** The body, for a page that walks the rows. */
  bodyRef?: RefObject<HTMLTableSectionElement | null>;
}

/** Only a box that scrolls takes a place in the tab order. */
export function useScrollFocus<T extends HTMLElement>() {
  const box = useRef<T>(null);
  useEffect(() => {
    const fit = (): void => {
      const element = box.current;
      if (element) element.tabIndex = element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight ? 0 : -1;
    };
    fit();
    addEventListener("resize", fit);
    return () => removeEventListener("resize", fit);
  }, []);
  return box;
}

export function Table({ label, columns, children, class: name, bodyRef }: TableProps) {
  const box = useScrollFocus<HTMLDivElement>();
  return (
    <div class="scroll" role="region" aria-label={label} ref={box} tabIndex={-1}>
      <table class={name}>
        <thead>
          <tr>
            {columns.map((column) => {
              const { name: words, right, hidden } = typeof column === "string" ? { name: column, right: false, hidden: false } : column;
              return <th scope="col" key={words} class={right ? "n" : undefined}>{hidden ? <span class="vh">{words}</span> : words}</th>;
            })}
          </tr>
        </thead>
        <tbody ref={bodyRef ?? null}>{children}</tbody>
      </table>
    </div>
  );
}
