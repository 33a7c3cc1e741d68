// The foot of a page. A page sets it while it is shown.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

export const keyBar = signal<ComponentChildren | null>(null);

/** Shows `content` at the foot of the page until the page is left; `deps` say when it changes. */
export function useKeyBar(content: ComponentChildren, deps: unknown[]): void {
  useEffect(() => {
    keyBar.value = content;
  }, deps);
  useEffect(() => () => {
    keyBar.value = null;
  }, []);
}
