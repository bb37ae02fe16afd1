"""What every command of the card works on: the image, what the card forgets without power, and the store."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from kaijo.card.administration import Grant
from kaijo.card.files import Application
from kaijo.virtualcard.answers import Refusal, Sw
from kaijo.virtualcard.image import CardImage, Directory, Key


class CardStore(Protocol):
    """Where a card keeps what must outlive its power."""

    def save(self, image: CardImage) -> None:
        """Keep the whole image, all of it or nothing. Raises CardTrouble when it cannot; the card is dead then."""
        ...

    def close(self) -> None:
        """Let go of the card. Never raises; closing twice is fine."""
        ...


@dataclass(slots=True)
class Volatile:
    """What the card forgets when it loses power.

    `verified` holds the PIN references verified in the application `verified_in`. Between a warm reset and the next
    SELECT that is not the selected one, which is the card manager then and has nothing to open.
    """

    selected: Application = Application.CARD_MANAGER
    file: int | None = None
    verified_in: Application = Application.CARD_MANAGER
    verified: set[int] = field(default_factory=set)
    permission: Grant | None = None
    prepared: "PreparedKey | None" = None


@dataclass(frozen=True, slots=True)
class PreparedKey:
    """A key that waits for its certificate, and the grant that it was made under."""

    grant: Grant
    key: RSAPrivateKey = field(repr=False)


class Chip:
    """The card's memory and its rules of access. `random` gives that many random bytes."""

    def __init__(
        self,
        image: CardImage,
        store: CardStore | None,
        random: Callable[[int], bytes],
        *,
        clears_on_reselect: bool,
    ) -> None:
        self.image = image
        self.random = random
        self.volatile = Volatile()
        self._store = store
        self._clears_on_reselect = clears_on_reselect
        self._keys: dict[tuple[Application, int], RSAPrivateKey] = {}

    @property
    def directory(self) -> Directory:
        """The selected application's files, PINs and keys; the card manager has none."""
        return self.image.directories.get(self.volatile.selected) or Directory()

    def keep(self) -> None:
        """Write the image as it now is. Raises CardTrouble as the store does."""
        if self._store is not None:
            self._store.save(self.image)

    def lose_power(self) -> None:
        """Forget everything volatile."""
        self.volatile = Volatile()

    def warm_reset(self) -> None:
        """Select the card manager; what was verified stays so, as on real cards [card notes 2.1 rule 1]."""
        self.volatile.selected, self.volatile.file = Application.CARD_MANAGER, None

    def select(self, application: Application) -> None:
        """Select an application; another one's security status is lost, its own is kept [card notes 2.1 rules 2, 3]."""
        self.volatile.selected, self.volatile.file = application, None
        if application is not self.volatile.verified_in or self._clears_on_reselect:
            self.volatile.verified.clear()
            self.volatile.verified_in = application

    def holds(self, file: int) -> bool:
        """Say whether the selected application has a file, PIN or key of this id."""
        directory = self.directory
        return file in directory.files or file in directory.pins or file in directory.keys

    def addressed(self, parameter: int, absent: Sw) -> int:
        """Return the file id that a P2 means: 80 the current file, 80|sfi that one, which becomes current.

        Raises Refusal: 6A86 for any other P2, 6986 without a current file, `absent` when there is no such file.
        """
        if parameter & 0xE0 != 0x80:
            raise Refusal(Sw.WRONG_PARAMETERS)
        file = parameter & 0x1F
        if not file:
            if self.volatile.file is None:
                raise Refusal(Sw.NO_CURRENT_FILE)
            return self.volatile.file
        if not self.holds(file):
            raise Refusal(absent)
        self.volatile.file = file
        return file

    def allows(self, opened_by: frozenset[int] | None) -> bool:
        """Say whether the security status opens something with this rule."""
        if opened_by is None:
            return False
        return not opened_by or not opened_by.isdisjoint(self.volatile.verified)

    def hold_key(self, application: Application, file: int, key: Key) -> None:
        """Put a private key in the place of the one before, if there was one."""
        self.image.directories[application].keys[file] = key
        self._keys.pop((application, file), None)

    def private_key(self, file: int) -> RSAPrivateKey:
        """Return a private key of the selected application, loaded once. Raises Refusal 6400 when it is none."""
        place = (self.volatile.selected, file)
        if place not in self._keys:
            try:
                key = load_der_private_key(
                    self.directory.keys[file].private,
                    None,
                    unsafe_skip_rsa_key_validation=True,  # 40 ms; the card file has a checksum
                )
            except (ValueError, TypeError, UnsupportedAlgorithm):
                raise Refusal(Sw.KEY_UNUSABLE) from None
            if not isinstance(key, RSAPrivateKey):
                raise Refusal(Sw.KEY_UNUSABLE)
            self._keys[place] = key
        return self._keys[place]
