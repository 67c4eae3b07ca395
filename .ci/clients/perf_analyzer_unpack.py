"""Takes the program out of perf_analyzer's wheel and makes its demand for glibc 2.38 and for GCC 13's
libstdc++ a wish, which the loader passes over: `perf_analyzer_shim.c` has what it would miss.

    perf_analyzer_unpack.py WHEEL PROGRAM
"""

import struct
import sys
import zipfile
from pathlib import Path

SHT_GNU_VERNEED = 0x6FFFFFFE
VER_FLG_WEAK = 2
TOO_NEW = {b"GLIBC_2.38", b"GLIBCXX_3.4.31", b"GLIBCXX_3.4.32"}


def weakened(elf: bytes) -> bytes:
    """Follows the version needs of a 64-bit little-endian ELF file (gABI, section "Symbol Versioning")."""
    elf = bytearray(elf)
    table, = struct.unpack_from("<Q", elf, 0x28)
    size, count = struct.unpack_from("<HH", elf, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", elf, table + i * size) for i in range(count)]
    _, _, _, _, needs, _, names, needed, _, _ = next(s for s in sections if s[1] == SHT_GNU_VERNEED)
    strings = sections[names][4]
    need = needs
    for _ in range(needed):
        _, entries, _, first, following = struct.unpack_from("<HHIII", elf, need)
        entry = need + first
        for _ in range(entries):
            _, _, _, name, step = struct.unpack_from("<IHHII", elf, entry)
            start = strings + name
            if bytes(elf[start : elf.index(0, start)]) in TOO_NEW:
                struct.pack_into("<H", elf, entry + 4, VER_FLG_WEAK)
            entry += step
        need += following
    return bytes(elf)


if __name__ == "__main__":
    wheel, program = map(Path, sys.argv[1:])
    with zipfile.ZipFile(wheel) as archive:
        program.write_bytes(weakened(archive.read("perf_analyzer/bin/perf_analyzer")))
    program.chmod(0o755)
