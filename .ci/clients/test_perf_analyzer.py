"""Triton's load generator, which reads metadata, configuration and statistics before and after it measures."""

import csv
import os
import subprocess
from pathlib import Path

import pytest
from conftest import address

BIN = Path(os.environ.get("CLIENTS_BIN", ""))
PROGRAM, SHIM = BIN / "perf_analyzer", BIN / "perf_analyzer_shim.so"
pytestmark = pytest.mark.skipif(not PROGRAM.is_file(), reason="CLIENTS_BIN has no perf_analyzer")


def perf_analyzer(server, protocol: str, *arguments: str, table: Path) -> dict[str, float]:
    environment = os.environ | ({"LD_PRELOAD": str(SHIM)} if SHIM.is_file() else {})
    ended = subprocess.run(
        [PROGRAM, "-u", address(server, protocol), "-i", protocol, "--measurement-mode", "count_windows",
         "--measurement-request-count", "300", "--stability-percentage", "999", "-f", table, *arguments],
        capture_output=True, text=True, timeout=90, env=environment, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    with open(table, newline="") as file:
        (row,) = csv.DictReader(file)
    return {key: float(value) for key, value in row.items() if value}


@pytest.mark.parametrize("protocol", ["http", "grpc"])
def test_it_measures(server, protocol, tmp_path):
    row = perf_analyzer(server, protocol, "-m", "digits-mlp", "-b", "4", "--concurrency-range", "4",
                        table=tmp_path / "table.csv")
    assert row["Inferences/Second"] > 0
    assert row["Server Compute Infer"] > 0, "the server's statistics were not read"


def test_it_streams(server, tmp_path):
    row = perf_analyzer(server, "grpc", "-m", "simple", "--streaming", "--async", table=tmp_path / "table.csv")
    assert row["Inferences/Second"] > 0


def test_it_asks_with_json_and_text(server, tmp_path):
    row = perf_analyzer(server, "http", "-m", "simple", "--input-tensor-format", "json", "--output-tensor-format",
                        "json", table=tmp_path / "table.csv")
    assert row["Inferences/Second"] > 0
