"""The contract of a system: one paper, one file, only composition."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from weldfusion.systems.parts import Parts


class System(ABC):
    """What `model:` of a config may name: settings in, the parts of a fusion model out.

    A published system is one file in `weldfusion/systems/` with a class whose constructor takes the names of
    the modalities and the paper's settings; `parts` composes encoders, exchanges, trunks, fusion and heads.
    It names every sensor that it takes, also one with `default_encoder`; others in the data are an error.
    """

    @abstractmethod
    def parts(self) -> "Parts":
        """The parts of the model."""
