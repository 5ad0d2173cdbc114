"""The peer of `training.py`: PyTorch's tutorial loop for pictures with sound, as a user would write it.

The loop of the tutorial "Transfer Learning for Computer Vision" (train and validate by turns, keep the best
accuracy) with the data set of "Writing Custom Datasets": 32-bit numbers, common memory layout, one worker a
core, pictures by PIL and torchvision's Resize, ToTensor and Normalize; AdamW as in `training.py`. It knows
nothing of weldfusion and is fixed: `training.py` runs it in a process of its own and compares.

    python benchmarks/tutorial_loop.py DATA_FOLDER EPOCHS SEED
"""

import copy
import csv
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from scipy.io import wavfile
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision import models, transforms

BATCH, PIXELS = 32, 224
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


class PhotosWithSound(Dataset[tuple[torch.Tensor, torch.Tensor, int]]):
    """Picture (3, 224, 224), sound (1, 8000) and class number of the rows of one part of the manifest."""

    def __init__(self, root: Path, part: str) -> None:
        with open(root / "manifest.csv", newline="") as file:
            self.rows = [row for row in csv.DictReader(file) if row["split"] == part]
        self.root = root
        self.classes = ["good", "pore"]
        self.transform = transforms.Compose(
            [transforms.Resize((PIXELS, PIXELS)), transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
        )

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor, int]:
        row = self.rows[index]
        photo = self.transform(Image.open(self.root / row["photo"]).convert("RGB"))
        _, sound = wavfile.read(self.root / row["sound"])
        samples = torch.from_numpy(sound.astype(np.float32) / 32768.0)[None]
        return photo, samples, self.classes.index(row["defect"])


class Fusion(nn.Module):
    """MobileNetV2 beside a 1-D CNN of five layers, joined by one linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.photo = models.mobilenet_v2(weights=None)
        self.photo.classifier = nn.Identity()
        layers: list[nn.Module] = []
        channels = 1
        for width in (16, 32, 64, 64, 64):
            layers += [nn.Conv1d(channels, width, 3, padding=1), nn.BatchNorm1d(width), nn.LeakyReLU(0.01)]
            layers += [nn.MaxPool1d(2)]
            channels = width
        self.sound = nn.Sequential(*layers, nn.AdaptiveAvgPool1d(1), nn.Flatten())
        self.head = nn.Linear(1280 + 64, 2)

    def forward(self, photo: torch.Tensor, sound: torch.Tensor) -> torch.Tensor:
        return self.head(torch.cat([self.photo(photo), self.sound(sound)], dim=1))


def main(root: Path, epochs: int, seed: int) -> None:
    torch.manual_seed(seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    parts = {part: PhotosWithSound(root, part) for part in ("train", "val")}
    loaders = {
        part: DataLoader(parts[part], BATCH, shuffle=part == "train", num_workers=cores) for part in parts
    }
    model = Fusion().to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    best_accuracy, best_weights, seconds = 0.0, copy.deepcopy(model.state_dict()), []
    for _ in range(epochs):
        start = time.perf_counter()
        for part in ("train", "val"):
            model.train(part == "train")
            correct = 0
            for photo, sound, label in loaders[part]:
                photo, sound, label = photo.to(device), sound.to(device), label.to(device)
                optimizer.zero_grad()
                with torch.set_grad_enabled(part == "train"):
                    outputs = model(photo, sound)
                    loss = criterion(outputs, label)
                    if part == "train":
                        loss.backward()
                        optimizer.step()
                correct += int((outputs.argmax(1) == label).sum())
            accuracy = correct / len(parts[part])
            if part == "val" and accuracy > best_accuracy:
                best_accuracy, best_weights = accuracy, copy.deepcopy(model.state_dict())
        seconds.append(time.perf_counter() - start)
    model.load_state_dict(best_weights)
    print(json.dumps({"epochs": seconds, "accuracy": best_accuracy, "threads": torch.get_num_threads()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
