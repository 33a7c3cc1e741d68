"""check_fhir.py DEFINITIONS FOLDER: says what HL7's R4 definitions find wrong with each *.json in FOLDER.

Three looks at each resource: HL7's JSON schema; the StructureDefinitions (cardinality, required
bindings, targets of references, also in data types); and the invariants that what osler serves can
break. One line a fault; exits 1 if there is one. It shares no code with what wrote the resources.
"""
import datetime
import functools
import gzip
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

import jsonschema

XHTML = "{http://www.w3.org/1999/xhtml}"
INLINE = set("div p b i span table thead tbody tr th td ul ol li br h1 h2 h3 h4 h5 h6 em strong pre".split())
# The schema's list of FHIR versions ends before 4.0.1; the value set's, checked too, has it.
OUTDATED_IN_SCHEMA = [["fhirVersion"]]
DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T.*)?)?)?$")


def load(folder, name):
    with gzip.open(folder / (name + ".json.gz"), "rt", encoding="utf-8") as file:
        return json.load(file)


class Definitions:
    def __init__(self, folder):
        self.schema = load(folder, "fhir.schema")
        self.structures, self.valuesets, self.systems = {}, {}, {}
        for name in ("profiles-resources", "profiles-types"):
            for entry in load(folder, name)["entry"]:
                found = entry["resource"]
                if found["resourceType"] == "StructureDefinition":
                    self.structures[found["id"]] = {e["path"]: e for e in found["snapshot"]["element"]}
        for name in ("valuesets", "v3-codesystems", "v2-tables"):
            for entry in load(folder, name)["entry"]:
                found = entry["resource"]
                if found["resourceType"] == "ValueSet":
                    self.valuesets[found["url"]] = found
                elif found["resourceType"] == "CodeSystem":
                    self.systems[found["url"]] = set(codes_of(found.get("concept", [])))
        base = {"$ref": "#/definitions/ResourceList", "definitions": self.schema["definitions"]}
        self.resolver = jsonschema.RefResolver.from_schema(base)

    @functools.lru_cache(maxsize=None)
    def allowed(self, url):
        """The codes of a value set, or None where they cannot be listed."""
        found = self.valuesets.get(url.split("|")[0])
        codes = set()
        for part in (found or {}).get("compose", {}).get("include", []):
            if "filter" in part or "valueSet" in part:
                return None
            listed = [c["code"] for c in part.get("concept", [])] or self.systems.get(part.get("system"))
            if not listed:
                return None
            codes.update(listed)
        return frozenset(codes) or None

    def schema_faults(self, resource):
        reference = {"$ref": "#/definitions/" + resource["resourceType"]}
        validator = jsonschema.Draft6Validator(reference, resolver=self.resolver)
        for fault in validator.iter_errors(resource):
            if list(fault.path) not in OUTDATED_IN_SCHEMA:
                yield "schema: " + "/".join(map(str, fault.path)) + ": " + fault.message[:200]


def codes_of(concepts):
    for concept in concepts:
        yield concept["code"]
        yield from codes_of(concept.get("concept", []))


def choice(elements, path, key):
    """The definition of `key` under `path`, and the type it has; a choice type is spelt value[x]."""
    if (found := elements.get(f"{path}.{key}")) is not None:
        return found, [t["code"] for t in found.get("type", [])][:1]
    for end in range(len(key) - 1, 0, -1):
        if key[end].isupper() and (found := elements.get(f"{path}.{key[:end]}[x]")) is not None:
            for kind in found["type"]:
                if kind["code"].lower() == key[end:].lower():
                    return found, [kind["code"]]
    return None, []


def codes_in(value):
    if isinstance(value, str):
        return [value]
    return [c.get("code") for c in value.get("coding", [value]) if isinstance(c, dict)]


def walk(d, node, structure, path, place):
    """Cardinality, bindings and reference targets of one element and all under it."""
    elements = d.structures[structure]
    keys = {k.lstrip("_") for k in node if k != "resourceType"}
    for name, element in elements.items():
        if name.startswith(path + ".") and "." not in name[len(path) + 1:] and element["min"] > 0:
            short = name[len(path) + 1:].replace("[x]", "")
            if not any(k == short or (name.endswith("[x]") and k.startswith(short)) for k in keys):
                yield f"{place}: {short} is required"
    for key, value in node.items():
        if key in ("resourceType", "contained", "resource", "div") or key.startswith("_"):
            continue
        element, kinds = choice(elements, path, key)
        if element is None:
            yield f"{place}: no element {key}"
            continue
        many = element["max"] != "1"
        if many != isinstance(value, list) or (many and not value):
            yield f"{place}.{key}: cardinality {element['min']}..{element['max']}"
        for item in value if isinstance(value, list) else [value]:
            yield from item_faults(d, item, element, kinds, f"{place}.{key}")


def item_faults(d, item, element, kinds, place):
    binding = element.get("binding", {})
    if binding.get("strength") == "required" and (allowed := d.allowed(binding["valueSet"])):
        for code in codes_in(item):
            if code not in allowed:
                yield f"{place}: {code} is not in {binding['valueSet']}"
    if not isinstance(item, dict):
        if item == "" or (isinstance(item, str) and item != item.strip()):
            yield f"{place}: empty, or blanks at its ends"
        if kinds and kinds[0] in ("date", "dateTime", "instant") and not is_date(item):
            yield f"{place}: no date"
        return
    if not item:
        yield f"{place}: empty"
    if kinds == ["Reference"]:
        targets = {t.split("/")[-1] for k in element["type"] for t in k.get("targetProfile", [])}
        named = item.get("type") or item.get("reference", "").split("/")[0]
        if targets and "Resource" not in targets and not named.startswith("#") and named not in targets | {""}:
            yield f"{place}: may not refer to {named}"
    if kinds and kinds[0] in d.structures and kinds[0] not in ("BackboneElement", "Element"):
        yield from walk(d, item, kinds[0], kinds[0], place)
    elif not (element.get("contentReference")):
        yield from walk(d, item, element["path"].split(".")[0], element["path"], place)


def is_date(text):
    found = DATE.match(text)
    try:
        datetime.date.fromisoformat((text[:10] + "-01-01")[:10] if len(text) < 10 else text[:10])
    except ValueError:
        return False
    return found is not None


def invariants(node):
    text = node.get("text", {}).get("div")
    if text is not None:
        root = ElementTree.fromstring(text)
        if root.tag != XHTML + "div" or not "".join(root.itertext()).strip():
            yield "txt-2: no narrative"
        for part in root.iter():
            if part.tag.replace(XHTML, "") not in INLINE or set(part.attrib) - {"lang", "{http://www.w3.org/XML/1998/namespace}lang"}:
                yield f"txt-1: {part.tag} {sorted(part.attrib)}"
        if re.search("[\u202a-\u202e\u2066-\u2069]", text):
            yield "the narrative holds a mark that turns the direction of the text"
    elif node["resourceType"] != "Bundle":
        yield "dom-6: no narrative"
    if node["resourceType"] == "Observation":
        valued = any(k.startswith("value") for k in node)
        if valued and "dataAbsentReason" in node or not (valued or "dataAbsentReason" in node):
            yield "obs-6: a value, or why there is none"
        own = {(c.get("system"), c["code"]) for c in node["code"].get("coding", [])}
        for part in node.get("component", []):
            if own & {(c.get("system"), c["code"]) for c in part["code"].get("coding", [])}:
                yield "obs-7: a component has the code of the observation"
            if "valueRange" in part and part["valueRange"]["low"]["value"] > part["valueRange"]["high"]["value"]:
                yield "rng-2: low over high"
    ids = {"#" + c["id"] for c in node.get("contained", [])}
    local = set(re.findall(r'"reference": "(#[^"]+)"', json.dumps(node)))
    if ids != local:
        yield f"ref-1, dom-3: contained {ids}, referred to {local}"
    if node["resourceType"] == "Bundle":
        urls = [e["fullUrl"] for e in node.get("entry", []) if "fullUrl" in e]
        if len(urls) != len(set(urls)):
            yield "bdl-7: fullUrl is not unique"
        for entry in node.get("entry", []):
            if "fullUrl" in entry and not entry["fullUrl"].endswith("/{resourceType}/{id}".format(**entry["resource"])):
                yield "a fullUrl does not end with its resource's type and id"
            yield from invariants(entry["resource"])
    if node["resourceType"] == "CapabilityStatement":
        if node["kind"] == "instance" and "implementation" not in node:
            yield "cpb-14: an instance needs its implementation"


def main():
    d = Definitions(pathlib.Path(sys.argv[1]))
    checked = faults = 0
    for file in sorted(pathlib.Path(sys.argv[2]).glob("*.json")):
        resource = json.loads(file.read_text(encoding="utf-8"))
        kind = resource["resourceType"]
        found = [*d.schema_faults(resource), *walk(d, resource, kind, kind, kind)]
        try:
            found += invariants(resource)
        except (KeyError, TypeError, ElementTree.ParseError) as fault:
            found.append(f"invariants: {fault!r}")
        for entry in resource.get("entry", []) + [{"resource": c} for c in resource.get("contained", [])]:
            inner = entry["resource"]
            found += walk(d, inner, inner["resourceType"], inner["resourceType"], inner["resourceType"])
        checked, faults = checked + 1, faults + len(found)
        for fault in found:
            print(f"{file.name}: {fault}")
    print(f"checked {checked}")
    return 1 if faults or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
