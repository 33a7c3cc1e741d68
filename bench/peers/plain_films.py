"""Links the films of a phantom cohort that pydicom can read without further codecs into a folder.

    plain_films.py COHORT OUT

Left out: films in JPEG Lossless and JPEG 2000, and those that are wrong on purpose. Prints how many
there are.
"""
import csv
import os
import pathlib
import sys

import pydicom

UNCOMPRESSED = {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1"}


def wrong_on_purpose(cohort):
    with open(cohort / "defects.csv", newline="", encoding="utf-8") as file:
        return {row["file"] for row in csv.DictReader(file) if row["defect"] != "wrong_label"}


def main():
    cohort, out = (pathlib.Path(word) for word in sys.argv[1:3])
    wrong = wrong_on_purpose(cohort)
    out.mkdir(parents=True)
    count = 0
    for path in sorted(cohort.glob("site-*/*.dcm")):
        name = path.relative_to(cohort).as_posix()
        if name in wrong:
            continue
        meta = pydicom.dcmread(path, stop_before_pixels=True).file_meta
        if meta.TransferSyntaxUID in UNCOMPRESSED:
            os.link(path, out / name.replace("/", "-"))
            count += 1
    print(count)


if __name__ == "__main__":
    main()
