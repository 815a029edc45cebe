#!/usr/bin/env python3
"""Writes python_tables.cpp: python3.11 make_tables.py > python_tables.cpp

The official scores are what Python's own str.lower and regular expressions make of a text, so the tables are asked of
Python itself (3.11, Unicode 14.0) and not cut out of a Unicode database.
"""
import re

CODES = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
SIGMA, FINAL_SIGMA = "\u03a3", "\u03c2"


def ranges(holds):
    found = []
    for code in CODES:
        if not holds(chr(code)):
            continue
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return found


def is_cased(char):
    return (char + SIGMA).lower()[-1] == FINAL_SIGMA


def is_ignorable(char):
    return ("A" + char + SIGMA).lower()[-1] == FINAL_SIGMA and not is_cased(char)


def lower_ranges():
    """[first, last, step, difference] of all whose lower case is one other code point."""
    found = []
    for code in CODES:
        lower = chr(code).lower()
        if len(lower) != 1 or ord(lower) == code:
            continue
        difference = ord(lower) - code
        last = found[-1] if found else None
        step = code - last[1] if last and last[3] == difference else 0
        if step in (1, 2) and last[2] in (0, step):
            last[1], last[2] = code, step
        else:
            found.append([code, code, 0, difference])
    return [[first, last, step or 1, difference] for first, last, step, difference in found]


def write(kind, name, rows):
    print(f"const {kind} {name}[] = {{")
    line = "   "
    for row in rows:
        item = " {" + ",".join(str(v) if i == 3 else hex(v) for i, v in enumerate(row)) + "},"
        if len(line) + len(item) > 118:
            print(line)
            line = "   "
        line += item
    print(line)
    print(f"}};\nconst std::size_t {name}Count = std::size({name});\n")


print("// Written by make_tables.py. Do not edit.")
print('#include "core/metrics/python_tables.h"\n\n#include <iterator>\n\nnamespace lorascope::metrics::tables {\n')
write("CodeRange", "kWord", ranges(re.compile(r"\w").match))
write("CodeRange", "kCased", ranges(is_cased))
write("CodeRange", "kIgnorable", ranges(is_ignorable))
write("LowerRange", "kLower", lower_ranges())
print("}  // namespace lorascope::metrics::tables")
