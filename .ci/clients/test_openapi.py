"""schemathesis: every route of the OpenAPI document, with what the document allows and what it does not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import deploy_all
from server import running

CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
          "response_schema_conformance")


@pytest.fixture(scope="module")
def own_server():
    """It deploys, undeploys and deletes: on a server of its own."""
    with running() as started:
        deploy_all(started)
        yield started


def test_no_answer_breaks_the_document(own_server, tmp_path):
    examples = os.environ.get("SCHEMATHESIS_EXAMPLES", "60")
    ended = subprocess.run(
        [Path(sys.executable).with_name("schemathesis"), "run", f"http://{own_server.http}/openapi.json",
         "--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", examples, "--seed", "5",
         "--generation-deterministic", "--request-timeout", "30",
         "--suppress-health-check", "all", "--continue-on-failure", "--warnings", "off", "--no-color"],
        cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False)
    print(ended.stdout[-20000:])
    assert ended.returncode == 0, ended.stdout[-20000:] + ended.stderr[-2000:]
