"""For the makers of the course: begin an exercise, see what one still owes. No part of the student edition.

places      where everything of an exercise lies in a clone
skeletons   the texts that a new exercise begins with
new         writes them, all or none
owes        what an exercise and a lesson still owe: the list of the checks in the three below
writing     of what is written: statement, hints, messages, mistakes' names
running     of what runs: the reference, a stub, each known mistake
belonging   of its places: list, catalogue, lesson, notebook, coverage, tests
statement   an exercise's statement as a notebook has it
seeds       references and known mistakes on many secret seeds, and the table of them
unreached   what the cases don't tell from a reference, and which known mistakes a rule finds anyway
"""
