"""`weldfusion info`: versions, threads, devices and speed settings, for a bug report."""

import json
from argparse import Namespace
from typing import Any


def add(verbs: Any) -> None:
    about = "print versions, threads, devices and speed settings, for a bug report"
    parser = verbs.add_parser("info", help=about, description=about)
    parser.add_argument("--json", action="store_true", help="print as JSON")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    import torch

    from weldfusion.training.allocator import keep_memory
    from weldfusion.training.environment import environment

    info = environment()
    lines = {name: info[name] for name in ("weldfusion", "python", "platform")}
    lines |= info["packages"]
    lines |= {"threads": f"{info['threads']} of {info['processors']} processors"}
    lines |= {"devices": ", ".join(info["devices"])}
    lines |= {"bf16": _bf16(torch)}
    lines |= {"vectors": info["cpu"]["vectors"], "oneDNN": "used" if info["cpu"]["onednn"] else "not used"}
    lines |= {"malloc": "keeps memory" if keep_memory() else "thresholds of the system or of the user"}
    if arguments.json:
        print(json.dumps(lines, indent=2))
        return 0
    for name, value in lines.items():
        print(f"{name:<14}{value}")
    return 0


def _bf16(torch: Any) -> str:
    if torch.cuda.is_available():
        return "GPU: yes" if torch.cuda.is_bf16_supported() else "GPU: no"
    return "CPU: in hardware" if torch.cpu.get_capabilities().get("avx512_bf16") else "CPU: emulated"
