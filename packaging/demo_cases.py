"""Waits until a running osler has scored its worklist, then names films worth a look: what the model
says beside what is true of each, which only a made-up hospital knows.

demo_cases.py ADDRESS LABELS.csv   with a bearer token on standard input
"""
import csv
import json
import sys
import time
import urllib.request

WAIT_S = 120


def worklist(address, token):
    request = urllib.request.Request(
        address + "/api/worklist?view=all&limit=500", headers={"Authorization": "Bearer " + token}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def scored(address, token):
    end = time.monotonic() + WAIT_S
    while True:
        page = worklist(address, token)
        if page["counts"]["ai"]["queued"] == 0 or time.monotonic() > end:
            return page["rows"]
        time.sleep(0.5)


def cases(rows, truth):
    """The first row of each kind, with its words."""
    kinds = {
        "a clear finding": lambda state, there: state == "above" and there,
        "a miss": lambda state, there: state == "below" and there,
        "a false alarm": lambda state, there: state == "above" and not there,
        "undecided": lambda state, there: state == "undecided",
        "out of scope": lambda state, there: state == "no_result",
    }
    for words, fits in kinds.items():
        for row in rows:
            if not row["findings"]:
                continue
            finding = row["findings"][0]
            if fits(finding["state"], truth.get(row["study"], False)):
                yield words, row, finding
                break


def main():
    address, labels = sys.argv[1:3]
    token = sys.stdin.readline().strip()
    with open(labels, newline="", encoding="utf-8") as table:
        truth = {row["study"]: row["opacity_truth"] == "1" for row in csv.DictReader(table)}
    for words, row, finding in cases(scored(address, token), truth):
        there = "there is one" if truth.get(row["study"]) else "there is none"
        because = ": " + finding["reason"] if finding["state"] == "no_result" else "; " + there
        print(f"         {words:16} accession {row['accession']}{because}")


if __name__ == "__main__":
    main()
