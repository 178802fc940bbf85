#!/usr/bin/python3
"""A PostgreSQL 15 + PostGIS server of our own, for tests and benches, in a temporary folder and on a spare port.

  postgres.py start URL_FILE [--durable]   starts it and writes its address to URL_FILE
  postgres.py stop URL_FILE                stops it and removes its folder
  postgres.py run [--durable] COMMAND...   runs COMMAND with FIRMGROUND_TEST_POSTGRES naming the URL_FILE, stops the server whatever happens

The server also stops when the process that started it ends (ctest was killed). --durable keeps fsync on, for benches.
It has a database firmground_template with PostGIS, from which tests make their own, and a superuser `tester`.
"""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
PASSWORD = "a-password-that-no-log-shows"


def as_server(*command):
    """The server refuses to run as root."""
    return ["runuser", "-u", "postgres", "--", *map(str, command)] if os.geteuid() == 0 else [*map(str, command)]


def spare_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def quietly(command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/", **options)
    if done.returncode != 0:
        raise SystemExit("%s\n%s" % (" ".join(command), done.stdout))


def start(url_file, durable, watched):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="firmground-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    folder.chmod(0o755)
    data, port = folder / "data", spare_port()
    secret = folder / "password"
    secret.write_text(PASSWORD)
    if os.geteuid() == 0:
        shutil.chown(secret, "postgres", "postgres")
    quietly(as_server(BIN / "initdb", "-D", data, "-U", "tester", "--auth-local=trust", "--auth-host=scram-sha-256",
                      "--pwfile=%s" % secret, "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"))
    settings = ["listen_addresses=127.0.0.1", "port=%d" % port, "unix_socket_directories=%s" % folder,
                "max_connections=80", "shared_buffers=128MB", "timezone=UTC", "max_wal_size=2GB"]
    settings += [] if durable else ["fsync=off", "full_page_writes=off"]
    options = " ".join("-c " + setting for setting in settings)
    quietly(as_server(BIN / "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "-t", "60", "start"))
    psql = ["psql", "-h", str(folder), "-p", str(port), "-U", "tester", "-v", "ON_ERROR_STOP=1", "-q"]
    quietly(psql + ["-d", "postgres", "-c", "CREATE DATABASE firmground_template"])
    quietly(psql + ["-d", "firmground_template", "-c", "CREATE EXTENSION postgis"])
    watch(folder, watched)
    url_file.parent.mkdir(parents=True, exist_ok=True)
    url_file.write_text("postgresql://tester@:%d/postgres?host=%s" % (port, folder))
    return folder


def watch(folder, process):
    """A process of its own that outlives this one and ends the server when `process` is gone."""
    if os.fork() != 0:
        return
    os.setsid()
    for stream in (0, 1, 2):
        os.dup2(os.open(os.devnull, os.O_RDWR), stream)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while folder.exists() and os.path.exists("/proc/%d" % process):
        time.sleep(1)
    if folder.exists():
        end(folder)
    os._exit(0)


def end(folder):
    if (folder / "data").exists():
        subprocess.run(as_server(BIN / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop"),
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
    shutil.rmtree(folder, ignore_errors=True)


def stop(url_file):
    if url_file.exists():
        folder = pathlib.Path(url_file.read_text().split("host=")[1])
        url_file.unlink()
        end(folder)


def run(command, durable):
    with tempfile.TemporaryDirectory() as place:
        url_file = pathlib.Path(place) / "url"
        start(url_file, durable, os.getpid())
        try:
            return subprocess.run(command, env={**os.environ, "FIRMGROUND_TEST_POSTGRES": str(url_file)}).returncode
        finally:
            stop(url_file)


def main():
    arguments = sys.argv[1:]
    durable = "--durable" in arguments[1:2] or "--durable" in arguments[2:3]
    arguments = [a for i, a in enumerate(arguments) if not (a == "--durable" and i in (1, 2))]
    if len(arguments) == 2 and arguments[0] in ("start", "stop"):
        url_file = pathlib.Path(arguments[1])
        stop(url_file)
        if arguments[0] == "start":
            start(url_file, durable, os.getppid())
        return 0
    if len(arguments) >= 2 and arguments[0] == "run":
        return run(arguments[1:], durable)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
