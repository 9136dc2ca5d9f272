"""Measures one PyPI job queue: `rivals.py NAME JOBS` prints jobs enqueued and jobs done per second.

Names: procrastinate (PORTICO_TEST_POSTGRES) with its default of one place, procrastinate-16; rq (PORTICO_TEST_REDIS) as it
comes, with a process for each job, rq-simple without; celery (PORTICO_TEST_REDIS) with 16 threads, celery-prefork with two
processes. Jobs are empty. Each keeps what it keeps by default, but that Celery's results are left out.
"""

import asyncio
import logging
import os
import subprocess
import sys
import time

POSTGRES = os.environ["PORTICO_TEST_POSTGRES"]
REDIS = os.environ["PORTICO_TEST_REDIS"]
BATCH = 1000


def show(what, count, seconds):
    print(f"{what}\t{count / seconds:.0f}", flush=True)


def batches(count):
    for first in range(0, count, BATCH):
        yield range(first, min(first + BATCH, count))


async def procrastinate(count, concurrency):
    import procrastinate

    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=POSTGRES))
    done = 0

    @app.task(name="bench.empty")
    async def empty(number):
        nonlocal done
        done += 1

    async with app.open_async():
        if not await app.check_connection_async():
            await app.schema_manager.apply_schema_async()
        start = time.perf_counter()
        for numbers in batches(count):
            await empty.batch_defer_async(*({"number": number} for number in numbers))
        show("enqueued", count, time.perf_counter() - start)
        start = time.perf_counter()
        await app.run_worker_async(wait=False, concurrency=concurrency, install_signal_handlers=False)
        assert done == count, done
        show("done", count, time.perf_counter() - start)


def rq(count, kind):
    import redis
    import rq as library

    import rivals

    connection = redis.Redis.from_url(REDIS)
    connection.flushall()
    queue = library.Queue("bench", connection=connection)
    start = time.perf_counter()
    for numbers in batches(count):
        queue.enqueue_many([library.Queue.prepare_data(rivals.empty, (number,)) for number in numbers])
    show("enqueued", count, time.perf_counter() - start)
    logging.disable(logging.INFO)
    worker = getattr(library, kind)([queue], connection=connection)
    start = time.perf_counter()
    worker.work(burst=True, logging_level="WARNING")
    assert queue.count == 0 and not queue.failed_job_registry.count
    show("done", count, time.perf_counter() - start)


def empty(number):
    """A job of rq."""


def celery_app():
    import celery as library

    app = library.Celery("rivals", broker=REDIS)
    app.conf.update(task_ignore_result=True, worker_hijack_root_logger=False, broker_connection_retry_on_startup=True)

    @app.task(name="bench.empty")
    def count_down(number):
        pass

    return app, count_down


def celery(count, options):
    import redis

    app, task = celery_app()
    connection = redis.Redis.from_url(REDIS)
    connection.flushall()
    start = time.perf_counter()
    with app.producer_pool.acquire(block=True) as producer:
        for number in range(count):
            task.apply_async((number,), producer=producer)
    show("enqueued", count, time.perf_counter() - start)
    command = [sys.executable, "-m", "celery", "-A", "rivals:app", "worker", "--loglevel", "ERROR", *options]
    worker = subprocess.Popen(
        command, cwd=os.path.dirname(os.path.abspath(__file__)), env=os.environ | {"PORTICO_RIVAL": "celery"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        # The clock runs from the first job that is taken: starting takes seconds.
        while connection.llen("celery") == count:
            time.sleep(0.002)
        start = time.perf_counter()
        # The worker takes more than it has begun; what it has taken and not ended is in `unacked`.
        while connection.llen("celery") or connection.hlen("unacked"):
            time.sleep(0.005)
        show("done", count, time.perf_counter() - start)
    finally:
        worker.terminate()
        worker.wait()


if os.environ.get("PORTICO_RIVAL") == "celery":
    app, _ = celery_app()

if __name__ == "__main__":
    name, jobs = sys.argv[1], int(sys.argv[2])
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    match name:
        case "procrastinate":
            asyncio.run(procrastinate(jobs, 1))
        case "procrastinate-16":
            asyncio.run(procrastinate(jobs, 16))
        case "rq":
            rq(jobs, "Worker")
        case "rq-simple":
            rq(jobs, "SimpleWorker")
        case "celery":
            celery(jobs, ["--pool", "threads", "--concurrency", "16"])
        case "celery-prefork":
            celery(jobs, ["--concurrency", "2"])
        case _:
            sys.exit(f"no such rival: {name}")
