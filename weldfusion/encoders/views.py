"""Several views of one weld, each with an encoder of its own: the unshared or partly shared twin network."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.default import default_encoder
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.rows import on_rows
from weldfusion.layers.shared_stages import Norms, share_stages
from weldfusion.layers.together import awaited


class Views(Encoder):
    """Encodes the k-th image of a set (B, K, C, H, W) by the k-th of K encoders → tokens (B, K, D).

    For images that always show the same, in the same order, such as two cameras. Without it one encoder
    serves all images of a set, which is the fully shared case. The trunk `SideBySide` keeps the views apart
    in the features; without a trunk they are averaged.

    Source: unshared against shared trunks of DF-ResNet (dual-input F-ResNet).

    Args:
        flow: images with `count`.
        encoder: the encoder of each view; the default of its kind if none is given.
        stages: how many of its first stages all views share; 0: none.
        norms: whether each view has batch normalisations of its `own` in them, or they are `shared` too.

    >>> Views(Flow("image", 1, size=(32, 32), count=2)).out.shape
    (2, 128)
    """

    whole_sets = True

    def __init__(
        self,
        flow: Flow,
        encoder: Callable[[Flow], Encoder] | None = None,
        stages: int = 0,
        norms: Norms = "own",
    ) -> None:
        super().__init__()
        if flow.kind != "image" or flow.count is None:
            raise ConfigError(
                f"Views takes sets of images, not {'one image' if flow.kind == 'image' else flow.kind}"
            )
        make = encoder or default_encoder
        views = [make(flow.single) for _ in range(flow.count)]
        out, named = views[0].out, views[0].stages()
        if out.kind not in ("features", "maps"):
            raise ConfigError(f"an encoder of one view gives features or maps, not {out.kind}")
        if not 0 <= stages <= len(named):
            raise ConfigError(
                f"stages is {stages}; {type(views[0]).__name__} has {len(named)} that can be shared"
            )
        for view in views[1:]:
            share_stages(view, views[0], named[:stages], norms)
        self.views = nn.ModuleList(views)
        self.needs_float32 = views[0].needs_float32
        self.out = Flow.tokens(flow.count, out.channels, flow.rate)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        real = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device) if valid is None else valid
        found = [
            on_rows(
                lambda images, _, view=view: _features(view(images)),  # type: ignore[misc]
                x[:, number],
                None,
                real[:, number],
                (self.out.channels,),
                view,
                awaited(view, real[:, number]),
            )
            for number, view in enumerate(self.views)
        ]
        return torch.stack(found, dim=1)

    def out_valid(self, valid: Tensor | None) -> Tensor | None:
        return valid


def _features(found: Tensor) -> Tensor:
    return found.mean(dim=(2, 3)) if found.ndim == 4 else found
