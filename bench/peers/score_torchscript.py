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

import networks

SIDE = 224


def network():
    torch.manual_seed(1)
    return networks.resnet18().eval()


def traced(batch):
    return torch.jit.trace(network(), torch.zeros(batch, 1, SIDE, SIDE))


def variants(batch):
    yield "traced", traced(batch)
    yield "frozen", torch.jit.freeze(traced(batch))
    yield "optimised", torch.jit.optimize_for_inference(traced(batch))


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
    row = {"peer": f"PyTorch {torch.__version__}", "threads": arguments.threads,
           "batch": arguments.batch}
    for name, net in variants(arguments.batch):
        row[name] = round(images_per_second(net, arguments.batch, arguments.rounds), 3)
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
        networks.export(network(), SIDE, arguments.path)
    else:
        run(arguments)


if __name__ == "__main__":
    main()
