"""`suishouban certificates new-key`: the next keyring for certificates, to be put in the place of the one in use."""

import argparse

from backend.core.crypto import Vault
from backend.settings import load, need_keys


def nothing(parser: argparse.ArgumentParser) -> None:
    """It takes no arguments."""


def new_key(_args: argparse.Namespace) -> int:
    """print a keyring with a new private key that still verifies what all keys in use before signed"""
    settings = load()
    need_keys(settings)
    print(Vault(settings.master_key or "", settings.certificate_keys).keyring.renewed(), end="")
    return 0


COMMANDS = [("certificates new-key", nothing, new_key)]
