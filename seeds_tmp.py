import sys
from grader.exercises import all_exercises
from grader.authoring import seeds

rows = []
for name, e in all_exercises().items():
    row = seeds.tried(e, seeds.seeds_of(e, 20))
    rows.append(row)
    if not seeds.holds(row):
        print(row, flush=True)
    open("/tmp/seeds_rows.txt", "a").write(repr(tuple(row)) + "\n")
print("done", len(rows))
