"""Makes the pictures of docs/gallery anew. `make gallery` runs the browser's tests, which keep every screen.

The folder's README.md lists them. A picture whose screen no test shows any more goes.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "gallery"
_WIDEST = 540
_HEAD = """# Gallery

Every screen of the pages, taken by the browser's tests as they walk them (`make gallery`). All persons are invented.
"""


def main() -> int:
    """Take the pictures and write the folder; return the tests' exit code."""
    with TemporaryDirectory() as made:
        tests = [sys.executable, "-m", "pytest", "-q", "-m", "browser", "tests/e2e"]
        code = subprocess.run(tests, cwd=ROOT, env={**os.environ, "KAIJO_GALLERY": made}, check=False).returncode
        taken = sorted(Path(made).glob("*.png"))
        if code or not taken:
            print("gallery: the tests failed, the pictures are as they were", file=sys.stderr)
            return code or 1
        for old in FOLDER.glob("*.webp"):
            old.unlink()
        FOLDER.mkdir(exist_ok=True)
        for one in taken:
            _keep(one)
    (FOLDER / "README.md").write_text(listing(sorted(one.stem for one in taken)), "utf-8")
    print(f"gallery: {len(taken)} screens in {FOLDER.relative_to(ROOT)}")
    return 0


def listing(names: list[str]) -> str:
    """Return the page that shows these pictures, under the faces that their names begin with."""
    parts, face = [_HEAD], ""
    for name in names:
        if name.split("-")[0] != face:
            face = name.split("-")[0]
            parts.append(f"\n## {face.capitalize()}\n\n")
        parts.append(f'<img src="{name}.webp" width="240" alt="{name}">\n')
    return "".join(parts)


def _keep(picture: Path) -> None:
    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    image.thumbnail((_WIDEST, image.height))
    image.save(FOLDER / f"{picture.stem}.webp", quality=70, method=6)


if __name__ == "__main__":
    sys.exit(main())
