"""LeNet-5 for pictures of any size: the small baseline of spectrogram and image networks."""

from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.backbone import check_single

LEAST_SIDE = 14


class LeNet(Encoder):
    """Conv(5) 6 → max-pool → Conv(5) 16 → adaptive mean to 5×5 → Linear 120 → Linear 84, each with ReLU.

    Source: LeCun et al., "Gradient-based learning applied to document recognition", Proc. IEEE 1998, with
    today's activation and pooling. At 32×32 pixels the adaptive mean is its second pooling.

    Args:
        flow: single images or maps (B, C, H, W) of at least 14×14 pixels.

    >>> LeNet(Flow("image", 1, size=(32, 32))).out.channels
    84
    """

    def __init__(self, flow: Flow) -> None:
        super().__init__()
        height, width = check_single(flow, "LeNet")
        if min(height, width) < LEAST_SIDE:
            raise ConfigError(
                f"LeNet takes {LEAST_SIDE} pixels each way or more, not {height}×{width}; "
                "take larger pictures (of spectrograms: a lower hop, or more bands)"
            )
        self.layers = nn.Sequential(
            nn.Conv2d(flow.channels, 6, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(6, 16, 5),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(5),
            nn.Flatten(),
            nn.Linear(16 * 5 * 5, 120),
            nn.ReLU(),
            nn.Linear(120, 84),
            nn.ReLU(),
        )
        self.out = Flow.features(84)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        return self.layers(x)

    def stages(self) -> list[str]:
        return [
            f"layers.{number}" for number, part in self.layers.named_children() if list(part.parameters())
        ]
