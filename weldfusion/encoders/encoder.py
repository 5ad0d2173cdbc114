"""The contract of an encoder: one modality in; features, tokens or maps out."""

from abc import ABC, abstractmethod

from torch import Tensor, nn

from weldfusion.data.flow import Flow


class Encoder(nn.Module, ABC):
    """Turns one modality into features, tokens or maps.

    The first constructor argument is the incoming `Flow`, given by the model builder; all others
    are settings a config may name. The constructor must leave `self.out`, the outgoing flow, so that
    what follows sizes itself. Raise `ConfigError` if the incoming flow cannot be used.

    Invariants, checked by `weldfusion.testing.check_encoder`: in eval mode the output of a sample
    does not depend on the rest of the batch nor on values where `valid` is False.
    """

    out: Flow
    needs_float32: bool = False
    whole_sets: bool = False
    """Whether it takes all images of a set or sequence at once, (B, K, C, H, W); else each on its own."""
    channel_tokens: bool = False
    """Whether each token it gives is a channel of the waveform; else a stretch of time or place."""

    @abstractmethod
    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        """`x` (B, *flow.shape), `valid` bool (B, L) or None → (B, *self.out.shape).

        L are samples, tokens, columns of a table, images of a set, or columns of a picture of a signal
        (`SpectrogramBackbone`), which an encoder of images may leave unasked: they are 0 already. Encoders
        with `channel_tokens` get (B, C, L) where channels are selected, False all along a dropped one.
        """

    def stages(self) -> list[str]:
        """Names of the consecutive parts, input first, of which the first few may be shared with another
        modality (`model.share`); empty: only the whole can be shared. A stage of several sub-modules has
        their names divided by spaces: `conv1 bn1`."""
        return []

    def out_valid(self, valid: Tensor | None) -> Tensor | None:
        """The mask (B, out.length) of output tokens for the input's, as in `forward`; None: all valid."""
        return None
