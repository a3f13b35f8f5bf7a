"""What a service makes ready first."""

import asyncio
from types import SimpleNamespace

from course.service.app import Worker


def test_derivations_are_ready_before_anything_is_compiled():
    made, worker = [], Worker()
    asked = ("mlp/relu-sgd", "mlp/relu-sgd-chain", "cnn/conv-by-hand", "mlp/layer-gradients")
    try:
        asyncio.run(worker.warm(SimpleNamespace(exercises=asked, warm=made.append)))
    finally:
        worker.close()
    assert made == ["mlp/relu-sgd-chain", "mlp/layer-gradients", "mlp/relu-sgd", "cnn/conv-by-hand"]
    assert worker.ready
