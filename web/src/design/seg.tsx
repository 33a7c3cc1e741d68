// One of n, drawn as words in one frame. A radio group in which the arrows move the focus; with
// `press` a choice is made by pressing it, because it is stored at once.
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

export interface SegOption<T extends string> {
  value: T;
  label: ComponentChildren;
  /** Keys for aria-keyshortcuts. */
  keys?: string;
  disabled?: boolean;
}

export interface SegProps<T extends string> {
  label: string;
  options: SegOption<T>[];
  value: T | null;
  onChange: (value: T) => void;
  /** Arrow keys only move the focus; Space or Enter chooses. */
  press?: boolean;
  describedBy?: string;
}

export function Seg<T extends string>({ label, options, value, onChange, press, describedBy }: SegProps<T>) {
  const box = useRef<HTMLDivElement>(null);
  const chosen = options.findIndex((option) => option.value === value);
  const firstFree = options.findIndex((option) => !option.disabled);
  const stop = chosen >= 0 && !options[chosen]?.disabled ? chosen : firstFree;

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const buttons = [...(box.current?.querySelectorAll<HTMLButtonElement>("button:not(:disabled)") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (at < 0) return;
    event.preventDefault();
    event.stopPropagation();
    const next = buttons[(at + step + buttons.length) % buttons.length];
    next?.focus();
    if (!press) next?.click();
  };

  return (
    <div class="seg" role="radiogroup" aria-label={label} aria-describedby={describedBy} ref={box} onKeyDown={onKeyDown}>
      {options.map((option, i) => (
        <button type="button" role="radio" aria-checked={option.value === value} key={option.value}
          tabIndex={i === stop ? 0 : -1} disabled={option.disabled} aria-keyshortcuts={option.keys}
          onClick={() => onChange(option.value)}>
          {option.label}
        </button>
      ))}
    </div>
  );
}
