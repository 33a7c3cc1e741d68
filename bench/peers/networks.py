"""The networks of learn/network in PyTorch, layer by layer the same; used by the other peers."""
import torch
from torch import nn


class Block(nn.Module):
    """Two 3 x 3 convolutions beside a shortcut; shrinks where the number of channels changes."""

    def __init__(self, before, after):
        super().__init__()
        stride = 1 if before == after else 2
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.shortcut = None
        if before != after:
            self.shortcut = nn.Sequential(nn.Conv2d(before, after, 1, 2, bias=False),
                                          nn.BatchNorm2d(after))

    def forward(self, x):
        y = torch.relu_(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += x if self.shortcut is None else self.shortcut(x)
        return torch.relu_(y)


def head(features, dropout=0.0):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(dropout), nn.Linear(features, 1)]


def small_residual(widths, side, dropout=0.0):
    shrinks = side >= 64
    kernel, stride, padding = (5, 2, 2) if shrinks else (3, 1, 1)
    stem = [nn.Conv2d(1, widths[0], kernel, stride, padding, bias=False),
            nn.BatchNorm2d(widths[0]), nn.ReLU(inplace=True)]
    if side >= 160:
        stem.append(nn.MaxPool2d(3, 2, 1))
    blocks = [Block(before, after) for before, after in zip(widths, widths[1:])]
    return nn.Sequential(*stem, *blocks, *head(widths[-1], dropout))


def resnet18():
    """With one grey channel, for 64 pixels and more."""
    widths = [64, 64, 64, 128, 128, 256, 256, 512, 512]
    blocks = [Block(before, after) for before, after in zip(widths, widths[1:])]
    return nn.Sequential(nn.Conv2d(1, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64),
                         nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1), *blocks, *head(512))


def export(net, side, path):
    torch.onnx.export(net, torch.zeros(2, 1, side, side), path, opset_version=13,
                      input_names=["image"], output_names=["logit"],
                      dynamic_axes={"image": {0: "N"}, "logit": {0: "N"}})


def channels_last(net):
    # contiguous(channels_last) does nothing with one input channel: the strides are ambiguous.
    for parameter in net.parameters():
        if parameter.dim() == 4:
            layout = torch.empty_like(parameter.data, memory_format=torch.channels_last)
            parameter.data = layout.copy_(parameter.data)
