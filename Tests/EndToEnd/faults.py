"""Slow, failing and full disks and jumping clocks for one process, by a preload library."""

import errno
import mmap
import os
import resource
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).parent / "shims/faults.c"
FIELDS = [
    "sync_microseconds", "clock_seconds", "write_error", "sync_error", "read_error", "only",
    "kill_at", "error_at", "change_error", "error_lasts", "syncs", "write_failures", "changes",
]  # fmt: skip
WAL, DATABASE, INDEX = 1, 2, 3


def build(folder: Path) -> Path:
    library = folder / "faults.so"
    command = ["cc", "-shared", "-fPIC", "-O2", "-o", library, SOURCE, "-ldl"]
    subprocess.run(command, check=True)
    return library


class Faults:
    """What befalls a process that is started with `env`, from the moment it is set."""

    def __init__(self, library: Path, control: Path, prefix: Path):
        control.write_bytes(bytes(8 * len(FIELDS)))
        with control.open("r+b") as file:
            self.map = mmap.mmap(file.fileno(), 0)
        self.env = {
            "LD_PRELOAD": str(library),
            "FIXBOOK_FAULTS": str(control),
            "FIXBOOK_FAULTS_PREFIX": str(prefix),
        }

    def set(self, **wishes: int) -> None:
        for name, value in wishes.items():
            struct.pack_into("q", self.map, 8 * FIELDS.index(name), value)

    def get(self, name: str) -> int:
        return struct.unpack_from("q", self.map, 8 * FIELDS.index(name))[0]

    def clear(self) -> None:
        self.set(write_error=0, sync_error=0, read_error=0, only=0, sync_microseconds=0, error_at=0)

    def fill_disk(self, only: int = 0) -> None:
        self.set(only=only, write_error=errno.ENOSPC)


def mount(*arguments: str) -> bool:
    """False where this user may not mount."""
    if os.geteuid() != 0:
        return False
    return subprocess.run(["mount", *arguments], capture_output=True).returncode == 0


def unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", folder], capture_output=True)


def limit_file_size(size: int):
    """For `preexec_fn`: what the child writes beyond that size fails."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
