"""What holders are invented from: names people could have, places nobody lives in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A part of a name or address: as written, in katakana, in Latin letters."""

    kanji: str
    kana: str
    romaji: str


@dataclass(frozen=True, slots=True)
class Prefecture:
    """A real prefecture and its two-digit code [JIS X 0401]. `romaji` is as certificates write it."""

    kanji: str
    romaji: str
    code: str


FAMILY_NAMES = (
    Word("朝霧", "アサギリ", "Asagiri"),
    Word("水無瀬", "ミナセ", "Minase"),
    Word("有明", "アリアケ", "Ariake"),
    Word("柚木", "ユノキ", "Yunoki"),
    Word("白峰", "シラミネ", "Shiramine"),
    Word("月岡", "ツキオカ", "Tsukioka"),
    Word("早瀬", "ハヤセ", "Hayase"),
    Word("葛城", "カツラギ", "Katsuragi"),
    Word("真砂", "マサゴ", "Masago"),
    Word("千早", "チハヤ", "Chihaya"),
    Word("若狭", "ワカサ", "Wakasa"),
    Word("夏目沢", "ナツメザワ", "Natsumezawa"),
    Word("星川", "ホシカワ", "Hoshikawa"),
    Word("楠瀬", "クスノセ", "Kusunose"),
)
GIVEN_NAMES = {
    "male": (
        Word("湊", "ミナト", "Minato"),
        Word("拓海", "タクミ", "Takumi"),
        Word("航平", "コウヘイ", "Kohei"),
        Word("直樹", "ナオキ", "Naoki"),
        Word("康介", "コウスケ", "Kosuke"),
        Word("悠真", "ユウマ", "Yuma"),
        Word("誠一", "セイイチ", "Seiichi"),
        Word("大和", "ヤマト", "Yamato"),
    ),
    "female": (
        Word("美咲", "ミサキ", "Misaki"),
        Word("千尋", "チヒロ", "Chihiro"),
        Word("結衣", "ユイ", "Yui"),
        Word("詩織", "シオリ", "Shiori"),
        Word("真帆", "マホ", "Maho"),
        Word("奈々子", "ナナコ", "Nanako"),
        Word("葵", "アオイ", "Aoi"),
        Word("桜子", "サクラコ", "Sakurako"),
    ),
}
PREFECTURES = {
    "miyagi": Prefecture("宮城県", "Miyagi-ken", "04"),
    "chiba": Prefecture("千葉県", "Chiba-ken", "12"),
    "tokyo": Prefecture("東京都", "Tokyo-to", "13"),
    "kanagawa": Prefecture("神奈川県", "Kanagawa-ken", "14"),
    "shizuoka": Prefecture("静岡県", "Shizuoka-ken", "22"),
    "aichi": Prefecture("愛知県", "Aichi-ken", "23"),
    "osaka": Prefecture("大阪府", "Osaka-fu", "27"),
    "hyogo": Prefecture("兵庫県", "Hyogo-ken", "28"),
    "fukuoka": Prefecture("福岡県", "Fukuoka-ken", "40"),
}
# Cities and towns whose very names say that they do not exist.
CITIES = (
    Word("架空市", "カクウシ", "Kakuu-shi"),
    Word("空想市", "クウソウシ", "Kuuso-shi"),
    Word("仮想市", "カソウシ", "Kaso-shi"),
)
TOWNS = (
    Word("見本町", "ミホンチョウ", "Mihon-cho"),
    Word("例示町", "レイジチョウ", "Reiji-cho"),
    Word("試作町", "シサクチョウ", "Shisaku-cho"),
    Word("練習町", "レンシュウチョウ", "Renshu-cho"),
)
# No prefecture has a municipality of this number.
NO_MUNICIPALITY = "999"
