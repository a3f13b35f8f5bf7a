"""How many practice sheets a minute the service marks, and how long a student waits.

Run as `course bench practice`. The service is a process of its own, as `course serve` starts it; students are
another one, which keeps many connections open and sends sheets at a fixed pace, whether or not answers have come
back (so that waiting is not hidden): right ones, slips and nonsense of several exercises, with the card that a
notebook shows, and now and then a request that must be refused. Then it sends as fast as answers come back.
Latency is from the moment a request was due until its answer is read.
"""

import argparse
import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
from tornado.httpclient import HTTPClientError
from tornado.simple_httpclient import SimpleAsyncHTTPClient

from course import sheet as sheets
from course.commands.common import prepare_output
from course.commands.progress import working
from course.exercises import find
from course.exercises.practice import practice_given
from course.marking import registry
from course.marking.programs.compiled import keep_compiled
from tests.oracles.sheets import kinds

ROOT = Path(__file__).parents[1]
SOLUTIONS = ROOT / "solutions"
EXERCISES = (
    "mlp/relu-sgd",
    "mlp/sigmoid-ls",
    "mlp/backprop",
    "cnn/output-size",
    "cnn/softmax-ce",
    "cnn/two-channel",
    "regularization/elastic-net",
    "momentum/two-forms",
)
BAD = (
    (b"not json", 400),
    (b'{"sheet": {"exercise": "mlp/relu-sgd", "answers": {}}, "round": 0}', 403),
    (b'{"sheet":' + b"[" * 50_000, 400),
    (b" " * (300 << 10), 413),
)


def make_requests(count, students, share_bad, seed=1):
    """(path, body, expected status) of every request, and whose it is."""
    rng = np.random.default_rng(seed)
    made = {}
    for exercise_id in EXERCISES:
        exercise, marker = find(exercise_id), registry.marker((SOLUTIONS,), exercise_id)
        for student in range(4):
            given = practice_given(exercise, f"student-{student}")
            every = kinds(marker, given, exercise.probes("practice"))
            made[exercise_id, student] = [sheets.encode(sheet) for sheet in every.values()]
    requests = []
    for _ in range(count):
        exercise_id = EXERCISES[rng.integers(len(EXERCISES))]
        student = int(rng.integers(students))
        path = f"v1/exercises/{exercise_id}/marks"
        if rng.random() < share_bad:
            body, status = BAD[rng.integers(len(BAD))]
            path = path if status != 403 else "v1/exercises/mlp/relu-sgd/marks"
        else:
            options = made[exercise_id, student % 4]
            body = b'{"sheet":%b,"round":1,"card":true}' % options[rng.integers(len(options))]
            status = 200
        requests.append((path, body, status, student))
    return requests


class Service:
    """`course serve` as its own process, with a token for everybody."""

    def __init__(self, students, arguments=()):
        self.tokens = [secrets.token_urlsafe(24) for _ in range(students)]
        descriptor, name = tempfile.mkstemp(".tokens")  # readable by its owner only
        with os.fdopen(descriptor, "w") as file:
            file.writelines(f"student-{number} {token}\n" for number, token in enumerate(self.tokens))
        self.file = Path(name)
        assignments = sorted({exercise_id.partition("/")[0] for exercise_id in EXERCISES})
        command = [sys.executable, "-m", "course.cli", "serve", "--json", "--token-file", name]
        command += ["--burst", "100000", "--per-minute", "1000000", *arguments]
        command += [word for name in assignments for word in ("--assignment", name)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        text = ""
        while not text.rstrip().endswith("}"):
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit("the service did not start")
            text += line
        self.url = json.loads(text)["url"]

    async def warm(self, client):
        while not json.loads((await client.fetch(self.url + "health")).body)["ready"]:
            await asyncio.sleep(0.5)

    def cpu(self):
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.file.unlink()


async def send(client, service, request, due):
    path, body, expected, student = request
    headers = {"Authorization": f"Bearer {service.tokens[student]}", "Content-Type": "application/json"}
    try:
        answer = await client.fetch(service.url + path, method="POST", body=body, headers=headers)
        status = answer.code
    except HTTPClientError as error:
        status = error.code
    return time.perf_counter() - due, status, expected


async def at_a_pace(client, service, requests, per_second):
    start = time.perf_counter()
    tasks = []
    for number, request in enumerate(requests):
        due = start + number / per_second
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(send(client, service, request, due)))
    return await asyncio.gather(*tasks), time.perf_counter() - start


async def as_fast_as_possible(client, service, requests, connections):
    start, queue = time.perf_counter(), iter(requests)
    results = []

    async def student():
        for request in queue:
            results.append(await send(client, service, request, time.perf_counter()))

    await asyncio.gather(*(student() for _ in range(connections)))
    return results, time.perf_counter() - start


def report(title, results, seconds, cpu):
    """Print a line, and count the answers that were not the expected ones.

    The service's processor time a request says what it costs where other work disturbs the waiting times.
    """
    waits = 1000 * np.array([wait for wait, status, _ in results if status == 200])
    refused = 1000 * np.array([wait for wait, status, _ in results if status != 200])
    wrong = sum(status != expected for _, status, expected in results)
    rate = 60 * len(waits) / seconds
    p50, p90, p99 = np.percentile(waits, [50, 90, 99])
    line = f"{title:34s} {rate:8,.0f} sheets/min   p50 {p50:6.1f} ms   p90 {p90:6.1f} ms   p99 {p99:6.1f} ms"
    line += f"   {1000 * cpu / len(results):4.1f} ms CPU a request"
    if refused.size:
        line += f"   {refused.size} bad ones refused, p99 {np.percentile(refused, 99):.1f} ms"
    print(line + (f"   {wrong} UNEXPECTED ANSWERS" if wrong else ""))
    return wrong


async def run(options, service, requests):
    client = SimpleAsyncHTTPClient(force_instance=True, max_clients=512)
    await service.warm(client)
    await as_fast_as_possible(client, service, requests[:200], 4)  # lets every path be used once
    wrong = 0
    for per_minute in options.paces:
        count = min(len(requests), round(per_minute / 60 * options.seconds))
        before = service.cpu()
        results, seconds = await at_a_pace(client, service, requests[:count], per_minute / 60)
        wrong += report(f"at a pace of {per_minute:,} a minute", results, seconds, service.cpu() - before)
    for connections in options.connections:
        before = service.cpu()
        results, seconds = await as_fast_as_possible(client, service, requests[: options.sheets], connections)
        wrong += report(f"as fast as it goes, {connections} at once", results, seconds, service.cpu() - before)
    return wrong


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--paces", type=int, nargs="*", default=[2000, 4000, 8000], help="requests a minute")
    parser.add_argument("--seconds", type=float, default=20, help="of each pace")
    parser.add_argument("--connections", type=int, nargs="*", default=[1, 8, 64])
    parser.add_argument("--sheets", type=int, default=2000, help="sent as fast as it goes")
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--bad", type=float, default=0.05, help="share of requests to be refused")
    options = parser.parse_args()
    prepare_output()
    keep_compiled()
    count = max([options.sheets, *(round(pace / 60 * options.seconds) for pace in options.paces)])
    requests = make_requests(count, options.students, options.bad)
    service = Service(options.students)
    try:
        load = os.getloadavg()[0]
        print(f"{len(EXERCISES)} exercises, {options.students} students, {options.bad:.0%} bad requests")
        print(f"{os.cpu_count()} cores, 1-minute load before: {load:.1f}")
        with working("asking the service"):
            wrong = asyncio.run(run(options, service, requests))
    finally:
        service.stop()
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
