"""Training speed of the same small residual network in Python, for `osler-learn bench-train`.

    train_torch.py JOB.json [--threads N] [--channels-last] [--steps N]

Reads the same job (images, labels, network, batch, optimiser), takes the same kind of steps and
prints one JSON line with images per second. Defaults of PyTorch: NCHW, its own number of threads and
allocator thresholds. The same settings as osler-learn: --threads, --channels-last, and in the
environment MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TRIM_THRESHOLD_=2147483647
OMP_WAIT_POLICY=PASSIVE. Jobs with augmentation or a running mean of the weights are refused: each
side would do another amount of work.
"""
import argparse
import json
import time

import numpy
import torch
from torch.nn import functional

import networks

WARM_UP = 3


def load(path):
    with open(path, encoding="utf-8") as file:
        job = json.load(file)
    spec = job["spec"]
    if any(spec.get("augmentation", {}).values()) or spec["optimiser"].get("ema"):
        raise SystemExit("the job augments, or keeps a running mean: compare without")
    rows = [i for i, (part, label) in enumerate(zip(job["split"], job["labels"]))
            if part == "train" and label is not None]
    images = torch.from_numpy(numpy.load(job["tensors"], mmap_mode="r")[rows])
    labels = torch.tensor([float(job["labels"][i]) for i in rows])
    return spec, images, labels


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("job")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--steps", type=int, default=60)
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)

    spec, images, labels = load(arguments.job)
    network, optimiser = spec["network"], spec["optimiser"]
    net = networks.small_residual(network["widths"], min(images.shape[2:]), network["dropout"])
    if arguments.channels_last:
        networks.channels_last(net)
    adamw = torch.optim.AdamW(net.parameters(), optimiser["learning_rate"],
                              weight_decay=optimiser["weight_decay"])
    weight = labels.numel() / (2 * labels.sum()), labels.numel() / (2 * (1 - labels).sum())
    batch = min(optimiser["batch"], len(images))
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
    print(json.dumps({"images_per_second": arguments.steps * batch / seconds,
                      "threads": torch.get_num_threads(), "channels_last": arguments.channels_last}))


if __name__ == "__main__":
    main()
