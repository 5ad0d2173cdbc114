"""Any classification network of torchvision as an encoder of images."""

from typing import Any, Literal, cast

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torchvision import models
from torchvision.models.feature_extraction import create_feature_extractor

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.layers.pretrained import load_state, pretrained_wanted, read_state

MAP_NODES = ("permute", "features", "layer4", "trunk_output", "conv5", "layers", "Mixed_7c", "inception5b")


class TorchvisionBackbone(Encoder):
    """A network of `torchvision.models` without its last linear layer.

    The first convolution is changed to the number of channels of the images; pretrained filters are
    averaged over colours and scaled so that grey pictures given as one channel look the same to it.

    Args:
        flow: single images; sizes a network cannot take are told when the model is built.
        name: name of the network (`resnet18`, `efficientnet_b0`, `convnext_tiny`, `vit_b_16` …).
        weights: `DEFAULT` for torchvision's own (downloaded once), the path of a local file with the
            network's state dictionary, or null for random weights.
        out: `features`, or the `maps` before the pooling.

    >>> TorchvisionBackbone(Flow("image", 1, size=(64, 64))).out.channels
    512
    """

    def __init__(
        self,
        flow: Flow,
        name: str = "resnet18",
        weights: str | None = None,
        out: Literal["features", "maps"] = "features",
    ) -> None:
        super().__init__()
        if flow.kind != "image" or flow.count is not None or flow.size is None:
            raise ConfigError(f"TorchvisionBackbone takes single images of known size, not {flow.kind}")
        network = _network(name, flow)
        head_name, _ = _last(network, (nn.Linear,)) or _last(network, (nn.Conv2d,)) or ("", None)
        if weights is not None and pretrained_wanted():
            state = _published(name) if weights == "DEFAULT" else read_state(weights)
            load_state(network, state, (f"{head_name}.", "aux", "AuxLogits"), weights)
        _replace(network, head_name, nn.Identity())
        _adapt_first(network, flow.channels)
        self.network: nn.Module = network if out == "features" else _maps(network, name)
        shape = _out_shape(self._run, self.network, flow, name)
        self.out = Flow.features(shape[0]) if out == "features" else Flow("maps", shape[0], size=shape[1:])

    def _run(self, network: Any, x: Tensor) -> Tensor:
        found = network(x)
        return found["maps"] if isinstance(found, dict) else found

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        return self._run(self.network, x)


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


def _replace(network: nn.Module, name: str, part: nn.Module) -> None:
    parent, _, child = name.rpartition(".")
    setattr(network.get_submodule(parent), child, part)


def _adapt_first(network: nn.Module, channels: int) -> None:
    """The first convolution for `channels` channels, keeping what it learned."""
    name, first = next((n, m) for n, m in network.named_modules() if isinstance(m, nn.Conv2d))
    if first.in_channels == channels:
        return
    new = nn.Conv2d(
        channels,
        first.out_channels,
        cast(tuple[int, int], first.kernel_size),
        stride=cast(tuple[int, int], first.stride),
        padding=cast(Any, first.padding),
        bias=first.bias is not None,
    )
    with torch.no_grad():
        share = first.weight.mean(dim=1, keepdim=True) * first.in_channels / channels
        new.weight.copy_(share.expand_as(new.weight))
        if new.bias is not None and first.bias is not None:
            new.bias.copy_(first.bias)
    _replace(network, name, new)


def _maps(network: nn.Module, name: str) -> nn.Module:
    """The network up to the maps before its pooling."""
    node = next((node for node in MAP_NODES if hasattr(network, node)), None)
    if node is None:
        raise ConfigError(f"{name} gives no maps; use out: features")
    return create_feature_extractor(network, {node: "maps"})


def _out_shape(run: Any, network: nn.Module, flow: Flow, name: str) -> Any:
    """Shape of one sample's output, from a dry pass on the meta device."""
    training = network.training
    network.eval()
    state = {key: tensor.to("meta") for key, tensor in network.state_dict(keep_vars=True).items()}
    x = torch.zeros((2, *flow.shape), device="meta")
    try:
        found = run(lambda images: functional_call(network, state, images), x)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"{name} cannot take images of {flow.size} pixels: {reason}") from error
    finally:
        network.train(training)
    return tuple(found.shape[1:])
