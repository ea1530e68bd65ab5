"""Numbers and addresses people can be reached at, as they type them. Pure."""

import re
import unicodedata
from typing import Literal

import msgspec

Channel = Literal["phone", "email"]
PHONE = re.compile(r"1[3-9]\d{9}")
EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")


class Contact(msgspec.Struct, frozen=True):
    """One way to reach a person; `value` as it is stored and hashed: digits, or a lower-case address."""

    channel: Channel
    value: str

    @property
    def shown(self) -> str:
        """Enough to recognise one's own, too little to learn somebody else's."""
        if self.channel == "phone":
            return f"{self.value[:3]}****{self.value[-4:]}"
        name, _, host = self.value.partition("@")
        return f"{name[:2]}***@{host}"


def read_contact(typed: str) -> Contact | None:
    """A mobile number of the mainland (blanks, dashes, +86 and full-width digits are ways of typing) or an e-mail address."""
    plain = unicodedata.normalize("NFKC", typed).strip().lower()
    digits = re.sub(r"[\s\-()]", "", plain).removeprefix("+86").removeprefix("0086")
    if PHONE.fullmatch(digits):
        return Contact("phone", digits)
    return Contact("email", plain) if len(plain) <= 254 and EMAIL.fullmatch(plain) else None
