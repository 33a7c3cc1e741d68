// A film that nobody was exposed for: a chest drawn with ellipses, 12 bits in 16, and small PNGs.
import { deflateSync } from "node:zlib";

const inEllipse = (x, y, cx, cy, rx, ry) => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2;

/** Brightness 0 to 1 at a place of 0 to 1: bright spine, belly and shoulders, dark lungs and air. */
function brightness(x, y) {
  const body = inEllipse(x, y, 0.5, 0.75, 0.47, 0.72);
  if (body > 1) return 0.02;
  let v = 0.62 + 0.1 * (1 - body);
  for (const cx of [0.31, 0.69]) {
    const lung = inEllipse(x, y, cx, 0.48, 0.17, 0.31);
    if (lung < 1) v -= 0.42 * Math.min(1, (1 - lung) * 2.2);
  }
  const spine = Math.abs(x - 0.5);
  if (spine < 0.05) v += 0.12 * (1 - spine / 0.05);
  const heart = inEllipse(x, y, 0.56, 0.62, 0.15, 0.14);
  if (heart < 1) v += 0.28 * Math.min(1, (1 - heart) * 2);
  const opacity = inEllipse(x, y, 0.33, 0.62, 0.11, 0.09);
  if (opacity < 1) v += 0.2 * (1 - opacity);
  const rib = Math.sin((y * 24 + Math.abs(x - 0.5) * 10) * Math.PI);
  if (rib > 0.6) v += 0.05;
  if (y > 0.82) v += Math.min(0.22, (y - 0.82) * 1.6);
  return Math.min(1, Math.max(0, v));
}

const cache = new Map();

/** Little-endian uint16, row by row. `inverted` for MONOCHROME1. */
export function pixels(rows, columns, inverted) {
  const key = `${rows} ${columns} ${inverted}`;
  if (cache.has(key)) return cache.get(key);
  const film = Buffer.alloc(rows * columns * 2);
  let seed = 7;
  for (let y = 0; y < rows; y += 1) {
    for (let x = 0; x < columns; x += 1) {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      const noise = (seed / 0x7fffffff - 0.5) * 0.02;
      const v = Math.round(Math.min(1, Math.max(0, brightness(x / columns, y / rows) + noise)) * 4095);
      film.writeUInt16LE(inverted ? 4095 - v : v, (y * columns + x) * 2);
    }
  }
  cache.set(key, film);
  return film;
}

const kTable = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "ascii"), data]);
  let crc = 0xffffffff;
  for (const byte of body) crc = kTable[(crc ^ byte) & 255] ^ (crc >>> 8);
  const all = Buffer.alloc(body.length + 8);
  all.writeUInt32BE(data.length, 0);
  body.copy(all, 4);
  all.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 4);
  return all;
}

/** A grey PNG of the same chest. */
export function thumbnail(width, height) {
  const raw = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) raw[y * (width + 1) + 1 + x] = brightness(x / width, y / height) * 255;
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", head), chunk("IDAT", deflateSync(raw)), chunk("IEND", Buffer.alloc(0))]);
}
