"""Modalities that use one encoder, in whole or in part: several views of one kind."""

from collections.abc import Collection, Mapping

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


def stems(flows: Mapping[str, Flow], parts: Parts) -> ModulesByName[Encoder]:
    """The stem encoder of each modality; one that is shared in whole is held once, under both names.

    Raises ConfigError naming the key (`model.encoders.sound`, `model.share.side`).
    """
    makes = parts.encoders or {}
    given = parts.share or {}
    share = {name: Share(one, norms="shared") if isinstance(one, str) else one for name, one in given.items()}
    own = {name for name, one in given.items() if makes.get(name) is not None and not isinstance(one, str)}
    check_share(share, flows, makes, own)
    whole = {name: one.of for name, one in share.items() if name not in own and _is_whole(one)}
    made: dict[str, Encoder] = {}
    for name, flow in flows.items():
        if name not in whole:
            like = share[name].of if name in share and name not in own else name
            made[name] = stem(name, flow, makes.get(like))
    for name, one in share.items():
        if name not in whole:
            _share_in_part(name, made[name], made[one.of], one, name in own)
    return ModulesByName(made, also=whole)


def _is_whole(share: Share) -> bool:
    return share.stages is None and share.norms == "shared" and not share.skip


def _share_in_part(name: str, encoder: Encoder, source: Encoder, share: Share, own: bool) -> None:
    key = f"model.share.{name}"
    stages = there = [""]
    if own or share.stages is not None or share.skip:
        last = None if share.stages is None else share.skip + share.stages
        stages, there = (_named(key, each, share)[share.skip : last] for each in (encoder, source))
        if len(stages) != len(there):
            raise ConfigError(
                f"{key}: has {len(stages)} stages after skip, {share.of} {len(there)}; give stages, at most "
                f"{min(len(stages), len(there))}"
            )
    try:
        share_stages(encoder, source, stages, share.norms, there)
    except ConfigError as error:
        raise ConfigError(f"{key}: of {share.of} cannot be used: {one_line(error)}") from error


def _named(key: str, encoder: Encoder, share: Share) -> list[str]:
    """The stages of an encoder. Raises ConfigError where it has fewer than are to be shared."""
    stages, kind = encoder.stages(), type(_inner(encoder)).__name__
    if not stages:
        raise ConfigError(f"{key}.stages: {kind} is shared as a whole only; leave stages out")
    if share.skip >= len(stages):
        raise ConfigError(f"{key}.skip: is {share.skip}, but {kind} has {len(stages)} stages")
    if share.skip + (share.stages or 0) > len(stages):
        after = f" after the {share.skip} of skip" if share.skip else ""
        left = len(stages) - share.skip
        raise ConfigError(f"{key}.stages: is {share.stages}, but {kind} has {left} stages{after}")
    return stages


def _inner(encoder: Encoder) -> Encoder:
    return encoder.encoder if isinstance(encoder, ImageSet) else encoder


def check_share(
    share: Mapping[str, Share],
    flows: Mapping[str, Flow],
    encoders: Mapping[str, MakeEncoder | None],
    own: Collection[str] = (),
) -> None:
    """Raises ConfigError, naming the key, where a modality cannot use the encoder of the other one: no such
    modality, an encoder of its own, another size or rate. Those of `own` have an encoder of their own and
    share stages of it only.

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
        if name in own:
            continue
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
        return encoder.out_of(flow)
    return encoder.out
