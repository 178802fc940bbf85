"""What scenario scripts share: running the binary, reading its JSON, a server that is always stopped again.

A scenario is a script in tests/scenarios/; ctest gives it the binary in $FIRMGROUND and an own folder to run in.
"""
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

BINARY = os.environ.get("FIRMGROUND", "build/release/firmground")
SKIPPED = 77


def skip(reason):
    print("skipped: " + reason)
    sys.exit(SKIPPED)


def fresh(*paths):
    """Removes what an earlier run left."""
    for path in paths:
        for name in (path, path + "-wal", path + "-shm"):
            if os.path.isdir(name):
                shutil.rmtree(name)
            elif os.path.exists(name):
                os.remove(name)


def firmground(*arguments, expect=0):
    """Runs a verb; gives what it printed. A wrong exit status ends the scenario with all that was said."""
    started = time.monotonic()
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    print("%6.1f s  firmground %s" % (time.monotonic() - started, " ".join(map(str, arguments))))
    if done.returncode != expect:
        print(done.stdout[-4000:] + done.stderr[-4000:])
        raise SystemExit("exit status %d, expected %d" % (done.returncode, expect))
    return done


def as_json(*arguments, expect=0):
    """Runs a verb with --json; standard output must be exactly one JSON object."""
    text = firmground(*arguments, "--json", expect=expect).stdout
    return json.loads(text, parse_constant=lambda constant: sys.exit("the JSON holds %s" % constant))


def postgres_place(name):
    """The address of a new database with PostGIS on the server of tools/postgres.py; the scenario is skipped without one."""
    if "FIRMGROUND_TEST_POSTGRES" not in os.environ:
        skip("no PostgreSQL: run through ctest, or tools/postgres.py run COMMAND")
    with open(os.environ["FIRMGROUND_TEST_POSTGRES"], encoding="utf-8") as file:
        server = file.read().strip()
    name = "scenario_%s_%d" % (name, os.getpid())
    subprocess.run(["psql", "-q", "-d", server, "-c", "CREATE DATABASE %s TEMPLATE firmground_template" % name], check=True)
    return server.replace("/postgres?", "/%s?" % name)


def check(condition, sentence):
    if not condition:
        raise SystemExit("NOT SO: " + sentence)
    print("          " + sentence)


def near(a, b, tolerance):
    return abs(a - b) <= tolerance


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.status, answer.headers.get("Content-Type", ""), answer.read()


def get_json(url):
    return json.loads(get(url)[2])


@contextlib.contextmanager
def served(programme, seconds=60):
    """The base URL of a server on the programme; stopped whatever happens."""
    port = free_port()
    server = subprocess.Popen([BINARY, "serve", programme, "--port", str(port)], stdin=subprocess.DEVNULL)
    try:
        url = "http://127.0.0.1:%d" % port
        for _ in range(seconds * 5):
            if server.poll() is not None:
                raise SystemExit("the server stopped with status %d" % server.returncode)
            try:
                get(url + "/health")
                break
            except OSError:
                time.sleep(0.2)
        else:
            raise SystemExit("the server did not answer within %d s" % seconds)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)
