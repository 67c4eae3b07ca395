import numpy as np
import pytest
from drivers import KINDS, Driver
from models import add_sub, every_type, identity
from server import SAMPLES, ZOO, given, running


@pytest.fixture(scope="session")
def server():
    """The server with every model the tests ask; MATIH_HTTP and MATIH_GRPC may name one that has none yet."""
    there = given()
    if there:
        deploy_all(there)
        yield there
    else:
        with running() as started:
            deploy_all(started)
            yield started


def deploy_all(server):
    for sample in ("iris", "breast-cancer", "digits-mlp"):
        server.deploy(sample, (SAMPLES / sample / "model.onnx").read_bytes())
    server.deploy("every_type", every_type())
    server.deploy("identity", identity())
    server.deploy("simple", add_sub(), config={"max_batch_size": 8})
    server.deploy("slow", (ZOO / "slow/model.onnx").read_bytes())


def address(server, kind: str) -> str:
    return server.http if kind.startswith("http") else server.grpc


@pytest.fixture(params=KINDS)
def client(server, request):
    driver = Driver(request.param, address(server, request.param))
    yield driver
    driver.close()


def one_of(prefix: str):
    @pytest.fixture(params=[kind for kind in KINDS if kind.startswith(prefix)])
    def fixture(server, request):
        driver = Driver(request.param, address(server, request.param))
        yield driver
        driver.close()

    return fixture


http_client = one_of("http")
grpc_client = one_of("grpc")


@pytest.fixture(scope="session")
def digits():
    """The held-out digits and what they are."""
    rows = np.loadtxt(SAMPLES / "digits-mlp/test.csv", delimiter=",", skiprows=1, dtype=np.float32)
    return rows[:, :-1].copy(), rows[:, -1].astype(int)
