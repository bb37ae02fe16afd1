"""Selecting and reading: SELECT, READ BINARY, READ RECORD, GET DATA, GET CHALLENGE [card notes 2, 6, 7, 8.1, 8.6]."""

from kaijo.card.apdu import SHORT_LE, Command, Response
from kaijo.card.files import Application
from kaijo.virtualcard.answers import Refusal, Sw, answer, require
from kaijo.virtualcard.chip import Chip
from kaijo.virtualcard.image import File

BY_NAME, _BELOW_CURRENT, _BY_ID = 0x04, 0x02, 0x00
_NO_ANSWER, _NEXT = 0x0C, 0x02
_LONGEST_NAME = 16
_FCI, _NAME = 0x6F, 0x84
_THIS_RECORD, _ALL_RECORDS = 4, 5
PHONE_INDICATOR = 0xFC


def select(chip: Chip, command: Command) -> Response:
    """Answer SELECT: an application by name or prefix, or a file below the current one [card notes 2]."""
    if command.p1 == BY_NAME:
        return _select_application(chip, command)
    if command.p1 == _BELOW_CURRENT:
        return _select_file(chip, command)
    require(command.p1 == _BY_ID, Sw.WRONG_PARAMETERS)
    require(not command.data, Sw.FILE_NOT_FOUND)
    in_application = chip.volatile.selected is not Application.CARD_MANAGER
    require(in_application and command.p2 == 0, Sw.WRONG_PARAMETERS)
    return answer(Sw.OK)


def _select_application(chip: Chip, command: Command) -> Response:
    require(not command.p2 & ~(_NO_ANSWER | _NEXT) and command.p2 & _NO_ANSWER in {0, _NO_ANSWER}, Sw.WRONG_PARAMETERS)
    require(0 < len(command.data) <= _LONGEST_NAME, Sw.WRONG_LENGTH)
    present = [one for one in Application if one is Application.CARD_MANAGER or one in chip.image.directories]
    matching = [one for one in present if one.startswith(command.data)]
    if command.p2 & _NEXT and chip.volatile.selected in matching:
        matching = matching[matching.index(chip.volatile.selected) + 1 :]
    require(matching, Sw.FILE_NOT_FOUND)
    application = matching[0]
    chip.select(application)
    name = bytes((_NAME, len(application))) + application
    fci = bytes((_FCI, len(name))) + name
    return answer(Sw.OK, b"" if command.p2 & _NO_ANSWER else fci[: command.le])


def _select_file(chip: Chip, command: Command) -> Response:
    require(command.p2 == _NO_ANSWER, Sw.WRONG_PARAMETERS)
    require(len(command.data) == 2, Sw.WRONG_LENGTH)
    file = int.from_bytes(command.data)
    require(chip.holds(file), Sw.FILE_NOT_FOUND)
    chip.volatile.file = file
    return answer(Sw.OK)


def read_binary(chip: Chip, command: Command) -> Response:
    """Answer READ BINARY: up to Le bytes from the offset on, filler included [card notes 8.1]."""
    require(command.le and not command.data, Sw.WRONG_LENGTH)
    if command.p1 & 0x80:
        require(command.p1 & 0x1F, Sw.WRONG_PARAMETERS)
        file, offset = _readable(chip, command.p1), command.p2
    else:
        file, offset = _readable(chip, 0x80), command.p1 << 8 | command.p2
    require(not file.records, Sw.WRONG_STRUCTURE)
    require(chip.allows(file.opened_by), Sw.SECURITY_STATUS)
    require(offset < len(file.content), Sw.WRONG_OFFSET)
    return answer(Sw.OK, file.content[offset : offset + command.le])


def read_record(chip: Chip, command: Command) -> Response:
    """Answer READ RECORD: record P1, or all from P1 on, of the current file or one by SFI [card notes 6]."""
    require(command.le and not command.data, Sw.WRONG_LENGTH)
    mode = command.p2 & 0x07
    require(mode in {_THIS_RECORD, _ALL_RECORDS}, Sw.WRONG_PARAMETERS)
    file = _readable(chip, 0x80 | command.p2 >> 3)
    require(file.records, Sw.WRONG_STRUCTURE)
    require(chip.allows(file.opened_by), Sw.SECURITY_STATUS)
    require(0 < command.p1 <= len(file.records), Sw.RECORD_NOT_FOUND)
    end = command.p1 if mode == _THIS_RECORD else len(file.records)
    return answer(Sw.OK, b"".join(file.records[command.p1 - 1 : end])[: command.le])


def _readable(chip: Chip, reference: int) -> File:
    file = chip.directory.files.get(chip.addressed(reference, Sw.FILE_NOT_FOUND))
    if file is None:
        raise Refusal(Sw.WRONG_STRUCTURE)
    return file


def get_data(chip: Chip, command: Command) -> Response:
    """Answer GET DATA at the card manager; an object that Le cannot hold is 6700 [card notes 7]."""
    require(command.le and not command.data, Sw.WRONG_LENGTH)
    at_manager = chip.volatile.selected is Application.CARD_MANAGER
    content = chip.image.data_objects.get(command.p1 << 8 | command.p2) if at_manager else None
    if content is None:
        raise Refusal(Sw.REFERENCE_NOT_FOUND)
    require(len(content) <= command.le, Sw.WRONG_LENGTH)
    return answer(Sw.OK, content)


def get_challenge(chip: Chip, command: Command) -> Response:
    """Answer GET CHALLENGE with up to 256 random bytes; more is 6985 [card notes 8.6]."""
    require(not command.p1 and not command.p2, Sw.WRONG_PARAMETERS)
    require(command.le and not command.data, Sw.WRONG_LENGTH)
    require(command.le <= SHORT_LE, Sw.CONDITIONS)
    return answer(Sw.OK, chip.random(command.le))


def phone_indicator(_chip: Chip, _command: Command) -> Response:
    """Answer the last-command indicator, which only phones know: a plastic card says 6700 [card notes 8.6]."""
    return answer(Sw.WRONG_LENGTH)
