"""Modalities that use one encoder, in whole or in part: several views of one kind."""

from collections.abc import Mapping

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.layers.by_name import ModulesByName
from weldfusion.layers.shared_stages import share_stages
from weldfusion.systems.branch import stem, takes_whole_sets
from weldfusion.systems.build import check_names, one_line
from weldfusion.systems.image_set import ImageSet
from weldfusion.systems.parts import MakeEncoder, Parts, Share

FIELDS = ("kind", "channels", "length", "size", "rate")


def stems(flows: Mapping[str, Flow], parts: Parts) -> ModulesByName:
    """The stem encoder of each modality; one that is shared in whole is held once, under both names.

    Raises ConfigError naming the key (`model.encoders.sound`, `model.share.side`).
    """
    makes = parts.encoders or {}
    share = {name: _record(given) for name, given in (parts.share or {}).items()}
    check_share(share, flows, makes)
    whole = {name: one.of for name, one in share.items() if _is_whole(one)}
    made: dict[str, Encoder] = {}
    for name, flow in flows.items():
        if name not in whole:
            made[name] = stem(name, flow, makes.get(share[name].of if name in share else name))
    for name, one in share.items():
        if name not in whole:
            _share_in_part(name, made[name], made[one.of], one)
    return ModulesByName(made, also=whole)


def _record(given: str | Share) -> Share:
    return Share(given, norms="shared") if isinstance(given, str) else given


def _is_whole(share: Share) -> bool:
    return share.stages is None and share.norms == "shared"


def _share_in_part(name: str, encoder: Encoder, source: Encoder, share: Share) -> None:
    key = f"model.share.{name}"
    stages = [""]
    if share.stages is not None:
        stages, kind = encoder.stages(), type(_inner(encoder)).__name__
        if not stages:
            raise ConfigError(f"{key}.stages: {kind} is shared as a whole only; leave stages out")
        if share.stages > len(stages):
            raise ConfigError(f"{key}.stages: is {share.stages}, but {kind} has {len(stages)} stages")
    try:
        share_stages(encoder, source, stages[: share.stages], share.norms)
    except ConfigError as error:
        raise ConfigError(f"{key}: of {share.of} cannot be used: {one_line(error)}") from error


def _inner(encoder: Encoder) -> Encoder:
    return encoder.encoder if isinstance(encoder, ImageSet) else encoder


def check_share(
    share: Mapping[str, Share], flows: Mapping[str, Flow], encoders: Mapping[str, MakeEncoder | None]
) -> None:
    """Raises ConfigError, naming the key, where a modality cannot use the encoder of the other one: no such
    modality, an encoder of its own, another size or rate.

    >>> flows = {"side": Flow("table", 3), "top": Flow("table", 4)}
    >>> check_share({"side": Share("top", norms="shared")}, flows, {})
    Traceback (most recent call last):
        ...
    weldfusion.errors.ConfigError: model.share.side: channels is 3, that of top 4; one encoder needs equal ...
    """
    check_names("model.share", share, flows)
    for name, one in share.items():
        key, other = f"model.share.{name}", one.of
        if other not in flows:
            raise ConfigError(f"{key}: no modality {other!r}; {did_you_mean(other, flows)}")
        if other in share:
            raise ConfigError(f"{key}: {other} has no encoder of its own; name a modality that has one")
        if encoders.get(name) is not None:
            raise ConfigError(f"{key}: model.encoders.{name} is given too; leave one of the two out")
        make = encoders.get(other)
        sets = make is not None and takes_whole_sets(make)
        _check_equal(key, name, flows[name], other, flows[other], (*FIELDS, "count") if sets else FIELDS)


def _check_equal(key: str, name: str, flow: Flow, other: str, others: Flow, fields: tuple[str, ...]) -> None:
    """Sets of images that are encoded one at a time need not be equal in number; nor images in rate."""
    how = f"; one encoder needs equal ones: bring data.inputs.{name} and data.inputs.{other} to the same"
    for field in fields:
        its, theirs = getattr(flow, field), getattr(others, field)
        if its != theirs and not (field == "rate" and flow.kind == "image"):
            raise ConfigError(f"{key}: {field} is {its}, that of {other} {theirs}{how}")
    if (flow.count is None) != (others.count is None):
        single, several = (name, other) if flow.count is None else (other, name)
        raise ConfigError(f"{key}: {single} is one image, {several} a set of images{how}")


def out_of(encoder: Encoder, flow: Flow) -> Flow:
    """What an encoder gives for a modality's flow, also if it was built for another one that shares it."""
    if isinstance(encoder, ImageSet) and flow.count is not None:
        return Flow.tokens(flow.count, encoder.out.channels, flow.rate)
    return encoder.out
