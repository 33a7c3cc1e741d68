// Times as the pages write them: 24 h clock, today without a date, another year in full.
import { signal } from "@preact/signals";

const kMonths = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const kDays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** The minute clock of the page: changes every 10 s, so that waiting times keep up. */
export const now = signal(new Date());
if (typeof document !== "undefined") setInterval(() => (now.value = new Date()), 10_000);

function two(n: number): string {
  return n.toString().padStart(2, "0");
}

export function clock(at: Date, seconds = false): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}${seconds ? `:${two(at.getSeconds())}` : ""}`;
}

export function day(at: Date, withYear: boolean): string {
  return `${at.getDate()} ${kMonths[at.getMonth()]}${withYear ? ` ${at.getFullYear()}` : ""}`;
}

/** Date of an RFC 3339 time, or of a local one without a zone; null when it is neither. */
export function parseTime(text: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}|$)/.test(text)) return null;
  const at = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text);
  return Number.isNaN(at.getTime()) ? null : at;
}

/** "09:47" today, "18 Nov, 14:20" this year, "18 Nov 2025, 14:20" else; "" when there is none. */
export function when(text: string, from = new Date()): string {
  const at = parseTime(text);
  if (!at) return "";
  if (at.toDateString() === from.toDateString()) return clock(at);
  return `${day(at, at.getFullYear() !== from.getFullYear())}, ${clock(at)}`;
}

/** "14 Feb 1963"; the text itself when it is no date. */
export function fullDate(text: string): string {
  const at = parseTime(text.slice(0, 10));
  return at ? day(at, true) : text;
}

/** "24 Nov 2026, 08:42"; the text itself when it is no time. */
export function fullTime(text: string): string {
  const at = parseTime(text);
  return at ? `${day(at, true)}, ${clock(at)}` : text;
}

/** "Tue 24 Nov 2026, 09:46". */
export function weekdayTime(at: Date): string {
  return `${kDays[at.getDay()]} ${day(at, true)}, ${clock(at)}`;
}

/** h:mm, rounded down: "1:04", "26:10". */
export function waiting(seconds: number): string {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}`;
}

/** "31 s", "4 min 5 s", "2 h 31 min", "3 d 4 h". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 ? `${minutes} min ${whole % 60} s` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${Math.floor(hours / 24)} d`;
}
