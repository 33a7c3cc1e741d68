"""DICOM bytes to calibrated probability with pydicom, NumPy and TorchScript, as osler predict does it.

    predict_python.py make KIND FILMS LABELS.csv NET    NET.onnx for osler, NET.pt for this script
    predict_python.py run NET.pt PACKAGE FILMS [--processes N] [--threads N] [--out TABLE.json]
    predict_python.py compare TABLE.json OSLER.json     largest difference of a probability

KIND is small (examples/phantom.yaml's network, 96 pixels), resnet18 (224 pixels) or resnet18-64 (64 pixels). Its convolutions
are as drawn; its last layer is fitted to the labels, so that probabilities spread. `run` does not
count imports, loading and one warm-up film. It reads the transform and the calibration from osler's
PACKAGE, and leaves out what osler does beside it: the check of the header against the intended use,
the film's quality, whether it is unlike the validation films, interval and tier.
"""
import argparse
import csv
import json
import multiprocessing
import pathlib
import time

import numpy
import pydicom
import torch
from torch.nn import functional

import networks

LEAST_SECONDS = 4.0
MOST_PASSES = 50
KINDS = {"small": 96, "resnet18": 224, "resnet18-64": 64}
TRANSFORM = {"crop_border": 0.1}  # of examples/phantom.yaml


def make_network(kind):
    torch.manual_seed(1)
    if kind.startswith("resnet18"):
        return networks.resnet18().eval()
    return networks.small_residual([16, 16, 32, 64, 128], KINDS[kind], 0.2).eval()


def grey(data_set):
    """Stored values to [0, 1]: modality, VOI table or window, MONOCHROME1 inverted."""
    pixels = data_set.pixel_array
    slope = float(data_set.get("RescaleSlope", 1))
    intercept = float(data_set.get("RescaleIntercept", 0))
    if "VOILUTSequence" in data_set:
        values = pixels if slope == 1 and intercept == 0 else numpy.rint(pixels * slope + intercept)
        item = data_set.VOILUTSequence[0]
        count, first, bits = item.LUTDescriptor
        table = numpy.asarray(item.LUTData, numpy.float32) / numpy.float32(2 ** bits - 1)
        place = numpy.clip(values.astype(numpy.int32) - first, 0, (count or 65536) - 1)
        result = table[place]
    else:
        centre, width = data_set.WindowCenter, data_set.WindowWidth
        centre = float(centre[0] if data_set["WindowCenter"].VM > 1 else centre)
        width = float(width[0] if data_set["WindowWidth"].VM > 1 else width)
        low = centre - 0.5 - (width - 1) / 2
        scale = numpy.float32(slope / (width - 1))
        offset = numpy.float32((intercept - low) / (width - 1))
        result = pixels.astype(numpy.float32)
        result *= scale
        result += offset
        numpy.clip(result, 0, 1, out=result)
    return 1 - result if data_set.PhotometricInterpretation == "MONOCHROME1" else result


def axis_matrix(size, start, step, first, last, side):
    """[size, side]: triangle weights as wide as the step, each row's sum 1."""
    support = max(1.0, step)
    centres = start + (numpy.arange(size) + 0.5) * step
    pixels = numpy.arange(side) + 0.5
    weights = numpy.maximum(0, 1 - numpy.abs(pixels - centres[:, None]) / support)
    weights[:, :first] = 0
    weights[:, last:] = 0
    return (weights / weights.sum(1, keepdims=True)).astype(numpy.float32)


class Transform:
    def __init__(self, size, crop_border):
        self.size = size
        self.crop_border = crop_border
        self.matrices = {}  # one pair a film size: films of one machine are alike

    def axes(self, shape):
        if shape not in self.matrices:
            pair = []
            for side in shape:
                cut = round(side * self.crop_border)
                step = (side - 2 * cut) / self.size
                pair.append(axis_matrix(self.size, cut, step, cut, side - cut, side))
            self.matrices[shape] = pair[0], numpy.ascontiguousarray(pair[1].T)
        return self.matrices[shape]

    def __call__(self, path):
        film = grey(pydicom.dcmread(path))
        down, across = self.axes(film.shape)
        small = down @ film @ across
        small -= small.mean()
        small /= small.std()
        return torch.from_numpy(small)[None, None]


def calibrated(score, calibration):
    if calibration["method"] == "isotonic":
        return float(numpy.interp(score, calibration["x"], calibration["y"]))
    return float(1 / (1 + numpy.exp(-(calibration["slope"] * score + calibration["intercept"]))))


def make(arguments):
    side = KINDS[arguments.kind]
    with open(arguments.labels, newline="", encoding="utf-8") as file:
        labels = {row["file"].replace("/", "-"): float(row["opacity"]) for row in csv.DictReader(file)}
    paths = [path for path in sorted(arguments.films.iterdir()) if path.name in labels]
    transform = Transform(side, TRANSFORM["crop_border"])
    net = make_network(arguments.kind)
    targets = torch.tensor([labels[path.name] for path in paths])
    with torch.no_grad():
        features = torch.cat([net[:-1](transform(path)) for path in paths])
    mean, deviation = features.mean(0), features.std(0) + 1e-6
    line = torch.nn.Linear(features.shape[1], 1)
    optimiser = torch.optim.LBFGS(line.parameters(), max_iter=100)

    def closure():
        optimiser.zero_grad()
        loss = functional.binary_cross_entropy_with_logits(
            line((features - mean) / deviation)[:, 0], targets) + 1e-2 * line.weight.square().sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    with torch.no_grad():
        net[-1].weight.copy_(line.weight / deviation)
        net[-1].bias.copy_(line.bias - (line.weight * mean / deviation).sum())
        networks.export(net, side, f"{arguments.net}.onnx")
        torch.jit.trace(net, torch.zeros(1, 1, side, side)).save(f"{arguments.net}.pt")


class Scorer:
    def __init__(self, net, package, threads):
        if threads:
            torch.set_num_threads(threads)
        model = json.loads((package / "model.json").read_text())
        transform = model["transform"]
        if transform["window"] != "header" or transform["normalise"] != "z_score":
            raise SystemExit("this transform is not written here")
        self.transform = Transform(transform["size"][0], transform["crop_border"])
        self.calibration = model["score_map"]["calibration"]
        self.net = torch.jit.optimize_for_inference(torch.jit.load(str(net)).eval())

    def __call__(self, path):
        with torch.no_grad():
            return calibrated(self.net(self.transform(path)).item(), self.calibration)


def work(arguments, paths, start, done):
    scorer = Scorer(arguments.net, arguments.package, arguments.threads)
    scorer(paths[0])
    start.wait()
    for _ in range(arguments.passes):
        for path in paths:
            scorer(path)
    done.wait()


def in_processes(arguments, paths):
    """Seconds for all films on several processes that have loaded everything before."""
    context = multiprocessing.get_context("spawn")
    start, done = context.Barrier(arguments.processes + 1), context.Barrier(arguments.processes + 1)
    workers = [context.Process(target=work, args=(arguments, paths[i::arguments.processes], start, done))
               for i in range(arguments.processes)]
    for worker in workers:
        worker.start()
    start.wait()
    begun = time.perf_counter()
    done.wait()
    seconds = time.perf_counter() - begun
    for worker in workers:
        worker.join()
    return seconds


def run(arguments):
    paths = sorted(arguments.films.iterdir())
    scorer = Scorer(arguments.net, arguments.package, arguments.threads)
    scorer(paths[0])
    table, times = {}, []
    for path in paths:
        begun = time.perf_counter()
        table[path.name] = scorer(path)
        times.append(time.perf_counter() - begun)
    if arguments.out:
        arguments.out.write_text(json.dumps(table))
    arguments.passes = int(min(MOST_PASSES, max(1, LEAST_SECONDS / sum(times))))
    if arguments.processes > 1:
        seconds = in_processes(arguments, paths)
    else:
        begun = time.perf_counter()
        for _ in range(arguments.passes):
            for path in paths:
                scorer(path)
        seconds = time.perf_counter() - begun
    times.sort()
    print(json.dumps({"films": arguments.passes * len(paths), "processes": arguments.processes,
                      "threads": torch.get_num_threads(),
                      "films_per_second": arguments.passes * len(paths) / seconds,
                      "p50_ms": 1000 * times[int(0.5 * (len(times) - 1))],
                      "p99_ms": 1000 * times[int(0.99 * (len(times) - 1))]}))


def compare(arguments):
    theirs = json.loads(arguments.table.read_text())
    results = json.loads(arguments.osler.read_text())["results"]
    scored = {pathlib.Path(r["path"]).name: r["findings"][0]["probability"]
              for r in results if r["outcome"] == "scored"}
    if len(scored) < 0.8 * len(theirs):
        raise SystemExit(f"osler scored {len(scored)} of {len(theirs)} films only")
    largest = max(abs(theirs[name] - probability) for name, probability in scored.items())
    spread = max(scored.values()) - min(scored.values())
    print(json.dumps({"compared": len(scored), "films": len(theirs), "largest_difference": largest,
                      "spread": spread}))
    if largest > 1e-3 or spread < 0.2:
        raise SystemExit("the two sides do not give the same probabilities")


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("make")
    command.set_defaults(do=make)
    command.add_argument("kind", choices=KINDS)
    command.add_argument("films", type=pathlib.Path)
    command.add_argument("labels", type=pathlib.Path)
    command.add_argument("net")
    command = commands.add_parser("run")
    command.set_defaults(do=run)
    command.add_argument("net", type=pathlib.Path)
    command.add_argument("package", type=pathlib.Path)
    command.add_argument("films", type=pathlib.Path)
    command.add_argument("--processes", type=int, default=1)
    command.add_argument("--threads", type=int)
    command.add_argument("--out", type=pathlib.Path)
    command = commands.add_parser("compare")
    command.set_defaults(do=compare)
    command.add_argument("table", type=pathlib.Path)
    command.add_argument("osler", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.do(arguments)


if __name__ == "__main__":
    main()
