"""What leaves the house: the student edition, and the autograder for Gradescope.

packing      a lesson's exercises as data, without solutions; `grader.exercises.edition` reads it
release      the student edition and the autograder's archive
gradescope   grades one submission inside that archive
templates/   what only a release has
"""
