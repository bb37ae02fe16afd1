"""The four PIN kinds and the rules that hold for each."""

from enum import Enum


class PinKind(Enum):
    """A PIN of the card, by the one word we use for it everywhere."""

    SIGNATURE = "signature"
    AUTHENTICATION = "authentication"
    RESIDENT = "resident"
    ATTRIBUTES = "attributes"
