// One door to the server: errors as ApiError, the CSRF token on every change, and two facts that
// the whole page needs to know: whether the server answers, and whether the session has ended.
import { signal } from "@preact/signals";
import type { ErrorBody } from "./contract";

/** What went wrong, in words that a page can show. Status 0: the server did not answer. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string,
    /** Seconds to wait before the next try; 0 when the server did not say. */
    readonly retryAfter: number,
    /** Names this request in the server's log. */
    readonly request: string,
  ) {
    super(message);
  }
}

/** Null while the server answers, else when it was first found silent. */
export const serverGoneSince = signal<Date | null>(null);
/** True from the first 401 on a page that was signed in, until somebody signs in again. */
export const sessionExpired = signal(false);

let csrf = "";
let signedIn = false;

export function setCredentials(token: string, isSignedIn: boolean): void {
  csrf = token;
  signedIn = isSignedIn;
  if (isSignedIn) sessionExpired.value = false;
}

export function csrfToken(): string {
  return csrf;
}

const kGatewayStatuses = new Set([502, 503, 504]);

/** Every transport (fetch, upload) reports here whether the server was there. */
export function noteReachable(reachable: boolean): void {
  if (reachable) serverGoneSince.value = null;
  else if (!serverGoneSince.value) serverGoneSince.value = new Date();
}

export function noteStatus(status: number): void {
  noteReachable(!kGatewayStatuses.has(status));
  if (status === 401 && signedIn) sessionExpired.value = true;
}

export function unreachable(): ApiError {
  return new ApiError(0, "Unreachable", "The server does not answer.",
    "The page tries again by itself. Nothing you entered is lost.", 0, "");
}

function isErrorBody(body: unknown): body is ErrorBody {
  const error = (body as ErrorBody | null)?.error;
  return typeof error?.message === "string" && typeof error.code === "string";
}

/** The error that a reply with this status and body stands for. */
export function errorOf(status: number, text: string, retryAfter: string | null, request: string): ApiError {
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy may answer with a page of its own.
  }
  const wait = Math.max(0, Number(retryAfter ?? "0") || 0);
  if (isErrorBody(body)) {
    return new ApiError(status, body.error.code, body.error.message, body.error.hint ?? "", wait, request);
  }
  return new ApiError(status, "Unknown", `The server answered with status ${status}.`, "", wait, request);
}

export interface Options {
  method?: "GET" | "POST";
  body?: unknown;
  etag?: string;
  signal?: AbortSignal;
}

export interface Reply<T> {
  /** Null when the server said 304: what the caller holds is still so. */
  data: T | null;
  etag: string;
}

/** The raw reply of a request that succeeded or was "not modified"; otherwise throws ApiError. */
export async function send(path: string, options: Options = {}): Promise<Response> {
  const method = options.method ?? "GET";
  const headers: Record<string, string> = { Accept: "application/json" };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRF-Token"] = csrf;
  if (options.etag) headers["If-None-Match"] = options.etag;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      ...(options.body !== undefined ? { body: JSON.stringify(options.body) } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    noteReachable(false);
    throw unreachable();
  }
  noteStatus(response.status);
  if (response.ok || response.status === 304) return response;
  throw errorOf(response.status, await response.text(), response.headers.get("Retry-After"),
    response.headers.get("X-Request-Id") ?? "");
}

export async function getJson<T>(path: string, options: Options = {}): Promise<Reply<T>> {
  const response = await send(path, options);
  const etag = response.headers.get("ETag") ?? "";
  if (response.status === 304) return { data: null, etag: etag || (options.etag ?? "") };
  return { data: (await response.json()) as T, etag };
}

/** Posts and reads the reply; undefined for 204. */
export async function postJson<T>(path: string, body: unknown = {}): Promise<T> {
  const response = await send(path, { method: "POST", body });
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** A path with its parts escaped: path`/api/studies/${uid}`. */
export function path(strings: TemplateStringsArray, ...parts: string[]): string {
  return String.raw({ raw: strings }, ...parts.map(encodeURIComponent));
}
