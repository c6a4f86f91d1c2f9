"""What machine this is: processor, its int8 instructions, and how much memory a process takes."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

INT8_FLAGS = ("avx512_vnni", "avx_vnni", "avx2", "asimddp", "i8mm")
"""Processor flags, best first, that ONNX Runtime's int8 kernels use; without any of them reading is far slower."""


def describe() -> str:
    """System, architecture, cores and processor in one line."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {processor()}"


def processor() -> str:
    """The processor's name and the int8 instructions that it has, as far as the system tells."""
    fields = _cpuinfo()
    name = fields.get("model name") or platform.processor() or "unknown processor"
    flags = set((fields.get("flags") or fields.get("Features") or "").split())
    known = [flag for flag in INT8_FLAGS if flag in flags]
    return f"{name} ({', '.join(known)})" if known else name


def resident_bytes(pid: int | None = None) -> int | None:
    """Resident memory of a process (this one by default); None where the system does not tell."""
    try:
        pages = Path(f"/proc/{pid or os.getpid()}/statm").read_text().split()[1]
    except OSError:
        return _peak_bytes() if pid is None else None
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _peak_bytes() -> int | None:
    """The peak of this process, where /proc is missing (macOS counts bytes, others kilobytes)."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _cpuinfo() -> dict[str, str]:
    """The fields of the first processor in /proc/cpuinfo; empty where there is none."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return {}
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    return fields
