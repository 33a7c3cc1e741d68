// A hospital for the tests of the pages: a home with films and models, its people, and osler serving it.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const kPassword = "correct-horse-battery";
const kPeople = { "r.reader": "physician", "s.second": "reader", "t.third": "reader", "l.steward": "steward",
  "g.overseer": "governance", "d.deputy": "governance", "e.engineer": "engineer" };

export class Hospital {
  constructor(bin) {
    this.bin = bin;
    this.folder = mkdtempSync(join(tmpdir(), "osler-e2e-"));
    this.home = join(this.folder, "home");
    this.hostile = join(this.folder, "hostile.dcm");
  }

  osler(...words) {
    return execFileSync(join(this.bin, "osler"), [...words, "--home", this.home, "--quiet"], { encoding: "utf8" });
  }

  /** Films on the worklist and films for data sets, models, a data set version; nobody who may log in yet. */
  async make() {
    mkdirSync(this.home, { recursive: true });
    execFileSync(join(this.bin, "osler-e2e-home"), [this.home, this.hostile], { stdio: ["ignore", "ignore", "inherit"] });
    for (const [name, seed] of [["films", 5], ["late", 6], ["cohort", 7]]) {
      execFileSync(join(this.bin, "osler"), ["phantom", join(this.folder, name), "--studies", "14", "--sites", "1", "--seed", String(seed), "--quiet"]);
    }
    this.osler("ingest", join(this.folder, "cohort"), "--history", "--deidentify");
    this.osler("ingest", join(this.folder, "films", "site-a"));
    await this.serve();
  }

  addPeople() {
    for (const [name, role] of Object.entries(kPeople)) {
      execFileSync(join(this.bin, "osler"), ["user", "add", name, "--role", role, "--password-stdin", "--home", this.home, "--quiet"], { input: kPassword });
    }
    this.token = this.osler("token", "r.reader").trim().split("\n")[0];
  }

  serve() {
    return new Promise((resolve, reject) => {
      this.server = spawn(join(this.bin, "osler"), ["serve", "--port", "0", "--home", this.home, "--no-access-log"], { stdio: ["ignore", "pipe", "inherit"] });
      this.server.on("exit", (code) => reject(new Error(`osler serve ended with ${code}`)));
      let said = "";
      this.server.stdout.on("data", (text) => {
        said += text;
        const ready = /^osler ready (\S+)/m.exec(said);
        if (ready) {
          this.origin = ready[1];
          resolve();
        }
      });
    });
  }

  async get(path) {
    const answer = await fetch(this.origin + path, { headers: { Authorization: `Bearer ${this.token}` } });
    return answer.json();
  }

  /** Waits until every film on the list was looked at. */
  async scored() {
    for (let i = 0; i < 600; ++i) {
      const list = await this.get("/api/worklist?view=all&limit=500");
      if (list.counts.ai.queued === 0 && list.counts.ai.done > 0) return list.rows;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error("the films were not scored within a minute");
  }

  lateFilms() {
    const folder = join(this.folder, "late", "site-a");
    return readdirSync(folder).filter((name) => name.endsWith(".dcm")).map((name) => join(folder, name));
  }

  close() {
    this.server?.removeAllListeners("exit");
    this.server?.kill("SIGTERM");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
