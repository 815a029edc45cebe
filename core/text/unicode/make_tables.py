#!/usr/bin/env python3
"""Writes tables.cpp from the Unicode character database: make_tables.py [UCD folder] > tables.cpp

The original's normaliser mixes frozen versions, and so do these tables: categories as in Unicode 8.0, canonical
decompositions and combining classes as in 9.0, lower case as in 16.0. They are cut out of a newer database by the age
of each code point. Debian: package unicode-data, folder /usr/share/unicode (15.0).
"""
import sys
from pathlib import Path

UCD = Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode")
LIMIT = 0x110000


def lines(name):
    for line in (UCD / name).read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line:
            yield [field.strip() for field in line.split(";")]


def code_range(text):
    first, _, last = text.partition("..")
    return range(int(first, 16), int(last or first, 16) + 1)


def read_ages():
    ages = {}
    for codes, age in lines("DerivedAge.txt"):
        for code in code_range(codes):
            ages[code] = tuple(int(part) for part in age.split("."))
    return ages


def read_characters():
    """code -> (category, combining class, canonical decomposition, simple lower case)."""
    characters, first = {}, None
    for fields in lines("UnicodeData.txt"):
        code = int(fields[0], 16)
        if fields[1].endswith(", First>"):
            first = code
            continue
        parts = fields[5].split()
        canonical = tuple(int(p, 16) for p in parts) if parts and not parts[0].startswith("<") else ()
        entry = (fields[2], int(fields[3]), canonical, int(fields[13] or "0", 16))
        for each in range(first if fields[1].endswith(", Last>") else code, code + 1):
            characters[each] = entry
    return characters


def property_set(name, *wanted):
    return {code for codes, prop in (f[:2] for f in lines(name)) if prop in wanted for code in code_range(codes)}


AGES, CHARACTERS = read_ages(), read_characters()


def of_category(age, *prefixes):
    return {c for c, e in CHARACTERS.items() if e[0].startswith(prefixes) and AGES.get(c, (99, 0)) <= age}


def ranges(codes):
    result = []
    for code in sorted(codes):
        if result and result[-1][1] == code - 1:
            result[-1][1] = code
        else:
            result.append([code, code])
    return result


def emit(kind, name, rows):
    print(f"\nconst {kind} {name}[] = {{")
    line = "   "
    for row in rows:
        cell = "{" + ",".join(row) + "},"
        if len(line) + len(cell) + 1 > 118:
            print(line)
            line = "   "
        line += " " + cell
    print(line + "\n};")
    print(f"const std::size_t {name}Count = {len(rows)};")


def emit_ranges(name, codes):
    emit("CodeRange", name, [(f"{a:#x}", f"{b:#x}") for a, b in ranges(codes)])


def combining_rows():
    rows = []
    for code in sorted(CHARACTERS):
        combining = CHARACTERS[code][1]
        if not combining or AGES.get(code, (99, 0)) > (9, 0):
            continue
        if rows and rows[-1][1] == code - 1 and rows[-1][2] == combining:
            rows[-1][1] = code
        else:
            rows.append([code, code, combining])
    return [(f"{a:#x}", f"{b:#x}", str(c)) for a, b, c in rows]


def lower_rows():
    lower = {c: e[3] for c, e in CHARACTERS.items() if e[3]}
    # Pairs that Unicode 16 added; U+0130 is the one full mapping to two code points and is handled in code.
    lower.update({0x1C89: 0x1C8A, 0xA7CB: 0x264, 0xA7CC: 0xA7CD, 0xA7DA: 0xA7DB, 0xA7DC: 0x19B})
    lower.update({c: c + 0x20 for c in range(0x10D50, 0x10D66)})
    del lower[0x130]
    rows = []  # first, last, step, difference
    for code in sorted(lower):
        difference = lower[code] - code
        if rows and rows[-1][3] == difference:
            step = code - rows[-1][1]
            if step <= 2 and rows[-1][2] in (0, step):
                rows[-1][1:3] = [code, step]
                continue
        rows.append([code, code, 0, difference])
    return [(f"{a:#x}", f"{b:#x}", str(s or 1), str(d)) for a, b, s, d in rows]


def main():
    marks = (of_category((8, 0), "Mn") | {0x1734}) - {0x1885, 0x1886, 0xA9BD, 0x111C9}
    punctuation = of_category((8, 0), "P") | {0x166D, 0x111C9}
    format_codes, control = of_category((8, 0), "Cf"), of_category((8, 0), "Cc")
    counts = [len(marks), len(punctuation), len(format_codes), len(control)]
    assert counts == [1567, 717, 150, 65], counts
    removed = format_codes | control | of_category((99, 0), "Co")
    removed -= {0x09, 0x0A, 0x0D}
    removed |= {0, 0xFFFD}
    ascii_symbols = {ord(c) for c in "$+<=>^`|~"}
    word = property_set("DerivedCoreProperties.txt", "Alphabetic") | property_set("PropList.txt", "Join_Control")
    word |= of_category((99, 0), "M", "Nd", "Pc")

    print("// Written by make_tables.py from the Unicode character database. Do not edit.")
    print('#include "core/text/unicode/tables.h"\n\nnamespace lorascope::text::tables {')
    emit_ranges("kRemoved", removed)
    emit_ranges("kWhitespace", property_set("PropList.txt", "White_Space"))
    emit_ranges("kPunctuation", punctuation | ascii_symbols)
    emit_ranges("kNonspacingMarks", marks)
    emit_ranges("kWord", word)
    emit("CombiningRange", "kCombining", combining_rows())
    emit("Decomposition", "kDecompositions",
         [(f"{c:#x}", f"{e[2][0]:#x}", f"{e[2][1] if len(e[2]) > 1 else 0:#x}")
          for c, e in sorted(CHARACTERS.items()) if e[2] and AGES[c] <= (9, 0)])
    emit("LowerRange", "kLower", lower_rows())
    print("\n}  // namespace lorascope::text::tables")


main()
