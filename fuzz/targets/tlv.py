"""BER-TLV and simple TLV."""

from fuzz.told import told
from kaijo.card import tlv


def run(data: bytes) -> None:
    """Parse `data` in every way."""
    told(lambda: list(tlv.parse(data)))
    told(lambda: tlv.header(data))
    told(lambda: tlv.find(data, 0xFF20, 0xDF21))
    told(lambda: tlv.parse_simple(data))
