"""Sets this machine up for Kaijo: system packages through apt, and .venv from the hashed lock. Standard library only.

Done work is not done again: .venv/.kaijo-setup remembers what the environment was made from. With --once, what could
not be installed before is named but not tried again. Exit code 1 only when the Python environment cannot be made.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / ".kaijo-setup"
PACKAGES = ROOT / "tools" / "apt-packages.txt"
LOCK, PCSC_LOCK = ROOT / "requirements" / "dev.txt", ROOT / "requirements" / "pcsc.txt"
MADE_FROM = (LOCK, PCSC_LOCK, PACKAGES, ROOT / "pyproject.toml", Path(__file__).resolve())
# The tools' own reminders and questions have no place in an unattended run.
QUIET = {"DEBIAN_FRONTEND": "noninteractive", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
PYSCARD_PURPOSE = "real card readers: --reader, --pcsc and the tests marked pcsc"
LINES_OF_A_FAILURE = 15


def main(arguments: list[str]) -> int:
    """Set up what is missing and return the exit code."""
    packages = read_packages(PACKAGES.read_text("utf-8"))
    lacking = missing(packages)
    done = STAMP.read_text("utf-8").splitlines() if STAMP.exists() else []
    if done != stamp(lacking) or (lacking and "--once" not in arguments):
        install_packages([name for name in lacking if name in packages])
        if not make_environment(fresh=done[:1] != stamp(lacking)[:1]):
            return 1
        lacking = missing(packages)
        STAMP.write_text("\n".join(stamp(lacking)) + "\n", "utf-8")
        say("ready.")
    if lacking:
        say("without these Kaijo runs, except for what each is needed for (make setup tries again):")
        for name in lacking:
            print(f"    {name:16} {packages.get(name, PYSCARD_PURPOSE)}")
    return 0


def read_packages(text: str) -> dict[str, str]:
    """Return package name -> what it is for."""
    return dict(line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#"))


def stamp(missing: list[str]) -> list[str]:
    """Return two lines: where and with which Python the environment was made, and the digest of all it came from."""
    digest = hashlib.sha256(" ".join(missing).encode())
    for file in MADE_FROM:
        digest.update(file.read_bytes())
    return [f"{sys.version_info.major}.{sys.version_info.minor} {ROOT}", digest.hexdigest()]


def missing(packages: dict[str, str]) -> list[str]:
    """Return the packages that dpkg does not hold (all of them where there is no dpkg), and pyscard if not built."""
    held: list[str] = []
    if shutil.which("dpkg-query"):
        query = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\\n", *packages]
        held = subprocess.run(query, capture_output=True, text=True, check=False).stdout.splitlines()
    pyscard = [] if any(VENV.glob("lib/python*/site-packages/smartcard")) else ["pyscard"]
    return [*(name for name in packages if f"{name} installed" not in held), *pyscard]


def install_packages(names: list[str]) -> None:
    """Install with apt what can be installed, as root or through sudo; one by one when all together fails."""
    if not names:
        return
    if not shutil.which("apt-get"):
        say("this is no Debian system: install the packages named below by hand, under this system's names")
        return
    apt = as_root("apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300")
    if apt is None:
        say(f"neither root nor sudo. An administrator can type: apt-get install {' '.join(names)}")
        return
    say(f"installing system packages (some minutes the first time): {' '.join(names)}")
    run([*apt, "update"])
    install = [*apt, "install", "--yes", "--no-install-recommends"]
    if not run([*install, *names]) and len(names) > 1:
        for name in names:
            run([*install, name])


def as_root(*command: str) -> list[str] | None:
    """Return the command in the form that runs it as root, or None when there is no way to ask for that."""
    quiet = ["env", f"DEBIAN_FRONTEND={QUIET['DEBIAN_FRONTEND']}", *command]
    if os.geteuid() == 0:
        return quiet
    if shutil.which("sudo"):
        # Without a terminal nobody could answer the question for a password.
        return ["sudo", *quiet] if sys.stdin.isatty() else ["sudo", "--non-interactive", *quiet]
    return None


def make_environment(*, fresh: bool) -> bool:
    """Create .venv unless it serves already, and bring it in line with the lock. Return whether that worked."""
    python = VENV / "bin" / "python"
    if (fresh and STAMP.exists()) or not works(python):
        say(f"making .venv with Python {sys.version_info.major}.{sys.version_info.minor}")
        try:
            venv.create(VENV, clear=True, symlinks=True, with_pip=True)
        except (OSError, subprocess.CalledProcessError) as problem:
            say(f"Python cannot make an environment here ({problem}). On Debian: apt-get install python3-venv")
            return False
    # A mark of an unfinished environment must never look like a finished one.
    STAMP.unlink(missing_ok=True)
    pip = [str(python), "-m", "pip", "install", "--quiet"]
    say("installing Python packages from the lock")
    # Wheels only: nothing is built that the lock does not hold the builder of, and no compiler is needed.
    if not (
        run([*pip, "--require-hashes", "--only-binary=:all:", "--requirement", str(LOCK)])
        and run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])
    ):
        say("the Python environment is not complete. Is the package index reachable? Then: make setup")
        return False
    if not run([*pip, "--require-hashes", "--no-build-isolation", "--no-deps", "--requirement", str(PCSC_LOCK)]):
        say("pyscard could not be built: it needs gcc, swig, python3-dev and libpcsclite-dev")
    return True


def works(python: Path) -> bool:
    """Return whether this environment's Python starts and has pip."""
    return python.exists() and run([str(python), "-c", "import pip"], show=False)


def run(command: list[str], *, show: bool = True) -> bool:
    """Run a command quietly and return whether it succeeded; when it failed, show the end of what it said."""
    try:
        done = subprocess.run(
            command,
            env=os.environ | QUIET,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as problem:
        say(f"cannot start {command[0]}: {problem}")
        return False
    if done.returncode and show:
        say(f"failed: {' '.join(command)}")
        for line in done.stdout.splitlines()[-LINES_OF_A_FAILURE:]:
            print(f"    {line}")
    return done.returncode == 0


def say(text: str) -> None:
    """Print one line of progress at once."""
    print(f"setup: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
