// Who is signed in, what they may do, and the site's notices.
import { computed, signal } from "@preact/signals";
import { ApiError, getJson, postJson, sessionExpired, setCredentials } from "./client";
import type { Permission, Session } from "./contract";

export const session = signal<Session | null>(null);
export const sessionError = signal<ApiError | null>(null);

export const user = computed(() => session.value?.user ?? null);

export function can(permission: Permission): boolean {
  return session.value?.permissions.includes(permission) ?? false;
}

export function idleMinutes(): number {
  return session.value?.idle_minutes || 15;
}

function take(next: Session): void {
  setCredentials(next.csrf, next.user !== null);
  session.value = next;
  sessionError.value = null;
}

/** Reads the session. A session that ended while the page was open is asked for, not dropped. */
export async function loadSession(): Promise<void> {
  try {
    const { data } = await getJson<Session>("/api/session");
    if (!data) return;
    const before = session.value?.user;
    if (before && !data.user) {
      setCredentials(data.csrf, false);
      sessionExpired.value = true;
      return;
    }
    take(data);
  } catch (cause) {
    if (cause instanceof ApiError) sessionError.value = cause;
    else throw cause;
  }
}

/** Signs in; throws ApiError (401 wrong, 429 too many tries). */
export async function signIn(name: string, password: string): Promise<void> {
  // The token belongs to the session before the sign-in, which may have ended meanwhile.
  const { data } = await getJson<Session>("/api/session");
  if (data) setCredentials(data.csrf, false);
  const before = session.value?.user?.name;
  const next = await postJson<Session>("/api/login", { name, password });
  if (before && next.user && before !== next.user.name) {
    // Another person must not find the former one's page.
    location.assign("/worklist");
    return;
  }
  take(next);
}

/** Signs out and forgets everything this window holds. */
export async function signOut(): Promise<void> {
  try {
    await postJson<void>("/api/logout");
  } finally {
    location.assign("/login");
  }
}

export function changePassword(old: string, next: string): Promise<void> {
  return postJson<void>("/api/account/password", { old, new: next });
}
