"""Writes the two tables of src/dicom/deidentify/internal from the standard's own, as JSON.

    tools/make_confidentiality_table.py ../shared/data/dicom/standard src/dicom/deidentify/internal

confidentiality.inc  PS3.15 Table E.1-1: what the Basic Profile does to an attribute, and which of
                     the options keep or clean it
dictionary.inc       PS3.6: the value representation of every attribute of an even group
"""
import json
import pathlib
import sys

# A compound action ("X/Z/D") is decided by the attribute's Type in the IOD: 1 needs a dummy, 2 may be
# empty, 3 may go. The strongest action of a row is valid wherever the attribute may be, so it is what
# is done, except where PS3.3 has one Type for the outermost data set of all image IODs (first letter)
# and the stronger one only inside macros (second letter).
BY_PLACE = {
    "00080012": "XD",  # SOP Common, 3
    "00080013": "XD",
    "00080080": "XD",  # General Equipment, 3; Identified Person macro, 1C
    "00080082": "XD",
    "00081010": "XD",  # General Equipment, 3
    "00081070": "ZD",  # General Series, 3; RT Series, 2
    "00081072": "XD",
    "00081110": "XZ",  # General Study, 3
    "00081111": "XD",  # General Series, 3; SR Document Series, 2, which the code knows
    "00180010": "ZD",  # Contrast/Bolus, 2
    "00181030": "XD",  # General Series, 3
    "00321060": "XZ",  # Request Attributes, 3
}
STRENGTH = "XZDU"

OPTIONS = {
    "rtnLongModifDatesOpt": "kDates",
    "rtnUIDsOpt": "kUids",
    "rtnDevIdOpt": "kDevice",
    "rtnPatCharsOpt": "kPatient",
    "rtnInstIdOpt": "kInstitution",
}

# Beyond the table: free text of reports, waveforms and presentation states, which the table reaches
# only by the dummy that it asks for the whole sequence around it (here that sequence is kept and its
# content treated), and a dictionary entry that the table needs.
EXTRA = {
    "0040a160": ("Text Value", "D"),
    "00700006": ("Unformatted Text Value", "D"),
}
# Sequences with action D whose items are treated one by one, so that codes, numbers, coordinates
# and references stay.
RECURSE = {"0040a730", "00700001", "0040a073"}


def strongest(basic):
    return max((part[0] for part in basic.split("/")), key=STRENGTH.index)


def rows(table):
    for row in table:
        if not all(c in "0123456789abcdef" for c in row["id"]):
            continue  # repeating and private groups are rules of their own
        top = nested = "R" if row["id"] in RECURSE else strongest(row["basicProfile"])
        if row["basicProfile"] == "X/Z/U*":
            top = nested = "R"
        if row["id"] in BY_PLACE:
            top, nested = BY_PLACE[row["id"]]
        options = [OPTIONS[key] for key in OPTIONS if row.get(key) == ("C" if "Modif" in key else "K")]
        yield row["id"], top, nested, options, row["name"].split("\n")[0].strip()
    for tag, (name, action) in EXTRA.items():
        yield tag, action, action, [], name


def main():
    source, target = map(pathlib.Path, sys.argv[1:3])
    table = json.loads((source / "confidentiality_profile_attributes.json").read_text())
    lines = ["// Written by tools/make_confidentiality_table.py from PS3.15 Table E.1-1: tag, what the Basic",
             "// Profile does in the outermost data set, in an item, and the options that keep it."]
    for tag, top, nested, options, name in sorted(rows(table)):
        lines.append(f"{{0x{tag.upper()}, k{top}, k{nested}, {' | '.join(options) or '0'}}},  // {name}")
    (target / "confidentiality.inc").write_text("\n".join(lines) + "\n")

    lines = ["// Written by tools/make_confidentiality_table.py from PS3.6: tag, value representation."]
    entries = []
    for attribute in json.loads((source / "attributes.json").read_text()):
        tag, choices = attribute["id"], attribute["valueRepresentation"].split(" or ")
        vr = "OW" if "OW" in choices else choices[0]
        if len(vr) == 2 and "x" not in tag.lower() and tag[:4] >= "0008":
            entries.append(f'{{0x{tag.upper()}, vr("{vr}")}},')
    entries.sort()
    lines += ["  ".join(entries[i:i + 4]) for i in range(0, len(entries), 4)]
    (target / "dictionary.inc").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
