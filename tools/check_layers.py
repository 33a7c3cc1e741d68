"""Says each #include that src/LAYERS does not allow; exits 1 if there is one."""
import pathlib
import re
import sys

# A library's headers may be named only in these folders (see ADR-0003).
GUARDED = {
    r"torch/|ATen/|c10/": ("learn/",),
    r"onnxruntime": ("infer/",),
    r"grpcpp/": ("federate/",),
    r"dcmtk/|openjpeg|png\.h|jpeglib\.h|turbojpeg": ("dicom/",),
    r"onnx/|google/protobuf": ("infer/", "learn/"),
    r"yaml-cpp/": ("study/",),
    r"zip\.h": ("base/",),
    r"argon2\.h": ("serve/auth/",),
    r"sqlite3\.h|libpq-fe\.h": ("storage/",),
    r"boost/(beast|asio)": ("serve/", "dicom/network/", "fhir/client/"),
    r"openssl/": ("base/crypto", "base/certificate", "serve/", "dicom/network/", "fhir/client/"),
}


def read_layers(path):
    rows = (line.split(":") for line in path.read_text().splitlines() if re.match(r"[a-z]", line))
    return {name.strip(): set(uses.split()) for name, uses in rows}


def faults(src):
    layers = read_layers(src / "LAYERS")
    for file in sorted(src.rglob("*")):
        if file.suffix not in {".h", ".cpp"}:
            continue
        here = file.relative_to(src).as_posix()
        module = here.split("/")[0]
        for number, line in enumerate(file.read_text().splitlines(), 1):
            found = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
            if not found:
                continue
            name = found.group(1)
            other = name.split("/")[0]
            if other in layers and other != module and other not in layers[module]:
                yield f"{here}:{number}: {module} may not include {other}"
            for pattern, homes in GUARDED.items():
                if not re.match(pattern, name):
                    continue
                if not here.startswith(homes):
                    yield f"{here}:{number}: {name} belongs to {' or '.join(homes)} alone"
                elif here.endswith(".h") and "/internal/" not in here:
                    yield f"{here}:{number}: {name} in a public header; move it to internal/"


def main():
    found = list(faults(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "layers: every include is allowed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
