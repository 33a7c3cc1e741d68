// Sends files with progress. XMLHttpRequest, because fetch does not tell how much has been sent.
import { ApiError, csrfToken, errorOf, noteReachable, noteStatus, unreachable } from "./client";
import type { Receipt } from "./contract";

/** One request carries at most this much, so that a long upload fails in parts, not as a whole. */
export const kBatchBytes = 256 * 1024 * 1024;
export const kBatchFiles = 500;

export interface Outgoing {
  /** Path inside what was dropped; named in the receipt. */
  path: string;
  file: File;
}

/** Splits files into requests by count and size; keeps their order. */
export function batches<T extends { file: { size: number } }>(
  files: T[], bytes = kBatchBytes, count = kBatchFiles): T[][] {
  const all: T[][] = [];
  let now: T[] = [];
  let size = 0;
  for (const file of files) {
    if (now.length && (size + file.file.size > bytes || now.length >= count)) {
      all.push(now);
      now = [];
      size = 0;
    }
    now.push(file);
    size += file.file.size;
  }
  if (now.length) all.push(now);
  return all;
}

/** One receipt for several requests: counts add up, items follow each other. */
export function mergeReceipts(receipts: Receipt[]): Receipt | null {
  const first = receipts[0];
  if (!first) return null;
  return receipts.slice(1).reduce<Receipt>((sum, next) => ({
    ...sum,
    received: sum.received + next.received,
    stored: sum.stored + next.stored,
    duplicate: sum.duplicate + next.duplicate,
    quarantined: sum.quarantined + next.quarantined,
    rejected: sum.rejected + next.rejected,
    items: [...sum.items, ...next.items],
  }), first);
}

/** Sends one batch; `sent` gets the bytes on the wire so far. */
export function sendBatch(files: Outgoing[], sent: (bytes: number) => void, abort: AbortSignal): Promise<Receipt> {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    for (const { path, file } of files) form.append("file", file, path);
    const request = new XMLHttpRequest();
    request.open("POST", "/api/studies");
    request.setRequestHeader("X-CSRF-Token", csrfToken());
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => sent(event.loaded);
    request.onerror = () => {
      noteReachable(false);
      reject(unreachable());
    };
    request.onabort = () => reject(new ApiError(0, "Cancelled", "Stopped. What had arrived is kept.", "", 0, ""));
    request.onload = () => {
      noteStatus(request.status);
      if (request.status < 200 || request.status > 299) {
        reject(errorOf(request.status, request.responseText, request.getResponseHeader("Retry-After"),
          request.getResponseHeader("X-Request-Id") ?? ""));
        return;
      }
      try {
        resolve((JSON.parse(request.responseText) as { receipt: Receipt }).receipt);
      } catch {
        reject(new ApiError(request.status, "Unknown", "The receipt could not be read.", "", 0, ""));
      }
    };
    abort.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}
