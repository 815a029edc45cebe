"""Writes tests/fixtures/store/schema-N.sql: the dump of a small workspace as schema version N leaves it.

Usage: make_store_fixture.py N. Run it once when version N is released, before N + 1 exists; the dump is never changed after that.
"""
import pathlib
import re
import sqlite3
import struct
import sys

version = int(sys.argv[1])
root = pathlib.Path(__file__).resolve().parents[2]
migrations = re.findall(r'R"sql\((.*?)\)sql"', (root / "core/store/migrations.cpp").read_text(), re.S)[:version]
assert len(migrations) == version, f"migrations.cpp has {len(migrations)} versions"

database = sqlite3.connect(":memory:")
for sql in migrations:
    database.executescript(sql)
database.execute("INSERT INTO study (name, source, hash, created) VALUES ('an old study', 'name = 1', 'abc', 1000)")
run = ("INSERT INTO run (study_id, name, group_name, task, method, settings, settings_hash, state, created) "
       "VALUES (1, ?, 'FT', 'wnut17', 'ft', '{}', 'abc', ?, 1000)")
database.execute(run, ("seed 42", "finished"))
database.execute(run, ("seed 43", "stopped"))
database.execute("INSERT INTO series VALUES (1, 1, 'train/loss')")
database.executemany("INSERT INTO point VALUES (1, ?, ?)", [(1, 1.0), (2, 0.5), (3, 0.25)])
database.execute("INSERT INTO event (run_id, time, level, text) VALUES (1, 1000, 'info', 'done')")
database.execute("INSERT INTO heartbeat VALUES (1, 1000, 3, 3, 0.25, 100, 0, 50, 'done')")
database.execute('INSERT INTO spectrum (run_id, step, module, "values") VALUES (1, 3, ?, ?)', ("layer.0", struct.pack("<2d", 2, 1)))
database.execute("INSERT INTO evaluation VALUES (1, 3, 'eval', 1.0, '{\"f1\":0.5}', 1, 1000)")
database.commit()

target = root / f"tests/fixtures/store/schema-{version}.sql"
target.parent.mkdir(parents=True, exist_ok=True)
header = f"PRAGMA application_id={0x4c6f5261};\nPRAGMA user_version={version};\n"
sequence = 'DELETE FROM "sqlite_sequence";'
lines = [line for line in database.iterdump() if line != sequence]
target.write_text(header + "\n".join(lines) + "\n")
