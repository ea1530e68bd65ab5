"""The commands: `suishouban X` and `python -m backend X` are the same.

A command's module is imported only when its first word is said, so that starting stays quick. Each such module has
`COMMANDS`, a list of (words, add_arguments, run), where `run(args)` returns the exit code.
"""

import argparse
import logging
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module

from backend.settings import Refused

Command = tuple[str, Callable[[argparse.ArgumentParser], object], Callable[[argparse.Namespace], int]]

MODULES = {
    "run": "backend.commands",
    "serve": "backend.commands",
    "web": "backend.commands",
    "worker": "backend.commands",
    "migrate": "backend.commands",
    "openapi": "backend.commands",
    "pack": "backend.catalogue.commands",
    "catalogue": "backend.catalogue.commands",
    "demo": "backend.demo.commands",
    "scenario": "backend.scenarios.commands",
    "mandates": "backend.mandates.commands",
    "letters": "backend.notifications.letters_command",
    "notices": "backend.notifications.commands",
    "jobs": "backend.core.jobs_command",
    "clock": "backend.core.clock_command",
    "audit": "backend.core.audit_command",
    "certificates": "backend.core.keys_command",
    "officer": "backend.accounts.officer_command",
    "registers": "backend.registers.commands",
}


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code: 0 done, 1 the command's own no, 2 it could not be started as asked."""
    words = list(sys.argv[1:] if argv is None else argv)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    modules = [MODULES[words[0]]] if words and words[0] in MODULES else sorted(set(MODULES.values()))
    if words[:1] == ["pack"]:
        prove_scenarios_too()
    args = parser(command for name in modules for command in import_module(name).COMMANDS).parse_args(words)
    try:
        code: int = args.run(args)
        return code
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except (FileNotFoundError, PermissionError, NotADirectoryError) as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def prove_scenarios_too() -> None:
    """The pack check lies below the scenarios and the documents and cannot know them; here they are put together."""
    import_module("backend.catalogue.pack_check").EXTRA_CHECKS.append(
        import_module("backend.scenarios.pack_proof").scenario_faults
    )
    import_module("backend.catalogue.pack_check").EXTRA_CHECKS.append(
        import_module("backend.documents.wordings").word_faults
    )


def parser(commands: Iterable[Command]) -> argparse.ArgumentParser:
    top = argparse.ArgumentParser("suishouban", description="随手办: zero-errand government services")
    subs: dict[tuple[str, ...], argparse._SubParsersAction] = {(): top.add_subparsers(required=True, metavar="COMMAND")}
    for said, add_arguments, run in commands:
        *group, last = said.split()
        path = tuple(group)
        if path not in subs:
            subs[path] = (
                subs[()]
                .add_parser(group[0], help=f"see {group[0]} --help")
                .add_subparsers(required=True, metavar="COMMAND")
            )
        one = subs[path].add_parser(last, help=(run.__doc__ or "").split("\n")[0])
        add_arguments(one)
        one.set_defaults(run=run)
    return top


if __name__ == "__main__":
    sys.exit(main())
