"""A process that owns an embedded PostgreSQL under argv[1] until it is told to stop: to be killed by tests."""

import os
import signal
import sys
from pathlib import Path

from backend.core.embedded import EmbeddedPostgres, prepare


def main(data: Path, user: int | None) -> None:
    if user is not None:  # after the imports: the interpreter itself may lie where that user cannot go
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    with EmbeddedPostgres(data) as server:
        prepare(server)
        print(server.url("suishouban_owner"), flush=True)
        signal.sigwait({signal.SIGTERM})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
