"""Makes research copies with pydicom: the edits that osler makes, for a comparison of speed.

    bench/peers/deidentify_pydicom.py TABLE.json FOLDER [--threads N] [--repeat N] [--out FOLDER]

TABLE.json is PS3.15 Table E.1-1 (confidentiality_profile_attributes.json). Profile: Basic with shifted
dates, patient characteristics and device identity. Memory to memory unless --out is given; prints one
line of JSON.
"""
import argparse
import concurrent.futures
import datetime
import hashlib
import hmac
import io
import json
import pathlib
import time

import pydicom
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

KEY = bytes([7]) * 32
KEPT_BY = {"rtnDevIdOpt": "K", "rtnPatCharsOpt": "K"}
DUMMY = {"DA": "19000101", "DT": "19000101000000", "TM": "000000", "PN": "Anonymous", "DS": "0",
         "IS": "0", "AS": "000Y", "UR": "urn:removed", "OB": b"\0\0", "OW": b"\0\0"}
KINDS = {0x00080016, 0x0008001A, 0x0008001B, 0x00081150, 0x0008115A, 0x0008010C, 0x00080117}
RECURSE = {0x0040A730, 0x00700001, 0x0040A073, 0x00081140, 0x00082112}
METHODS = ["113100", "113107", "113108", "113109"]


def draw(purpose, text):
    return hmac.new(KEY, f"{purpose}\0{text}".encode(), hashlib.sha256).digest()


def uid(old):
    if not old or old.startswith("1.2.840.10008."):
        return old
    return "2.25." + str(int.from_bytes(draw("uid", old)[:16], "big"))


def shifted(value, days):
    try:
        day = datetime.date(int(value[:4]), int(value[4:6]), int(value[6:8]))
    except ValueError:
        return ""
    return (day + datetime.timedelta(days)).strftime("%Y%m%d") + value[8:]


def load_table(path):
    table = {}
    for row in json.loads(path.read_text()):
        if all(c in "0123456789abcdef" for c in row["id"]):
            dated = "rtnLongModifDatesOpt" in row
            kept = any(row.get(option) == action for option, action in KEPT_BY.items())
            strongest = max((part[0] for part in row["basicProfile"].split("/")), key="XZDU".index)
            table[int(row["id"], 16)] = "C" if dated else "K" if kept else strongest
    return table


def scrub(data_set, table, days):
    for element in list(data_set):
        tag = int(element.tag)
        group = tag >> 16
        if group % 2 or group & 0xFF00 in (0x5000, 0x6000) or tag & 0xFFFF == 0:
            del data_set[element.tag]
            continue
        action = "K" if tag in RECURSE else table.get(tag)
        if element.VR == "SQ" and action not in ("X", "Z"):
            for item in element.value:
                scrub(item, table, days)
        elif action == "X":
            del data_set[element.tag]
        elif action == "Z":
            element.value = [] if element.VR == "SQ" else ""
        elif action == "D" and element.VR != "UI":
            element.value = DUMMY.get(element.VR, "REMOVED")
        elif action == "C" and element.VR in ("DA", "DT"):
            element.value = shifted(str(element.value), days)
        elif element.VR == "UI" and tag not in KINDS and action in ("U", "D", None):
            values = element.value
            element.value = [uid(v) for v in values] if element.VM > 1 else uid(str(values))


def stamp(data_set, patient):
    data_set.PatientName = patient
    data_set.PatientID = patient
    age = data_set.get("PatientAge") or ""
    if age[:3].isdigit() and age.endswith("Y") and int(age[:3]) > 89:
        data_set.PatientAge = "090Y"
    data_set.PatientIdentityRemoved = "YES"
    data_set.DeidentificationMethod = "DICOM PS3.15 Annex E"
    items = []
    for code in METHODS:
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code, "DCM", code
        items.append(item)
    data_set.DeidentificationMethodCodeSequence = Sequence(items)
    data_set.add(DataElement(0x00280303, "CS", "MODIFIED"))


def copy_of(original, table):
    data_set = pydicom.dcmread(io.BytesIO(original), force=True)
    patient = "P" + draw("patient", str(data_set.get("PatientID", ""))).hex()[:16]
    days = -1 - int.from_bytes(draw("shift", patient)[:4], "big") % 3650
    scrub(data_set, table, days)
    stamp(data_set, patient)
    data_set.file_meta.MediaStorageSOPInstanceUID = data_set.SOPInstanceUID
    for name in ("SourceApplicationEntityTitle", "PrivateInformationCreatorUID", "PrivateInformation"):
        if name in data_set.file_meta:
            del data_set.file_meta[name]
    data_set.preamble = bytes(128)
    out = io.BytesIO()
    pydicom.dcmwrite(out, data_set, write_like_original=False)
    return out.getvalue()


def work(job):
    paths, table, repeat, out = job
    done = 0
    for _ in range(repeat):
        for path in paths:
            copy = copy_of(path.read_bytes(), table)
            if out:
                (out / path.name).write_bytes(copy)
            done += 1
    return done


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("table", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()
    table = load_table(args.table)
    paths = sorted(path for path in args.folder.rglob("*") if path.is_file())
    jobs = [(paths[i::args.threads], table, args.repeat, args.out) for i in range(args.threads)]
    start = time.perf_counter()
    if args.threads == 1:
        done = work(jobs[0])
    else:  # processes: Python threads would wait for each other
        with concurrent.futures.ProcessPoolExecutor(args.threads) as pool:
            done = sum(pool.map(work, jobs))
    seconds = time.perf_counter() - start
    print(json.dumps({"files": done, "seconds": round(seconds, 3), "files_per_second": round(done / seconds, 1)}))


if __name__ == "__main__":
    main()
