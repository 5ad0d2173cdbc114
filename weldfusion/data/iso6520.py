"""Reference numbers of imperfections in fusion welds (ISO 6520-1) with short names of our own.

Only numbers and short names are kept; the standard itself is copyrighted. Numbers were collected from
public pages and from memory: check against a licensed copy before relying on a rare one. Resistance and
pressure welds have numbers of their own (ISO 6520-2), which are not in this list.
"""

IMPERFECTIONS: dict[int, str] = {
    100: "crack",
    1001: "microcrack",
    101: "longitudinal crack",
    102: "transverse crack",
    103: "radiating cracks",
    104: "crater crack",
    105: "group of cracks",
    106: "branching crack",
    200: "cavity",
    201: "gas cavity",
    2011: "gas pore",
    2012: "uniformly distributed porosity",
    2013: "clustered porosity",
    2014: "linear porosity",
    2015: "elongated cavity",
    2016: "wormhole",
    2017: "surface pore",
    202: "shrinkage cavity",
    2024: "crater pipe",
    2025: "end crater pipe",
    300: "solid inclusion",
    301: "slag inclusion",
    302: "flux inclusion",
    303: "oxide inclusion",
    304: "metallic inclusion",
    3041: "tungsten inclusion",
    3042: "copper inclusion",
    401: "lack of fusion",
    4011: "lack of side-wall fusion",
    4012: "lack of inter-run fusion",
    4013: "lack of root fusion",
    402: "incomplete penetration",
    4021: "incomplete root penetration",
    501: "undercut",
    5011: "continuous undercut",
    5012: "intermittent undercut",
    5013: "shrinkage groove",
    502: "excess weld metal",
    503: "excessive convexity",
    504: "excess penetration",
    505: "incorrect weld toe",
    506: "overlap",
    507: "linear misalignment",
    508: "angular misalignment",
    509: "sagging",
    510: "burn-through",
    511: "incompletely filled groove",
    512: "excessive asymmetry of fillet weld",
    513: "irregular width",
    514: "irregular surface",
    515: "root concavity",
    516: "root porosity",
    517: "poor restart",
    520: "excessive distortion",
    521: "imperfect dimensions",
    601: "stray arc",
    602: "spatter",
    603: "torn surface",
    604: "grinding mark",
    605: "chipping mark",
    606: "underflushing",
    610: "temper colour",
}


def nearest_imperfections(code: int) -> str:
    """The end of an error line for an unknown number: known ones of the same family.

    >>> nearest_imperfections(4014)
    'near: 401 lack of fusion, 4011 lack of side-wall fusion, 4012 lack of inter-run fusion'
    """
    text = str(code)

    def shared(known: int) -> int:
        return sum(1 for length in range(1, 5) if str(known)[:length] == text[:length])

    best = sorted(IMPERFECTIONS, key=lambda known: (-shared(known), len(str(known)), known))[:3]
    if not shared(best[0]):
        best = [100, 200, 300, 401, 501]
    return "near: " + ", ".join(f"{known} {IMPERFECTIONS[known]}" for known in sorted(best, key=str))
