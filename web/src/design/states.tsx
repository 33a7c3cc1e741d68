// Empty, loading, error, no permission: what is so, since when or why, what to do.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { ApiError } from "../api/client";
import { kRoleWords, kWho } from "./roles";
import { session } from "../api/session";
import type { Permission } from "../api/contract";

/** Loading shows after this, so that what is quick does not flicker. */
export const kLoadingAfterMs = 400;

export function useLate(active: boolean, ms = kLoadingAfterMs): boolean {
  const late = useSignal(false);
  useEffect(() => {
    late.value = false;
    if (!active) return undefined;
    const timer = setTimeout(() => (late.value = true), ms);
    return () => clearTimeout(timer);
  }, [active, ms]);
  return active && late.value;
}

/** `whole`: nothing else is on the page, so the title is its heading. */
export function Blank({ title, whole, children }: { title: string; whole?: boolean; children?: ComponentChildren }) {
  return <div class="blank">{whole ? <h1>{title}</h1> : <h2>{title}</h2>}{children}</div>;
}

const kBarWidths = [60, 44, 148, 104, 52];

/** Grey bars that stand still, and the words for those who do not see them. */
export function Loading({ what, rows = 4 }: { what: string; rows?: number }) {
  const late = useLate(true);
  if (!late) return <div class="loading" />;
  return (
    <div class="loading" role="status">
      {Array.from({ length: rows }, (_, row) => (
        <svg key={row} viewBox="0 0 640 32" width="640" height="32" aria-hidden="true">
          {kBarWidths.map((width, i) => (
            <rect key={i} x={i * 132} y="11" width={width - ((row * 7 + i * 5) % 24)} height="10" />
          ))}
        </svg>
      ))}
      <p>Loading {what}</p>
    </div>
  );
}

/** An error of the server on a page. `since` is when it began, as words. */
export function Failure({ title, error, since, retry, whole }: {
  title: string; error: ApiError; since?: string; retry?: () => void; whole?: boolean;
}) {
  return (
    <Blank title={title} whole={whole ?? false}>
      <dl class="what">
        <dt>What</dt><dd>{error.message}</dd>
        {since && <><dt>Since</dt><dd>{since}</dd></>}
        {error.hint && <><dt>Do</dt><dd>{error.hint}</dd></>}
      </dl>
      <div class="act">
        {retry && <button type="button" onClick={retry}>Try now</button>}
        {error.request && <span class="qq">Request <span class="mono">{error.request}</span></span>}
      </div>
    </Blank>
  );
}

/** Says who can, not only that you cannot. */
export function NoPermission({ page, needs }: { page: string; needs: Permission[] }) {
  const me = session.value?.user;
  return (
    <Blank title={`You cannot open ${page}`} whole>
      <p>It is for the roles {needs.map((one) => kWho[one]).join(" and ")}.{" "}
        {me && <>You are signed in as {me.name}, role {kRoleWords[me.role] ?? me.role}.</>}</p>
      <div class="act"><a href="/worklist">Back to the worklist</a></div>
    </Blank>
  );
}
