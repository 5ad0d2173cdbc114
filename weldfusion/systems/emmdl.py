"""EMMDL: infrared, two views and process parameters, three classifiers joined by Dempster's rule."""

from dataclasses import dataclass
from functools import partial
from typing import Literal

from weldfusion.encoders.fresnet import FResNet
from weldfusion.encoders.irnet import IrNet
from weldfusion.encoders.side_by_side import SideBySide
from weldfusion.encoders.table import TableMLP
from weldfusion.encoders.views import Views
from weldfusion.fusion.dempster_shafer import DempsterShafer
from weldfusion.signals.collinearity import StepwiseVif
from weldfusion.systems.parts import MakeEncoder, MakeFusion, Parts
from weldfusion.systems.system import System


@dataclass(frozen=True)
class EMMDL(System):
    """IrNet on infrared, DF-ResNet on a set of views, a small network on parameters; late fusion by evidence.

    Source: "Multimodal data fusion for welding defect detection using ensemble deep learning" (resistance
    spot welds). Each classifier is trained by itself (`training.stages`), then calibrated, then its
    reliability is learned, both from welds that no gradient saw; Dempster's rule joins them and tells their
    conflict κ. Columns of the table whose variance inflation is above 10 go, found on the training part only.

    Views (B, K, C, H, W) → F-ResNet: ResNet-18 with a pyramid, means of P2 … P5 (4 · 256) → side by side
    (K · 1024) → linear. Two colour views and three classes: 13 789 763 parameters, unshared 27 573 379; one
    view 13 786 691.

    Our choices, where the paper's text is not public: the layers of IrNet and of the parameters' network
    (64, 32; batch norm, dropout 0.2), the pooling of the pyramid, no dropout before the last layer, balanced
    accuracy as reliability.

    Args:
        infrared: the modality of thermal pictures.
        views: the modality with the views, images with `count`.
        parameters: the table; without results of the weld, such as a pull force.
        shared_stages: how many stages of the F-ResNet all views share, from the input on; null: all of it,
            0: each view has its own.
        join: views side by side (`concat`, their order counts) or their `mean`.
        pyramid: channels of each level of the feature pyramid.
        weights: of the ResNet: `DEFAULT` for torchvision's, a local file, or null for random ones.
        fusion: joins the classifiers; `DempsterShafer` by default.
    """

    paper_targets = 1

    infrared: str = "infrared"
    views: str = "views"
    parameters: str = "parameters"
    shared_stages: int | None = None
    join: Literal["concat", "mean"] = "concat"
    pyramid: int = 256
    weights: str | None = None
    fusion: MakeFusion | None = None

    def parts(self) -> Parts:
        view: MakeEncoder = partial(FResNet, weights=self.weights, width=self.pyramid)
        if self.shared_stages is not None:
            view = partial(Views, encoder=view, stages=self.shared_stages)
        side_by_side = partial(SideBySide, absent="zero")
        return Parts(
            select={self.parameters: StepwiseVif()},
            encoders={
                self.infrared: IrNet,
                self.views: view,
                self.parameters: partial(
                    TableMLP, widths=(64, 32), dropout=0.2, norm="batch", activation="relu", flags=False
                ),
            },
            trunks={self.views: side_by_side} if self.join == "concat" else None,
            fusion=self.fusion or DempsterShafer,
        )
