// The pages stay small: what the first page needs at most 60 kB gzip, any page with it 120 kB.
//   node tools/budget.mjs DIST
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const kShell = 60_000;
const kPage = 120_000;
const dist = process.argv[2] ?? "dist";
const manifest = JSON.parse(readFileSync(join(dist, "manifest.json"), "utf8"));

const sizes = new Map();
function gzipped(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(join(dist, file))).length);
  return sizes.get(file);
}

/** The files that an entry brings by itself: its code, its styles, its static imports. */
function files(key, all = new Set(), seen = new Set()) {
  if (seen.has(key)) return all;
  seen.add(key);
  const entry = manifest[key];
  all.add(entry.file);
  for (const sheet of entry.css ?? []) all.add(sheet);
  for (const other of entry.imports ?? []) files(other, all, seen);
  return all;
}

const total = (set) => [...set].reduce((sum, file) => sum + gzipped(file), 0);
const shellKey = Object.keys(manifest).find((key) => manifest[key].isEntry);
const shell = files(shellKey);
let failed = false;
function judge(name, size, limit) {
  const over = size > limit;
  failed ||= over;
  console.log(`${name.padEnd(28)} ${(size / 1000).toFixed(1).padStart(6)} of ${limit / 1000} kB gzip${over ? "  TOO LARGE" : ""}`);
}

judge("shell", total(shell) + gzipped("index.html"), kShell);
for (const [key, entry] of Object.entries(manifest)) {
  if (entry.isDynamicEntry) judge(key.replace(/^src\//, ""), total(new Set([...shell, ...files(key)])), kPage);
}
process.exit(failed ? 1 : 0);
