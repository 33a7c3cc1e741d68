"""A study as one writes it in a plain Python script: what `osler train` does with examples/pneumoniamnist.yaml.

    study_python.py PNEUMONIAMNIST.npz OUT [--epochs N] [--seed N] [--threads N]

Reads the films, drops those that are there twice, trains the same network with the same optimiser and
augmentation (on the whole batch, with torch), keeps the epoch with the best validation AUPRC, fits a
temperature, finds the threshold of 0.95 sensitivity, measures the test part with 1,000 bootstrap
resamples, and writes a report (HTML with SVG), the ONNX file and the predictions. Not done here, but by
osler: the data set version with its audit for leakage, the check that ONNX equals the trained network, the
choice among calibrations, intervals of a single film, novelty, the metadata baseline, subgroups, gates,
digests, signature, registry.
"""
import argparse
import copy
import hashlib
import html
import json
import math
import pathlib

import numpy
import torch
from torch.nn import functional

import networks

WIDTHS, DROPOUT, SIDE = [8, 16, 32, 64], 0.1, 28
RATE, DECAY, BATCH, EMA = 0.004, 0.02, 64, 0.995
RESAMPLES = 1000
PARTS = ["test", "val", "train"]  # of films that are there twice, the first of these keeps its own


def read(path):
    """Each part's films [n, 1, 28, 28], z-scored, and labels [n]."""
    arrays = numpy.load(path)
    seen, parts = set(), {}
    for part in PARTS:
        images, labels = arrays[f"{part}_images"], arrays[f"{part}_labels"].ravel()
        fresh = []
        for i, image in enumerate(images):
            digest = hashlib.sha256(image.tobytes()).digest()
            if digest not in seen:
                fresh.append(i)
                seen.add(digest)
        pixels = (images[fresh].astype(numpy.float32) / 255 - 0.5) / 0.5
        parts[part] = torch.from_numpy(pixels[:, None]), torch.from_numpy(labels[fresh].astype(numpy.float32))
    return parts


def uniform(count, most):
    return (2 * torch.rand(count) - 1) * most


def augmented(images):
    """Flip, shift, rotate and scale in one grid."""
    count = len(images)
    angle = uniform(count, math.radians(10))
    scale = torch.exp(uniform(count, math.log(1.1)))
    flip = torch.where(torch.rand(count) < 0.5, -1.0, 1.0)
    cosine, sine = torch.cos(angle) / scale, torch.sin(angle) / scale
    rows = [torch.stack([flip * cosine, -sine, uniform(count, 0.2)], 1),
            torch.stack([flip * sine, cosine, uniform(count, 0.2)], 1)]
    grid = functional.affine_grid(torch.stack(rows, 1), images.shape, align_corners=False)
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


@torch.no_grad()
def score(net, images):
    net.eval()
    return torch.cat([net(part)[:, 0] for part in images.split(256)])


def auroc(scores, labels):
    order = numpy.argsort(scores, kind="stable")
    values, counts = numpy.unique(scores[order], return_counts=True)
    ends = numpy.cumsum(counts)
    ranks = numpy.repeat(ends - (counts - 1) / 2, counts)
    positives = labels[order] == 1
    p = positives.sum()
    n = len(labels) - p
    return (ranks[positives].sum() - p * (p + 1) / 2) / (p * n)


def auprc(scores, labels):
    order = numpy.argsort(-scores, kind="stable")
    hits = numpy.cumsum(labels[order] == 1)
    last = numpy.append(numpy.diff(scores[order]) != 0, True)
    recall = numpy.append(0, hits[last] / hits[-1])
    precision = hits[last] / (numpy.nonzero(last)[0] + 1)
    return float((numpy.diff(recall) * precision).sum())


def train(parts, epochs):
    images, labels = parts["train"]
    net = networks.small_residual(WIDTHS, SIDE, DROPOUT)
    mean = copy.deepcopy(net)
    optimiser = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
    steps = math.ceil(len(images) / BATCH)
    weight = len(labels) / (2 * labels.sum()), len(labels) / (2 * (1 - labels).sum())
    best, kept, step = -1.0, None, 0
    for _ in range(epochs):
        net.train()
        for rows in torch.randperm(len(images)).split(BATCH):
            step += 1
            through = (step - steps) / max(1, (epochs - 1) * steps)
            factor = step / steps if step <= steps else (1 + math.cos(math.pi * through)) / 2
            optimiser.param_groups[0]["lr"] = RATE * factor
            target = labels[rows]
            optimiser.zero_grad()
            functional.binary_cross_entropy_with_logits(
                net(augmented(images[rows]))[:, 0], target,
                weight=torch.where(target > 0, *weight)).backward()
            optimiser.step()
            with torch.no_grad():
                decay = min(EMA, (1 + step) / (10 + step))
                for kept_value, value in zip(mean.parameters(), net.parameters()):
                    kept_value.lerp_(value, 1 - decay)
        for kept_value, value in zip(mean.buffers(), net.buffers()):
            kept_value.copy_(value)
        found = auprc(score(mean, parts["val"][0]).numpy(), parts["val"][1].numpy())
        if found > best:
            best, kept = found, copy.deepcopy(mean.state_dict())
    mean.load_state_dict(kept)
    return mean.eval()


def temperature(scores, labels):
    slope = torch.ones(1, requires_grad=True)
    optimiser = torch.optim.LBFGS([slope], max_iter=50)

    def closure():
        optimiser.zero_grad()
        loss = functional.binary_cross_entropy_with_logits(slope * scores, labels)
        loss.backward()
        return loss

    optimiser.step(closure)
    return slope.item()


def metrics(probabilities, labels, threshold):
    positive = labels == 1
    called = probabilities >= threshold
    safe = numpy.clip(probabilities, 1e-7, 1 - 1e-7)
    edges = numpy.minimum((probabilities * 10).astype(int), 9)
    count = numpy.bincount(edges, minlength=10)
    gap = numpy.abs(numpy.bincount(edges, probabilities, 10) - numpy.bincount(edges, labels, 10))
    return {"auroc": auroc(probabilities, labels), "auprc": auprc(probabilities, labels),
            "accuracy": ((probabilities >= 0.5) == positive).mean(),
            "sensitivity": called[positive].mean(), "specificity": (~called[~positive]).mean(),
            "ppv": positive[called].mean(), "npv": (~positive[~called]).mean(),
            "brier": ((probabilities - labels) ** 2).mean(), "ece": gap.sum() / count.sum(),
            "log_loss": -numpy.log(numpy.where(positive, safe, 1 - safe)).mean()}


def with_intervals(probabilities, labels, threshold):
    values = metrics(probabilities, labels, threshold)
    random = numpy.random.default_rng(1)
    drawn = {name: [] for name in values}
    for _ in range(RESAMPLES):
        rows = random.integers(0, len(labels), len(labels))
        for name, value in metrics(probabilities[rows], labels[rows], threshold).items():
            drawn[name].append(value)
    return {name: [float(value), *numpy.percentile(drawn[name], [2.5, 97.5])]
            for name, value in values.items()}


def roc_picture(probabilities, labels):
    order = numpy.argsort(-probabilities)
    up = numpy.cumsum(labels[order] == 1) / (labels == 1).sum()
    right = numpy.cumsum(labels[order] == 0) / (labels == 0).sum()
    points = " ".join(f"{300 * x:.1f},{300 * (1 - y):.1f}" for x, y in zip(right, up))
    return f'<svg width="300" height="300"><polyline fill="none" stroke="black" points="{points}"/></svg>'


def report(found, probabilities, labels):
    rows = "".join(f"<tr><td>{html.escape(name)}<td>{value:.3f}<td>{low:.3f} to {high:.3f}"
                   for name, (value, low, high) in found.items())
    return f"<!doctype html><title>Pneumonia</title><table>{rows}</table>{roc_picture(probabilities, labels)}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("npz", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int)
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)

    parts = read(arguments.npz)
    net = train(parts, arguments.epochs)
    slope = temperature(score(net, parts["val"][0]), parts["val"][1])
    validation = torch.sigmoid(slope * score(net, parts["val"][0])).numpy()
    threshold = numpy.quantile(validation[parts["val"][1].numpy() == 1], 0.05, method="lower")
    probabilities = torch.sigmoid(slope * score(net, parts["test"][0])).numpy().astype(numpy.float64)
    labels = parts["test"][1].numpy().astype(numpy.float64)
    found = with_intervals(probabilities, labels, threshold)

    networks.export(net, SIDE, str(arguments.out / "model.onnx"))
    (arguments.out / "report.html").write_text(report(found, probabilities, labels))
    numpy.savetxt(arguments.out / "predictions.csv", numpy.stack([labels, probabilities], 1), delimiter=",")
    print(json.dumps({"auroc": found["auroc"], "accuracy": found["accuracy"][0],
                      "films": {part: len(values[1]) for part, values in parts.items()}}))


if __name__ == "__main__":
    main()
