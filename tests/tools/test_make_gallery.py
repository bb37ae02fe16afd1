from tools.make_gallery import FOLDER, listing


def test_gallery_lists_each_picture_under_its_face() -> None:
    text = listing(["home-en", "home-ja", "kiosk-start"])
    home = ['<img src="home-en.webp" width="240" alt="home-en">', '<img src="home-ja.webp" width="240" alt="home-ja">']
    kiosk = ['<img src="kiosk-start.webp" width="240" alt="kiosk-start">']
    assert [part.split() for part in text.split("\n## ")[1:]] == [
        ["Home", *" ".join(home).split()],
        ["Kiosk", *kiosk[0].split()],
    ]


def test_gallery_that_is_kept_is_the_one_that_is_listed() -> None:
    names = sorted(one.stem for one in FOLDER.glob("*.webp"))
    assert (FOLDER / "README.md").read_text("utf-8") == listing(names)
