"""Any classification network of torchvision as an encoder of images."""

from typing import Any

from torch import Tensor, nn
from torchvision import models
from torchvision.models.feature_extraction import create_feature_extractor

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.layers.backbone import adapt_first, check_single, dry_shape, replace_part
from weldfusion.layers.maps import MapsAs, patches_as_maps, shaped, shaped_flow
from weldfusion.layers.pretrained import load_state, pretrained_wanted, read_state

MAP_NODES = (
    "permute",
    "features",
    "layer4",
    "trunk_output",
    "conv5",
    "layers",
    "Mixed_7c",
    "inception5b",
    "encoder",
)


class TorchvisionBackbone(Encoder):
    """A network of `torchvision.models` without its last linear layer.

    The first convolution is changed to the number of channels of the images (thermal pictures, stacked
    frames, spectrograms); pretrained filters are averaged over colours and scaled so that grey pictures
    given as one channel look the same to it.

    Args:
        flow: single images; sizes a network cannot take are told when the model is built.
        name: name of the network (`resnet18`, `efficientnet_b0`, `convnext_tiny`, `vit_b_16` …).
        weights: `DEFAULT` for torchvision's own (downloaded once), the path of a local file with the
            network's state dictionary, or null for random weights.
        out: `features`, the `maps` before the pooling, or these as `tokens` (B, H·W, C) row by row. Of a
            vision transformer the maps are its patches.

    >>> TorchvisionBackbone(Flow("image", 1, size=(64, 64))).out.channels
    512
    >>> TorchvisionBackbone(Flow("image", 3, size=(64, 96)), out="tokens").out.shape
    (6, 512)
    """

    def __init__(
        self,
        flow: Flow,
        name: str = "resnet18",
        weights: str | None = None,
        out: MapsAs = "features",
    ) -> None:
        super().__init__()
        self.name = name
        check_single(flow, "TorchvisionBackbone")
        network = _network(name, flow)
        head_name, _ = _last(network, (nn.Linear,)) or _last(network, (nn.Conv2d,)) or ("", None)
        load_published(network, name, weights, (f"{head_name}.", "aux", "AuxLogits"))
        replace_part(network, head_name, nn.Identity())
        adapt_first(network, flow.channels)
        self.grid = _patch_grid(network)
        self.pooled, self.shape = out == "features", out
        self.network: nn.Module = network if self.pooled else _maps(network, name)
        shape = dry_shape(self._run, self.network, flow, name)
        maps = Flow("maps", shape[0], size=None if self.pooled else (shape[1], shape[2]))
        self.out = shaped_flow(maps, out)

    def _run(self, network: Any, x: Tensor) -> Tensor:
        """Features (B, C) or maps (B, C, H, W)."""
        found = network(x)
        if self.pooled:
            return found
        maps = found["maps"]
        return maps if self.grid is None else patches_as_maps(maps, self.grid)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        found = self._run(self.network, x)
        return found if self.pooled else shaped(found, self.shape)

    def stages(self) -> list[str]:
        """Of a ResNet the stem and four groups of blocks; of a network with `features` its children."""
        if hasattr(self.network, "layer1"):
            names = ["conv1 bn1", *(f"layer{number}" for number in range(1, 5))]
        else:
            listed = dict(getattr(self.network, "features", nn.Module()).named_children())
            names = [f"features.{name}" for name, part in listed.items() if list(part.parameters())]
        return [" ".join(f"network.{piece}" for piece in name.split(" ")) for name in names]


def load_published(network: nn.Module, name: str, weights: str | None, ignore: tuple[str, ...]) -> None:
    """Loads what `weights` says (DEFAULT, a path, None) into torchvision's network `name`, leaving out
    names that start with one of `ignore`; nothing in a run that is restored.

    Raises ConfigError if the weights cannot be had or do not fit.
    """
    if weights is not None and pretrained_wanted():
        state = _published(name) if weights == "DEFAULT" else read_state(weights)
        load_state(network, state, ignore, weights)


def _network(name: str, flow: Flow) -> nn.Module:
    known = models.list_models(module=models)
    if name not in known:
        raise ConfigError(f"name: torchvision has no {name}; {did_you_mean(name, known)}")
    settings: dict[str, Any] = {}
    if name.startswith("vit_") and flow.size is not None:
        settings["image_size"] = flow.size[0]
    if name.startswith("maxvit") and flow.size is not None:
        settings["input_size"] = flow.size
    if name in ("googlenet", "inception_v3"):
        settings |= {"aux_logits": False, "init_weights": False}
    try:
        return models.get_model(name, weights=None, **settings)
    except (ValueError, AssertionError, RuntimeError) as error:
        raise ConfigError(f"{name} cannot be built for images of {flow.size} pixels: {error}") from error


def _published(name: str) -> dict[str, Tensor]:
    try:
        found = models.get_model_weights(name).DEFAULT.get_state_dict(progress=True, check_hash=True)
    except (OSError, RuntimeError) as error:
        raise ConfigError(
            f"weights: DEFAULT of {name} cannot be downloaded ({type(error).__name__}); "
            "give the path of a local file or null"
        ) from error
    return dict(found)


def _last(network: nn.Module, kinds: tuple[type[nn.Module], ...]) -> tuple[str, nn.Module] | None:
    found = [(name, part) for name, part in network.named_modules() if isinstance(part, kinds)]
    return found[-1] if found else None


def _patch_grid(network: nn.Module) -> tuple[int, int] | None:
    """Rows and columns of the patches of a vision transformer; None for other networks."""
    if not isinstance(network, models.VisionTransformer):
        return None
    side = network.image_size // network.patch_size
    return side, side


def _maps(network: nn.Module, name: str) -> nn.Module:
    """The network up to the maps before its pooling."""
    node = next((node for node in MAP_NODES if hasattr(network, node)), None)
    if node is None:
        raise ConfigError(f"{name} gives no maps; use out: features")
    return create_feature_extractor(network, {node: "maps"})
