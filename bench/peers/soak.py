"""Asks osler serve for mixed work at a share of what it can do, and says whether it grows.

    soak.py PORT TOKEN MODEL SIDE UPLOADS FILMS [--minutes 10] [--share 0.7]

First as fast as it goes, for 20 s, to learn the rate; then at the share of it. Every 5 s the memory and
descriptors that /metrics tells are kept. The last line is JSON: the growth is that of a straight line
through the last two thirds of the samples.
"""
import argparse
import http.client
import json
import pathlib
import random
import re
import threading
import time

import numpy

THREADS = 6
LEARN_SECONDS = 20.0
BETWEEN_SAMPLES = 5.0
BETWEEN_UPLOADS = 2.0


class Client:
    """One connection; opened again where the server closed it."""

    def __init__(self, arguments):
        self.port = arguments.port
        self.token = arguments.token.read_text().strip()
        self.connection = None

    def ask(self, method, path, body=None, kind="application/json"):
        for attempt in range(2):
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
                self.connection.request(method, path, body, headers)
                reply = self.connection.getresponse()
                return reply.status, reply.read()
            except (http.client.HTTPException, ConnectionError):
                self.connection = None
                if attempt:
                    raise

    def get(self, path):
        status, body = self.ask("GET", path)
        if status != 200:
            raise SystemExit(f"{status} {body[:200]}")
        return body


class Mix:
    """What readers and machines do: of 20 requests 12 are inference."""

    def __init__(self, arguments):
        pixels = numpy.random.default_rng(1).normal(size=arguments.side ** 2)
        self.question = json.dumps({"inputs": [{"name": "image", "datatype": "FP32",
                                                "shape": [1, 1, arguments.side, arguments.side],
                                                "data": [round(float(x), 4) for x in pixels]}]})
        self.infer_path = f"/v2/models/{arguments.model}/infer"
        self.failures = 0
        self.done = 0
        self.lock = threading.Lock()

    def step(self, client, number, chance):
        place = number % 20
        if place < 12:
            status, _ = client.ask("POST", self.infer_path, self.question)
        elif place < 16:
            status, _ = client.ask("GET", f"/api/worklist?view=all&limit=50&offset={chance.randrange(50)}")
        else:
            status = self.read(client, place, chance)
        with self.lock:
            self.done += 1
            self.failures += status not in (200, 204, 304)

    def read(self, client, place, chance):
        rows = json.loads(client.get("/api/worklist?view=all&ai=done&limit=50"))["rows"]
        if not rows:
            return 200
        uid = chance.choice(rows)["study"]
        status, body = client.ask("GET", f"/api/studies/{uid}")
        study = json.loads(body)
        if place == 17 and study["images"]:
            status, _ = client.ask("GET", study["images"][0]["pixels"])
        elif place == 18 and study["images"]:
            status, _ = client.ask("GET", study["images"][0]["pixels"].replace("/pixels", "/thumbnail"))
        elif place == 19:
            for finding in study["findings"]:
                if finding["state"] in ("above", "below", "undecided"):
                    answer = {"decision": chance.choice(finding["answers"]), "note": str(chance.random())}
                    path = f"/api/studies/{uid}/findings/{finding['id']}/decision"
                    status, _ = client.ask("POST", path, json.dumps(answer))
        return status


def work(mix, arguments, seed, rate, until):
    """rate: requests a second of this thread; 0: as many as are answered."""
    client, chance = Client(arguments), random.Random(seed)
    number = seed
    due = time.monotonic()
    while time.monotonic() < until:
        mix.step(client, number, chance)
        number += 1
        if rate:
            due += 1 / rate
            time.sleep(max(0.0, due - time.monotonic()))


def upload(arguments, paths, until):
    client = Client(arguments)
    for path in paths:
        if time.monotonic() >= until:
            return
        form = b"--XX\r\nContent-Disposition: form-data; name=\"films\"; filename=\"a.dcm\"\r\n\r\n" + \
            path.read_bytes() + b"\r\n--XX--\r\n"
        client.ask("POST", "/api/studies", form, "multipart/form-data; boundary=XX")
        time.sleep(BETWEEN_UPLOADS)


def in_threads(mix, arguments, rate, seconds):
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=work, args=(mix, arguments, seed, rate / THREADS, until))
               for seed in range(THREADS)]
    for thread in threads:
        thread.start()
    return until, threads


def sample(client):
    text = client.get("/metrics").decode()
    return [float(re.search(rf"^{name} (\S+)", text, re.MULTILINE)[1])
            for name in ("process_resident_memory_bytes", "process_open_fds")]


def watch(client, until):
    """Rows of seconds, MiB and descriptors."""
    begun, rows = time.monotonic(), []
    while time.monotonic() < until:
        memory, files = sample(client)
        rows.append((time.monotonic() - begun, memory / 2**20, files))
        if len(rows) % 12 == 1:
            print(f"{rows[-1][0]:6.0f} s  {rows[-1][1]:8.1f} MiB  {files:.0f} descriptors", flush=True)
        time.sleep(BETWEEN_SAMPLES)
    return numpy.array(rows)


def verdict(rows):
    last = rows[len(rows) // 3:]
    span = last[-1, 0] - last[0, 0]
    growth, growth_files = (float(numpy.polyfit(last[:, 0], last[:, i], 1)[0] * span) for i in (1, 2))
    memory = float(last[:, 1].mean())
    allowed = max(4.0, 0.02 * memory)
    return {"memory_mib": round(memory, 1), "growth_mib": round(growth, 2), "allowed_mib": round(allowed, 1),
            "memory_ratio": round(allowed / max(growth, allowed / 99), 2), "files": round(float(last[:, 2].mean()), 1),
            "growth_files": round(growth_files, 2), "files_ratio": round(1 / max(growth_files, 1 / 99), 2),
            "slope_mib_per_hour": round(growth / span * 3600, 2),
            "flat": growth <= allowed and growth_files <= 1}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("token", type=pathlib.Path)
    parser.add_argument("model")
    parser.add_argument("side", type=int)
    parser.add_argument("uploads", type=pathlib.Path)
    parser.add_argument("films", type=pathlib.Path)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--share", type=float, default=0.7)
    arguments = parser.parse_args()
    mix, client = Mix(arguments), Client(arguments)
    upload(arguments, sorted(arguments.films.iterdir())[:10], time.monotonic() + 60)
    _, threads = in_threads(mix, arguments, 0, LEARN_SECONDS)
    for thread in threads:
        thread.join()
    rate = arguments.share * mix.done / LEARN_SECONDS
    print(f"{mix.done / LEARN_SECONDS:.0f} requests/s at most; {rate:.0f} requests/s from here on", flush=True)
    mix.done = 0
    seconds = 60 * arguments.minutes
    until, threads = in_threads(mix, arguments, rate, seconds)
    paths = sorted(arguments.uploads.rglob("*.dcm"))
    threads.append(threading.Thread(target=upload, args=(arguments, paths, until)))
    threads[-1].start()
    rows = watch(client, until)
    for thread in threads:
        thread.join()
    print(json.dumps({**verdict(rows), "requests_per_second": round(mix.done / seconds, 1),
                      "failures": mix.failures}))
    if mix.failures:
        raise SystemExit("some requests failed")


if __name__ == "__main__":
    main()
