"""Scores ResNet-18 (one grey channel, 224 pixels) with PyTorch, for comparison with osler.

    python3 score_torchscript.py export NET.onnx          the same network, for osler to score
    python3 score_torchscript.py run --threads 1          one line of JSON, images/s

Debian 12's python3-torch with libopenblas0-openmp installed: without it PyTorch falls back to the
reference BLAS, and osler would win by a factor that means nothing. Run it alone: the spinning threads
of two runtimes slow each other.
"""
import argparse
import json
import statistics
import time

import torch
from torch import nn

SIDE = 224


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
        self.skip = nn.Sequential() if stride == 1 and inputs == outputs else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return torch.relu(self.body(x) + self.skip(x))


def resnet18():
    torch.manual_seed(1)
    stages = [Block(64, 64, 1), Block(64, 64, 1)]
    for inputs, outputs in ((64, 128), (128, 256), (256, 512)):
        stages += [Block(inputs, outputs, 2), Block(outputs, outputs, 1)]
    return nn.Sequential(nn.Conv2d(1, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
                         nn.MaxPool2d(3, 2, 1), *stages, nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(512, 1)).eval()


def export(path):
    torch.onnx.export(resnet18(), torch.zeros(2, 1, SIDE, SIDE), path, opset_version=13,
                      input_names=["image"], output_names=["logit"],
                      dynamic_axes={"image": {0: "N"}, "logit": {0: "N"}})


def variants(batch):
    traced = torch.jit.trace(resnet18(), torch.zeros(batch, 1, SIDE, SIDE))
    yield "traced", traced
    yield "frozen", torch.jit.freeze(traced)
    yield "optimised", torch.jit.optimize_for_inference(torch.jit.trace(
        resnet18(), torch.zeros(batch, 1, SIDE, SIDE)))


def images_per_second(net, batch, rounds):
    images = torch.randn(batch, 1, SIDE, SIDE)
    times = []
    with torch.no_grad():
        for round_number in range(rounds + 3):
            start = time.perf_counter()
            net(images)
            if round_number >= 3:
                times.append(time.perf_counter() - start)
    return batch / statistics.median(times)


def run(arguments):
    torch.set_num_threads(arguments.threads)
    row = {"peer": f"PyTorch {torch.__version__}", "network": "ResNet-18", "pixels": SIDE,
           "threads": arguments.threads, "batch": arguments.batch}
    for name, net in variants(arguments.batch):
        row[name] = round(images_per_second(net, arguments.batch, arguments.rounds), 2)
    print(json.dumps(row))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["export", "run"])
    parser.add_argument("path", nargs="?", help="where to write the network")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=40)
    arguments = parser.parse_args()
    if arguments.what == "export":
        export(arguments.path)
    else:
        run(arguments)


main()
