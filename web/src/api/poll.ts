// Keeps a page's data fresh: asks every few seconds with If-None-Match while the page is visible
// and somebody is there. A page that nobody uses stops asking, so that the server's idle clock runs.
import { type Signal, useSignal } from "@preact/signals";
import { useCallback, useEffect, useRef } from "preact/hooks";
import { ApiError, getJson, sessionExpired } from "./client";
import { idleMinutes } from "./session";

let lastActivity = Date.now();
if (typeof addEventListener === "function") {
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel"]) {
    addEventListener(kind, () => (lastActivity = Date.now()), { passive: true, capture: true });
  }
}

/** Whether polling makes sense now: visible, signed in, and used within the idle time. */
export function isAttended(now = Date.now()): boolean {
  return document.visibilityState === "visible" && !sessionExpired.value &&
    now - lastActivity < idleMinutes() * 60_000;
}

export interface Polled<T> {
  data: Signal<T | null>;
  error: Signal<ApiError | null>;
  /** When the server last confirmed the data; null before the first answer. */
  confirmed: Signal<Date | null>;
  refresh: () => Promise<void>;
  /** Something newer than any question under way is known: drops answers that are on their way. */
  supersede: () => void;
}

/** Polls one address. A new address starts afresh; `everyMs` 0 asks once. */
export function usePoll<T>(address: string, everyMs: number): Polled<T> {
  const data = useSignal<T | null>(null);
  const error = useSignal<ApiError | null>(null);
  const confirmed = useSignal<Date | null>(null);
  const ask = useRef<() => Promise<void>>(async () => undefined);
  const generation = useRef(0);

  useEffect(() => {
    const abort = new AbortController();
    let etag = "";
    let running = false;
    data.value = null;
    error.value = null;
    confirmed.value = null;
    const once = async (): Promise<void> => {
      if (running) return;
      running = true;
      const asked = generation.current;
      try {
        const reply = await getJson<T>(address, { etag, signal: abort.signal });
        if (abort.signal.aborted || asked !== generation.current) return;
        etag = reply.etag;
        if (reply.data !== null) data.value = reply.data;
        error.value = null;
        confirmed.value = new Date();
      } catch (cause) {
        if (!abort.signal.aborted && cause instanceof ApiError) error.value = cause;
      } finally {
        running = false;
      }
    };
    ask.current = async () => {
      etag = "";
      await once();
    };
    void once();
    if (!everyMs) return () => abort.abort();
    const tick = (): void => {
      if (isAttended()) void once();
    };
    const timer = setInterval(tick, everyMs);
    document.addEventListener("visibilitychange", tick);
    const resumed = sessionExpired.subscribe((expired) => {
      if (!expired && error.value?.status === 401) tick();
    });
    return () => {
      abort.abort();
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
      resumed();
    };
  }, [address, everyMs]);

  return {
    data, error, confirmed,
    refresh: useCallback(() => ask.current(), []),
    supersede: useCallback(() => void (generation.current += 1), []),
  };
}
