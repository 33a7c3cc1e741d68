"""Makes many distinct films of a few: the same pixels but for four bytes, other UIDs, other patients.

    many_films.py FOLDER OUT COUNT [--side N]      as they are, or enlarged or cut to N x N pixels
    many_films.py FOLDER OUT COUNT --bytes TOTAL   stops before more than TOTAL bytes lie in OUT

FOLDER holds uncompressed films. Their bytes are edited in place, so that it is quick.
"""
import argparse
import io
import os
import pathlib
import struct

import numpy
import pydicom

PER_FOLDER = 1000
DIGITS = 8  # at the end of each UID and of the patient's number: the number of the copy
UIDS = ["SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"]


class Template:
    """The bytes of one film, and where in them the copies differ."""

    def __init__(self, path, side):
        data_set = pydicom.dcmread(path)
        if side:
            pixels = numpy.resize(data_set.pixel_array, (side, side))
            data_set.PixelData = pixels.tobytes()
            data_set.Rows = data_set.Columns = side
        for name in UIDS:  # of one length, so that digits can be replaced in place
            value = str(data_set[name].value)[:40]
            setattr(data_set, name, value + "0" * DIGITS)
        data_set.PatientID = "MANY" + "0" * DIGITS
        data_set.file_meta.MediaStorageSOPInstanceUID = data_set.SOPInstanceUID
        out = io.BytesIO()
        pydicom.dcmwrite(out, data_set, write_like_original=False)
        self.bytes = bytearray(out.getvalue())
        self.places = []
        for value in {str(data_set[name].value) for name in [*UIDS, "PatientID"]}:
            self.places += self.ends_of(value.encode())
        self.pixels = len(self.bytes) - len(data_set.PixelData)

    def ends_of(self, value):
        start = self.bytes.find(value)
        while start >= 0:
            yield start + len(value) - DIGITS
            start = self.bytes.find(value, start + 1)

    def copy(self, number):
        digits = str(number).zfill(DIGITS).encode()
        for place in self.places:
            self.bytes[place:place + DIGITS] = digits
        # Two pixels, each within 12 bits.
        self.bytes[self.pixels:self.pixels + 4] = struct.pack("<HH", number % 4096, number // 4096)
        return self.bytes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--side", type=int)
    parser.add_argument("--bytes", type=float, default=float("inf"))
    arguments = parser.parse_args()
    paths = sorted(arguments.folder.iterdir())[:100]
    templates = [Template(path, arguments.side) for path in paths[:arguments.count]]
    written = count = 0
    while count < arguments.count:
        content = templates[count % len(templates)].copy(count)
        if written + len(content) > arguments.bytes:
            break
        folder = arguments.out / f"{count // PER_FOLDER:03d}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{count:06d}.dcm").write_bytes(content)
        written += len(content)
        count += 1
    os.sync()
    print(f"{count} films, {written / 1e9:.2f} GB")


if __name__ == "__main__":
    main()
