// Serves the built pages and a made-up osler behind them, to work on the pages and to test them
// without the C++ server:  node test/mock/server.mjs [--port 8090] [--rows 19] [--dist dist]
// Any name with the password "correct horse" signs in; "a.judge" settles labels, "s.steward"
// manages them, "g.overseer" may see models and runs, "nobody" nothing.
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { imageOf, kPrior, studyOf, worklist } from "./data.mjs";
import { pixels, thumbnail } from "./film.mjs";
import { makeLabelling } from "./labelling.mjs";
import { makeOversight } from "./oversight.mjs";
import { Refusal } from "./refusal.mjs";
import { makeRuns } from "./runs.mjs";

export const kCsp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; " +
  "connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const kTypes = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json" };
const kAll = ["study.read", "study.answer", "study.upload", "label.answer", "model.read", "run.read", "fhir.read"];
const kUsers = {
  "r.reader": { name: "r.reader", role: "reader", permissions: kAll },
  "g.overseer": { name: "g.overseer", role: "governance", permissions: ["model.read", "model.pause", "run.read"] },
  "c.lead": { name: "c.lead", role: "governance", permissions: ["model.read", "model.pause", "run.read"] },
  "e.engineer": { name: "e.engineer", role: "engineer", permissions: ["model.read", "run.read", "infer", "fhir.read"] },
  "a.judge": { name: "a.judge", role: "reader", permissions: kAll },
  "s.steward": { name: "s.steward", role: "steward", permissions: ["study.upload", "label.manage"] },
  nobody: { name: "nobody", role: "engineer", permissions: [] },
};

async function bodyOf(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > 300e6) throw new Refusal(413, "TooLarge", "The request is larger than 300 MB.");
    parts.push(part);
  }
  return Buffer.concat(parts);
}

export function makeMock({ rows: rowCount = 19, dist = "dist", start = Date.now() } = {}) {
  const rows = worklist(rowCount, start);
  const studies = new Map();
  const sessions = new Map();
  const labelling = makeLabelling();
  const oversight = makeOversight(start);
  const runs = makeRuns();
  const log = { requests: [], unchanged: 0, shown: [], decisions: [], problems: [], uploads: [], labels: labelling.log, pauses: oversight.log };
  const control = { hasUsers: true, down: false, delayMs: 0, tries: 0 };

  const study = (uid) => {
    if (uid === kPrior && !studies.has(uid)) {
      const row = { ...rows[1], study: kPrior, title: "Chest PA", acquired: "2026-08-02T10:15:00", ai: "none", findings: [] };
      studies.set(uid, { ...studyOf(row, rows), images: [imageOf(kPrior, 1, { view: "PA" })], findings: [], priors: [] });
    }
    if (!studies.has(uid)) {
      const row = rows.find((one) => one.study === uid);
      if (!row) throw new Refusal(404, "NotFound", "There is no such study here.", "It may not have arrived yet: look on the worklist.");
      studies.set(uid, studyOf(row, rows));
    }
    return studies.get(uid);
  };

  const sessionOf = (request) => sessions.get(/osler_session=([0-9a-f]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "");
  const describe = (held) => ({
    user: held ? { name: held.user.name, role: held.user.role } : null, permissions: held?.user.permissions ?? [], csrf: held?.csrf ?? "open",
    site: { name: "Northfield General", test_system: true, marks_policy: "on_request" }, has_users: control.hasUsers,
    expires: new Date(Date.now() + 8 * 3600e3).toISOString(), idle_minutes: 15, version: "0.4.0",
    notices: held ? [{ state: "paused", subject: "chest-pneumothorax@3", text: "chest-pneumothorax has been off since 18 Nov, 14:20.", since: "2026-11-18T14:20:00Z", do: "No study below has a pneumothorax result: read for it as usual.", href: "/oversight/chest-pneumothorax/3" }] : [],
  });

  function listed(query) {
    const view = query.get("view") ?? "open";
    const inView = (row, which) => which === "all" || (which === "acknowledged") === Boolean(row.acknowledged);
    const find = (query.get("find") ?? "").toLowerCase();
    const found = rows.filter((row) => !find || `${row.patient.name} ${row.patient.id} ${row.accession} ${row.place}`.toLowerCase().includes(find));
    const urgency = query.get("urgency")?.split(",");
    const ai = query.get("ai")?.split(",");
    const here = found.filter((row) => inView(row, view));
    const tally = (key, list) => list.reduce((sum, row) => ({ ...sum, [row[key]]: (sum[row[key]] ?? 0) + 1 }), {});
    const matching = here.filter((row) => (!urgency || urgency.includes(row.urgency)) && (!ai || ai.includes(row.ai)));
    const order = { over: 0, soon: 1, later: 2, acknowledged: 3 };
    const sorted = matching.map((row) => (row.acknowledged ? { ...row, group: "acknowledged" } : row)).sort((a, b) => order[a.group] - order[b.group]);
    const offset = Number(query.get("offset") ?? 0);
    const limit = Math.min(500, Number(query.get("limit") ?? 100));
    return {
      time: new Date(start).toISOString(), total: sorted.length, offset, rows: sorted.slice(offset, offset + limit),
      counts: {
        view: { open: found.filter((r) => inView(r, "open")).length, acknowledged: found.filter((r) => inView(r, "acknowledged")).length, all: found.length },
        urgency: { critical: 0, urgent: 0, routine: 0, ...tally("urgency", here) }, ai: { done: 0, queued: 0, failed: 0, out_of_scope: 0, paused: 0, ...tally("ai", here) },
        group: tally("group", sorted),
      },
    };
  }

  function receiptOf(body) {
    const names = [...body.toString("latin1").matchAll(/filename="([^"]*)"/g)].map((m) => Buffer.from(m[1], "latin1").toString("utf8"));
    const items = names.map((path) => (path.endsWith(".txt")
      ? { path, outcome: "rejected", reason: "Not DICOM: the preamble is missing.", study: "" }
      : { path, outcome: "stored", reason: "", study: rows[0].study }));
    log.uploads.push(names);
    const stored = items.filter((item) => item.outcome === "stored").length;
    return { id: "r1", time: new Date().toISOString(), received: items.length, stored, duplicate: 0, quarantined: 0, rejected: items.length - stored, items };
  }

  function decide(held, at, findingId, body) {
    const finding = at.findings.find((one) => one.id === findingId);
    if (!finding) throw new Refusal(404, "NotFound", "There is no such finding.");
    if (body.decision !== "withdrawn" && !finding.answers.includes(body.decision)) throw new Refusal(400, "BadRequest", "This finding takes no such answer.");
    log.decisions.push({ finding: findingId, ...body });
    const count = (finding.decision?.count ?? finding.was ?? 0) + 1;
    finding.was = count;
    finding.decision = body.decision === "withdrawn" ? null
      : { decision: body.decision, reason: body.reason, note: body.note, by: held.user.name, at: new Date().toISOString(), override: body.decision === "disagree", count };
    return { finding, status: at.status };
  }

  function studyRequest(held, request, parts, body) {
    const at = study(parts[0]);
    const now = new Date().toISOString();
    const [, what, id, more] = parts;
    if (what === undefined) return at;
    if (what === "images") return { film: at.images.find((image) => image.sop === id), more };
    if (what === "findings" && more === "decision") return decide(held, at, id, body);
    if (what === "findings" && more === "decisions") return { decisions: log.decisions.filter((d) => d.finding === id).map((d) => ({ ...d, by: held.user.name, at: now, model_digest: "9f2c41ab", tier: "high", threshold: 0.14 })) };
    if (what === "first-read") {
      Object.assign(at, { first_read: { by: held.user.name, at: now, text: body.text }, marks_allowed: true });
      return { first_read: at.first_read };
    }
    if (what === "shown") return void log.shown.push(body);
    if (what === "problem") return void log.problems.push(body);
    if (what === "acknowledge") {
      at.acknowledged = { by: held.user.name, at: now };
      at.status = "final";
      const row = rows.find((one) => one.study === at.study);
      if (row) row.acknowledged = at.acknowledged;
      const next = rows.find((one) => !one.acknowledged);
      return { acknowledged: at.acknowledged, status: at.status, next: next?.study ?? null };
    }
    throw new Refusal(404, "NotFound", "No such address.");
  }

  function signIn(body, response) {
    if (control.tries >= 5) throw new Refusal(429, "TooManyRequests", "Too many tries.", "", { "Retry-After": "900" });
    const user = kUsers[body.name];
    if (!user || body.password !== "correct horse") {
      control.tries += 1;
      throw new Refusal(401, "Unauthenticated", "User name and password do not match.");
    }
    control.tries = 0;
    const id = randomBytes(16).toString("hex");
    sessions.set(id, { user, csrf: randomBytes(8).toString("hex") });
    response.setHeader("Set-Cookie", `osler_session=${id}; HttpOnly; SameSite=Strict; Path=/`);
    return describe(sessions.get(id));
  }

  async function api(request, response, url) {
    const parts = url.pathname.split("/").filter(Boolean).slice(1).map(decodeURIComponent);
    const held = sessionOf(request);
    const raw = request.method === "GET" ? Buffer.alloc(0) : await bodyOf(request);
    const json = () => (raw.length ? JSON.parse(raw.toString("utf8")) : {});
    if (parts[0] === "session") return describe(held);
    if (request.method !== "GET" && request.headers["x-csrf-token"] !== (held?.csrf ?? "open")) throw new Refusal(403, "PermissionDenied", "The CSRF token is missing or old.");
    if (parts[0] === "login") return signIn(json(), response);
    if (!held) throw new Refusal(401, "Unauthenticated", "Sign in first.");
    if (parts[0] === "logout") return void [...sessions].forEach(([id, one]) => one === held && sessions.delete(id));
    if (parts[0] === "account") {
      if (json().old !== "correct horse") throw new Refusal(403, "PermissionDenied", "The password is not right.");
      return undefined;
    }
    if (parts[0] === "worklist") return listed(url.searchParams);
    if (parts[0] === "studies" && parts.length === 1) return { receipt: receiptOf(raw) };
    if (parts[0] === "studies") return studyRequest(held, request, parts.slice(1), raw.length ? json() : {});
    if (parts[0] === "labelling") return labelling.answer(held.user, request.method, parts.slice(1), raw.length ? json() : {});
    if (parts[0] === "models") return oversight.answer(held.user, request.method, parts.slice(1), raw.length ? json() : {});
    if (parts[0] === "runs" || parts[0] === "compare") return runs.answer(held.user, parts, url.searchParams);
    if (parts[0] === "similar") return { picture: thumbnail(136, 136) };
    throw new Refusal(404, "NotFound", "No such address.");
  }

  function sendFilm(request, response, { film, more }) {
    if (!film) throw new Refusal(404, "NotFound", "There is no such image.");
    if (more === "thumbnail") return response.setHeader("Content-Type", "image/png").end(thumbnail(192, Math.round(192 * film.rows / film.columns)));
    const data = pixels(film.rows, film.columns, film.photometric === "MONOCHROME1");
    response.setHeader("Content-Type", "application/octet-stream").setHeader("X-Osler-Offset", "0")
      .setHeader("X-Osler-Rows", film.rows).setHeader("X-Osler-Columns", film.columns);
    return response.end(data);
  }

  function sendJson(request, response, value) {
    if (value === undefined) return response.writeHead(204).end();
    if (value.film !== undefined || value.more) return sendFilm(request, response, value);
    if (value.picture) return response.setHeader("Content-Type", "image/png").end(value.picture);
    const text = JSON.stringify(value);
    const etag = `"${createHash("sha256").update(text).digest("hex").slice(0, 16)}"`;
    response.setHeader("Content-Type", "application/json").setHeader("ETag", etag).setHeader("Cache-Control", "no-store");
    if (request.headers["if-none-match"] === etag) {
      log.unchanged += 1;
      return response.writeHead(304).end();
    }
    return response.setHeader("Content-Encoding", "gzip").end(gzipSync(text));
  }

  async function sendFile(response, path) {
    const file = normalize(join(dist, path));
    const isAsset = file.startsWith(join(dist, "assets"));
    const data = await readFile(isAsset ? file : join(dist, "index.html"));
    response.setHeader("Content-Type", isAsset ? kTypes[extname(file)] ?? "application/octet-stream" : kTypes[".html"]);
    response.setHeader("Content-Security-Policy", kCsp).setHeader("X-Content-Type-Options", "nosniff");
    response.end(data);
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://localhost");
    if (control.down) return request.socket.destroy();
    log.requests.push(`${request.method} ${url.pathname}${url.search}`);
    try {
      if (!url.pathname.startsWith("/api/")) return await sendFile(response, url.pathname);
      if (control.delayMs) await new Promise((resolve) => setTimeout(resolve, control.delayMs));
      return sendJson(request, response, await api(request, response, url));
    } catch (cause) {
      if (cause instanceof Refusal) {
        for (const [name, value] of Object.entries(cause.headers)) response.setHeader(name, value);
        response.setHeader("X-Request-Id", "7f3a21c0").writeHead(cause.status, { "Content-Type": "application/json" });
        return response.end(JSON.stringify({ error: { code: cause.code, message: cause.message, hint: cause.hint } }));
      }
      if (cause.code === "ENOENT") return response.writeHead(404).end();
      return response.writeHead(500).end(String(cause.stack));
    }
  });
  return { server, rows, log, control, sessions };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = (name, otherwise) => {
    const at = process.argv.indexOf(`--${name}`);
    return at > 0 ? process.argv[at + 1] : otherwise;
  };
  const { server } = makeMock({ rows: Number(option("rows", "19")), dist: option("dist", "dist") });
  const port = Number(option("port", "8090"));
  server.listen(port, "127.0.0.1", () => console.log(`osler mock: http://127.0.0.1:${port}, sign in as r.reader, "correct horse"`));
}
