"""Training speed of the same small residual network in Python, for `osler-learn bench-train`.

    train_torch.py JOB.json [--threads N] [--channels-last] [--steps N]

Reads the same job (images, labels, network, batch, optimiser), takes the same number of steps and
prints one JSON line with images per second. Defaults of PyTorch: NCHW, its own allocator
thresholds. The same settings as osler-learn: --channels-last, and in the environment
MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TRIM_THRESHOLD_=2147483647 OMP_WAIT_POLICY=PASSIVE.
Jobs with augmentation are refused: each side would do another amount of work.
"""
import argparse
import json
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

WARM_UP = 3


class Block(nn.Module):
    def __init__(self, before, after):
        super().__init__()
        stride = 1 if before == after else 2
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.shortcut = None
        if before != after:
            self.shortcut = nn.Sequential(nn.Conv2d(before, after, 1, 2, bias=False), nn.BatchNorm2d(after))

    def forward(self, x):
        y = torch.relu_(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += x if self.shortcut is None else self.shortcut(x)
        return torch.relu_(y)


def small_residual(widths, dropout, side):
    shrinks = side >= 64
    stem = [nn.Conv2d(1, widths[0], 5 if shrinks else 3, 2 if shrinks else 1, 2 if shrinks else 1, bias=False),
            nn.BatchNorm2d(widths[0]), nn.ReLU(inplace=True)]
    if side >= 160:
        stem.append(nn.MaxPool2d(3, 2, 1))
    blocks = [Block(before, after) for before, after in zip(widths, widths[1:])]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(dropout),
                         nn.Linear(widths[-1], 1))


def load(path):
    with open(path, encoding="utf-8") as file:
        job = json.load(file)
    if any(job["spec"].get("augmentation", {}).values()):
        raise SystemExit("the job augments: compare without")
    rows = [i for i, (part, label) in enumerate(zip(job["split"], job["labels"]))
            if part == "train" and label is not None]
    images = torch.from_numpy(numpy.load(job["tensors"], mmap_mode="r")[rows])
    labels = torch.tensor([float(job["labels"][i]) for i in rows])
    return job["spec"], images, labels


def channels_last(net):
    # contiguous(channels_last) does nothing with one input channel: the strides are ambiguous.
    for parameter in net.parameters():
        if parameter.dim() == 4:
            layout = torch.empty_like(parameter.data, memory_format=torch.channels_last)
            parameter.data = layout.copy_(parameter.data)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("job")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--steps", type=int, default=60)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)

    spec, images, labels = load(arguments.job)
    network, optimiser = spec.get("network", {}), spec.get("optimiser", {})
    net = small_residual(network.get("widths", [16, 32, 64, 128]), network.get("dropout", 0.0),
                         min(images.shape[2:]))
    if arguments.channels_last:
        channels_last(net)
    adamw = torch.optim.AdamW(net.parameters(), optimiser.get("learning_rate", 1e-3),
                              weight_decay=optimiser.get("weight_decay", 1e-4))
    weight = labels.numel() / (2 * labels.sum()), labels.numel() / (2 * (1 - labels).sum())
    batch = min(optimiser.get("batch", 64), len(images))
    order = torch.randperm(len(images))

    started = None
    for step in range(arguments.steps + WARM_UP):
        if step == WARM_UP:
            started = time.perf_counter()
        first = step * batch % (len(images) - batch + 1)
        rows = order[first:first + batch]
        target = labels.index_select(0, rows)
        adamw.zero_grad()
        logit = net(images.index_select(0, rows)).squeeze(1)
        loss = functional.binary_cross_entropy_with_logits(
            logit, target, weight=torch.where(target > 0, *weight))
        loss.backward()
        adamw.step()
    seconds = time.perf_counter() - started
    print(json.dumps({"event": "bench", "images_per_second": arguments.steps * batch / seconds,
                      "threads": arguments.threads, "channels_last": arguments.channels_last}))


if __name__ == "__main__":
    main()
