"""Measures how near a check of many slow links comes to the floor: `python tests/bench/links.py`.

The floor is what the server alone takes: links / concurrency rounds of its delay. The server runs in
a process of its own.
"""

import asyncio
import multiprocessing
import os
import statistics
import sys
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from publisher.links import Outcome, check_links

LINKS, CONCURRENCY, DELAY, BUDGET, RUNS = 1_000, 100, 0.1, 1.3, 5
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while await reader.readuntil(b"\r\n\r\n"):
            await asyncio.sleep(DELAY)
            writer.write(ANSWER)
            await writer.drain()
    writer.close()


async def serve(pipe: Connection) -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def run_server(pipe: Connection) -> None:
    asyncio.run(serve(pipe))


def measure(port: int) -> float:
    """Seconds for one check; ends the program when a result is wrong."""
    urls = [f"http://127.0.0.1:{port}/{number}" for number in range(LINKS)]
    start = time.perf_counter()
    results = check_links(urls, allow=[f"127.0.0.1:{port}"], concurrency=CONCURRENCY, per_host=CONCURRENCY)
    seconds = time.perf_counter() - start
    wrong = [result for result in results.values() if result.outcome is not Outcome.REACHABLE]
    if wrong or len(results) != LINKS:
        sys.exit(f"{len(wrong)} of {len(results)} results are wrong, such as {wrong[:1]}")
    return seconds


def main() -> None:
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=run_server, args=(theirs,), daemon=True)
    server.start()
    port = ours.recv()
    floor = LINKS / CONCURRENCY * DELAY
    ratios = [measure(port) / floor for _ in range(RUNS)]
    server.terminate()
    server.join()
    print(f"{LINKS:,} links of {DELAY * 1000:.0f} ms, {CONCURRENCY} at once, on {os.cpu_count()} cores")
    print(
        f"ratio to the floor of {floor:.1f} s: first {ratios[0]:.2f}, median {statistics.median(ratios):.2f}"
    )
    print(f"budget: {BUDGET}")


if __name__ == "__main__":
    main()
