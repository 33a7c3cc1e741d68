// Only for what other people will feel, and for signing in again. The title is the question, the
// button is the verb.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

export interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  wide?: boolean;
  /** Escape does nothing: the dialog must be answered. */
  firm?: boolean;
}

export function Dialog({ title, onClose, children, wide, firm }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = box.current;
    const before = document.activeElement;
    if (!dialog) return undefined;
    dialog.showModal();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog ref={box} class={wide ? "wide" : undefined} aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!firm) onClose();
      }}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
