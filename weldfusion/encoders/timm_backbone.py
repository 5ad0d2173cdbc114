"""Any network of timm as an encoder of images."""

from difflib import get_close_matches
from types import ModuleType
from typing import Any

from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.layers.backbone import check_single, dry_shape, grey_filters
from weldfusion.layers.maps import MapsAs, patches_as_maps, shaped, shaped_flow
from weldfusion.layers.pretrained import load_state, pretrained_wanted, read_state

COLOURS = 3


class TimmBackbone(Encoder):
    """A network of timm without its last linear layer; needs `pip install weldfusion[backbones]`.

    Settings and behaviour are those of `TorchvisionBackbone`.

    Args:
        flow: single images; sizes a network cannot take are told when the model is built.
        name: timm's name (`resnet18`, `efficientnet_b0`, `vit_tiny_patch16_224` …), where wanted with the
            tag of its weights (`resnet18.a1_in1k`).
        weights: `DEFAULT` for timm's own (downloaded once), the path of a local file with the network's
            state dictionary (`.safetensors` too), or null for random weights.
        out: `features`, the `maps` before the pooling, or these as `tokens` (B, H·W, C) row by row. Of a
            transformer the maps are its patches.

    >>> TimmBackbone(Flow("image", 1, size=(64, 64)), name="mobilenetv3_small_050").out.channels
    1024
    """

    def __init__(
        self, flow: Flow, name: str = "resnet18", weights: str | None = None, out: MapsAs = "features"
    ) -> None:
        super().__init__()
        self.name = name
        check_single(flow, "TimmBackbone")
        timm = _timm()
        network = _network(timm, name, flow, flow.channels)
        if weights is not None and pretrained_wanted():
            _load(timm, network, name, weights, flow)
        self.pooled, self.shape = out == "features", out
        if not self.pooled:
            _unpool(network, name)
        self.network: nn.Module = network
        self.grid = getattr(getattr(network, "patch_embed", None), "grid_size", None)
        self.channels_last = str(getattr(network, "output_fmt", "NCHW")) == "NHWC"
        found = dry_shape(self._run, network, flow, name)
        if len(found) != (1 if self.pooled else 3):
            raise ConfigError(f"{name} gives no {'features' if self.pooled else 'maps; use out: features'}")
        self.out = shaped_flow(
            Flow("maps", found[0], size=None if self.pooled else (found[1], found[2])), out
        )

    def _run(self, network: Any, x: Tensor) -> Tensor:
        """Features (B, C) or maps (B, C, H, W); tokens (B, L, C) of transformers become maps."""
        found = network(x)
        if self.pooled:
            return found
        if found.ndim == 3 and self.grid is not None:
            return patches_as_maps(found, self.grid)
        return found.permute(0, 3, 1, 2) if found.ndim == 4 and self.channels_last else found

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        found = self._run(self.network, x)
        return found if self.pooled else shaped(found, self.shape)

    def stages(self) -> list[str]:
        """The children of timm's network; of a transformer class token and position code are in none."""
        children = self.network.named_children()
        return [f"network.{name}" for name, part in children if list(part.parameters())]


def _timm() -> ModuleType:
    try:
        import timm
    except ImportError:
        raise ConfigError("TimmBackbone needs timm: pip install weldfusion[backbones]") from None
    return timm


def _network(timm: Any, name: str, flow: Flow, channels: int, pretrained: bool = False) -> Any:
    """timm's network without its classifier for pictures of the flow's size.

    Names of other places (`hf-hub:…`) are no names of timm and thus refused.
    """
    known, (architecture, _, tag) = timm.list_models(), name.partition(".")
    if architecture not in known:
        close = get_close_matches(architecture, known)
        near = did_you_mean(architecture, close) if close else "timm.list_models() gives all"
        raise ConfigError(f"name: timm has no {name}; {near}")
    if tag and name not in (tags := timm.list_pretrained(f"{architecture}.*")):
        raise ConfigError(f"name: timm has no {name}; {did_you_mean(name, tags)}")
    settings: dict[str, Any] = {"num_classes": 0, "in_chans": channels, "pretrained": pretrained}
    published = timm.get_pretrained_cfg(name)
    if published is not None and published.fixed_input_size and published.input_size[1:] != flow.size:
        settings["img_size"] = flow.size
    try:
        return timm.create_model(name, **settings)
    except TypeError as error:
        if "img_size" not in settings:
            raise
        size = published.input_size[1:]
        raise ConfigError(f"{name} takes images of {size} pixels only, not {flow.size}") from error
    except (ValueError, AssertionError, ZeroDivisionError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"{name} cannot be built for images of {flow.size} pixels: {reason}") from error


def _unpool(network: Any, name: str) -> None:
    """Takes the pooling away, so that the network gives maps or tokens."""
    try:
        network.reset_classifier(0, "")
    except (TypeError, AssertionError, NotImplementedError) as error:
        raise ConfigError(f"{name} gives no maps; use out: features") from error


def _load(timm: Any, network: Any, name: str, weights: str, flow: Flow) -> None:
    """Loads weights for three colours into a network for the flow's channels."""
    state = dict(_published(timm, name, flow) if weights == "DEFAULT" else read_state(weights))
    own = network.state_dict()
    for first in _names(network.pretrained_cfg.get("first_conv")):
        key = f"{first}.weight"
        if key in own and key in state and state[key].shape[1] != own[key].shape[1]:
            state[key] = grey_filters(state[key], own[key].shape[1])
    classifier = tuple(f"{part}." for part in _names(network.pretrained_cfg.get("classifier")))
    load_state(network, state, classifier, weights)


def _published(timm: Any, name: str, flow: Flow) -> dict[str, Tensor]:
    if not timm.is_model_pretrained(name):
        raise ConfigError(f"weights: timm has no weights of {name}; give the path of a local file or null")
    try:
        return dict(_network(timm, name, flow, COLOURS, pretrained=True).state_dict())
    except ConfigError:
        raise
    except Exception as error:  # of several libraries of transfer, which share no base
        raise ConfigError(
            f"weights: DEFAULT of {name} cannot be downloaded ({type(error).__name__}); "
            "give the path of a local file or null"
        ) from error


def _names(given: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given or ())
