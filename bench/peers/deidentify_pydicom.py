"""Makes research copies with pydicom: the edits that osler makes, for a comparison of speed.

    bench/peers/deidentify_pydicom.py FOLDER [--threads N] [--repeat N] [--out FOLDER] [--fsync]

Actions: PS3.15 Table E.1-1 as osler holds it. Profile: Basic with shifted dates, patient characteristics
and device identity. Memory to memory unless --out is given, durable with --fsync (each file, then the
folder); prints one line of JSON.
"""
import argparse
import concurrent.futures
import datetime
import hashlib
import hmac
import io
import json
import os
import pathlib
import re
import time

import pydicom
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

KEY = bytes([7]) * 32
TABLE = pathlib.Path(__file__).parents[2] / "src/dicom/deidentify/internal/confidentiality.inc"
ROW = re.compile(r"\{0x(\w{8}), k(\w), k\w, (.*?)\}")
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


def load_table():
    table = {}
    for tag, action, options in ROW.findall(TABLE.read_text()):
        if "kDates" in options:
            action = "C"
        elif "kDevice" in options or "kPatient" in options:
            action = "K"
        table[int(tag, 16)] = action
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


def write_durably(path, content):
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder):
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def work(job):
    paths, table, arguments = job
    for _ in range(arguments.repeat):
        for path in paths:
            copy = copy_of(path.read_bytes(), table)
            if arguments.out and arguments.fsync:
                write_durably(arguments.out / path.name, copy)
            elif arguments.out:
                (arguments.out / path.name).write_bytes(copy)
    if arguments.out and arguments.fsync:
        sync_folder(arguments.out)
    return len(paths) * arguments.repeat


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--fsync", action="store_true")
    arguments = parser.parse_args()
    table = load_table()
    paths = sorted(path for path in arguments.folder.rglob("*") if path.is_file())
    jobs = [(paths[i::arguments.threads], table, arguments) for i in range(arguments.threads)]
    start = time.perf_counter()
    if arguments.threads == 1:
        done = work(jobs[0])
    else:  # processes: Python threads would wait for each other
        with concurrent.futures.ProcessPoolExecutor(arguments.threads) as pool:
            done = sum(pool.map(work, jobs))
    seconds = time.perf_counter() - start
    print(json.dumps({"files": done, "seconds": round(seconds, 3), "files_per_second": round(done / seconds, 1)}))


if __name__ == "__main__":
    main()
