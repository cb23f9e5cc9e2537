#!/usr/bin/env python3
"""Makes the font files of the default theme, and the `@font-face` rules in its style sheet.

The files change only if the fonts or the ranges below do, so no build runs this script:

    pip install fonttools==4.68.0 brotli==1.2.1 fontpkg-literata==3.103 fontpkg-source-sans-3==3.52
    apt-get install fonts-liberation fonts-noto-core fonts-roboto-unhinted fonts-dejavu-core
    python3 .ci/fonts.py

A script (Latin, Cyrillic) has one file for each style. Each file holds digits and punctuation too, so a page in one script
loads no file of another. The Cyrillic files also hold the letters of Roman numerals. The style sheet has each font as a family for
pages in each script: `Literata` takes digits from the Latin file, `Literata Cyrillic` from the Cyrillic one. A character is in one
file of a family only, since browsers load all files that a character may be in. `Tilmash Latin` and `Tilmash Cyrillic` have one
file, for names of languages: no page loads a file for one word.

Source Sans is a Reserved Font Name of its licence, so files made from it are called Tilmash Sans. Literata has no reserved name.

A fallback is a font that readers have, stretched until it takes the place of ours: `size-adjust` is the mean width of a character
of the book's texts in our font, divided by that in the fallback, averaged over the languages; the three overrides are the
ascent, descent and line gap of our font, divided by `size-adjust`. Liberation Serif and Sans have the widths of Times New Roman and
Arial.
"""

import importlib.resources
import re
import subprocess
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "themes/default/static"

LATIN = "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+2000-206F, U+20AC, U+2122, U+2190-2193, U+2212, U+2215"
LATIN_EXT = "U+0100-0130, U+0132-0151, U+0154-02BA, U+02BD-02C5, U+02C7-02CC, U+1E00-1E9F, U+20A0-20AB, U+20AD-20C0"
CYRILLIC = (
    "U+0020-0040, U+0043-0044, U+0049, U+004C-004D, U+0056, U+0058, U+005B-0060, U+007B-007E, U+00A0, U+00A7, U+00A9, U+00AB, U+00AD,"
    " U+00B0, U+00B7, U+00BB, U+00D7, U+0301, U+0400-052F, U+2009-2015, U+2018-201E, U+2020-2022, U+2026, U+202F-2030, U+2032-2033,"
    " U+2039-203A, U+2044, U+2060, U+20AC, U+20B8, U+2116, U+2190-2193, U+2212"
)

SERIF = ("fontpkg_literata", "Literata[opsz,wght].ttf")
ITALIC = ("fontpkg_literata", "Literata-Italic[opsz,wght].ttf")
SANS = ("fontpkg_source_sans_3", "SourceSans3[wght].ttf")

# The place of each style on the axes of its font, and how the style sheet knows it.
STYLES = [
    ("literata-{}", SERIF, {"wght": 400, "opsz": 12}, "Literata", "400", "normal"),
    ("literata-{}-bold", SERIF, {"wght": 600, "opsz": 12}, "Literata", "600 700", "normal"),
    ("literata-{}-italic", ITALIC, {"wght": 400, "opsz": 12}, "Literata", "400", "italic"),
    ("tilmash-sans-{}", SANS, {"wght": (400, 600)}, "Tilmash Sans", "400 600", "normal"),
]

# Fallback, the font that it stands in for, its weight and slant, names of the font on readers' machines, and the file that is measured.
FALLBACKS = [
    ("Noto for Literata", SERIF, 400, "normal", ["Noto Serif", "NotoSerif"], "NotoSerif-Regular.ttf"),
    ("Noto for Literata", SERIF, 600, "normal", ["Noto Serif Bold", "NotoSerif-Bold"], "NotoSerif-Bold.ttf"),
    ("Noto for Literata", ITALIC, 400, "italic", ["Noto Serif Italic", "NotoSerif-Italic"], "NotoSerif-Italic.ttf"),
    ("Times for Literata", SERIF, 400, "normal", ["Times New Roman", "TimesNewRomanPSMT", "Liberation Serif", "Tinos"], "LiberationSerif-Regular.ttf"),
    ("Times for Literata", SERIF, 600, "normal", ["Times New Roman Bold", "TimesNewRomanPS-BoldMT", "Liberation Serif Bold", "Tinos Bold"], "LiberationSerif-Bold.ttf"),
    ("Times for Literata", ITALIC, 400, "italic", ["Times New Roman Italic", "TimesNewRomanPS-ItalicMT", "Liberation Serif Italic", "Tinos Italic"], "LiberationSerif-Italic.ttf"),
    ("Arial for Tilmash Sans", SANS, 400, "normal", ["Arial", "ArialMT", "Liberation Sans", "Arimo"], "LiberationSans-Regular.ttf"),
    ("Arial for Tilmash Sans", SANS, 600, "normal", ["Arial Bold", "Arial-BoldMT", "Liberation Sans Bold", "Arimo Bold"], "LiberationSans-Bold.ttf"),
    ("Roboto for Tilmash Sans", SANS, 400, "normal", ["Roboto", "Roboto-Regular"], "Roboto-Regular.ttf"),
    ("Roboto for Tilmash Sans", SANS, 600, "normal", ["Roboto Bold", "Roboto-Bold"], "Roboto-Bold.ttf"),
    ("DejaVu for Literata", SERIF, 400, "normal", ["DejaVu Serif"], "DejaVuSerif.ttf"),
    ("DejaVu for Literata", SERIF, 600, "normal", ["DejaVu Serif Bold"], "DejaVuSerif-Bold.ttf"),
    ("DejaVu for Tilmash Sans", SANS, 400, "normal", ["DejaVu Sans"], "DejaVuSans.ttf"),
    ("DejaVu for Tilmash Sans", SANS, 600, "normal", ["DejaVu Sans Bold"], "DejaVuSans-Bold.ttf"),
]


def main():
    for old in (STATIC / "fonts").glob("*.woff2"):
        old.unlink()
    scripts = {"latin": code_points(LATIN), "latin-ext": code_points(LATIN_EXT), "cyrillic": code_points(CYRILLIC)}
    faces = []
    for name, source, axes, family, weight, slant in STYLES:
        own = [script for script in scripts if script != "latin-ext" or name == "literata-{}"]
        for script in own:
            write(name.format(script), source, axes, scripts[script], family, weight, slant)
        for suffix, order in [("", own), (" Cyrillic", sorted(own))]:
            taken = set()
            for script in order:
                faces.append(face(name.format(script), family + suffix, weight, slant, scripts[script] - taken))
                taken |= scripts[script]
        if source == SANS:
            faces += [face(name.format(script), f"Tilmash {script.title()}", weight, slant, scripts[script]) for script in own]
    fallbacks = [fallback(*each) for each in FALLBACKS]
    style = STATIC / "style.css"
    begin, end = "/* Made by `.ci/fonts.py`. */\n", "/* End of the part made by `.ci/fonts.py`. */\n"
    text = style.read_text()
    head, rest = text.split(begin)
    style.write_text(head + begin + "\n".join(faces + fallbacks) + "\n" + end + rest.split(end)[1])


def opened(source):
    package, file = source
    return TTFont(importlib.resources.files(package) / "files" / file, recalcTimestamp=False)


def write(file, source, axes, characters, family, weight, slant):
    """Writes a file with some characters of a font."""
    font = opened(source)
    options = Options()
    options.layout_features = ["ccmp", "kern", "liga", "locl", "lnum", "mark", "mkmk", "tnum"]
    options.drop_tables += ["vhea", "vmtx"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 13, 14]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    font = instantiateVariableFont(font, axes)
    rename(font, family, weight, slant)
    font.flavor = "woff2"
    font.save(STATIC / "fonts" / f"{file}.woff2")


def face(file, family, weight, slant, characters):
    """The rule that makes a file a part of a family."""
    style = "" if slant == "normal" else f" font-style: {slant};"
    return (
        f"@font-face {{ font-family: {quoted(family)}; font-weight: {weight};{style} font-display: optional;"
        f' src: url("fonts/{file}.woff2") format("woff2"); unicode-range: {ranges(characters)}; }}'
    )


def rename(font, family, weight, slant):
    """Names the font as the style sheet does; copyright and licence stay."""
    style = "Italic" if slant == "italic" else "SemiBold" if weight.startswith("600") else "Regular"
    compact = family.replace(" ", "")
    for record in font["name"].names:
        record.string = {
            1: family, 2: style, 3: f"{compact}-{style}", 4: f"{family} {style}", 6: f"{compact}-{style}",
        }.get(record.nameID, record.toUnicode())


def fallback(name, source, weight, slant, locals_, file):
    """The rule that makes a reader's own font as wide and as high as ours."""
    ours, theirs = at_weight(source, weight), TTFont(system_font(file))
    ratios = [mean_width(ours, text) / mean_width(theirs, text) for text in texts()]
    size = sum(ratios) / len(ratios)
    heights = ours["hhea"]
    override = lambda value: f"{abs(value) / ours['head'].unitsPerEm / size:.1%}"
    style = "" if slant == "normal" else f" font-style: {slant};"
    sources = ", ".join(f'local("{each}")' for each in locals_)
    return (
        f"@font-face {{ font-family: {quoted(name)}; font-weight: {'600 700' if weight == 600 else weight};{style} src: {sources};"
        f" size-adjust: {size:.1%}; ascent-override: {override(heights.ascent)}; descent-override: {override(heights.descent)};"
        f" line-gap-override: {override(heights.lineGap)}; }}"
    )


def at_weight(source, weight):
    font = opened(source)
    axes = {"wght": weight, "opsz": 12}
    return instantiateVariableFont(font, {axis.axisTag: axes[axis.axisTag] for axis in font["fvar"].axes})


def system_font(file):
    for line in subprocess.run(["fc-list", "--format", "%{file}\n"], capture_output=True, text=True, check=True).stdout.splitlines():
        if Path(line).name == file:
            return line
    raise SystemExit(f"{file} is not installed")


def texts():
    """The book's text, one in each language."""
    pages = sorted((ROOT / "content").glob("**/*.md"))
    languages = sorted({page.suffixes[-2] for page in pages})
    return ["".join(page.read_text() for page in pages if page.suffixes[-2] == language) for language in languages]


def mean_width(font, text):
    widths, glyphs = font["hmtx"], font.getBestCmap()
    known = [glyphs[ord(character)] for character in re.sub(r"\s+", " ", text) if ord(character) in glyphs]
    return sum(widths[glyph][0] for glyph in known) / len(known) / font["head"].unitsPerEm


def code_points(text):
    parts = [part.partition("-") for part in text.replace("U+", "").split(", ")]
    return {each for first, _, last in parts for each in range(int(first, 16), int(last or first, 16) + 1)}


def ranges(characters):
    parts = []
    for each in sorted(characters):
        if parts and parts[-1][1] == each - 1:
            parts[-1][1] = each
        else:
            parts.append([each, each])
    return ", ".join(f"U+{first:04X}" + (f"-{last:04X}" if last > first else "") for first, last in parts)


def quoted(family):
    return f'"{family}"' if " " in family else family


main()
