"""The `verify` functions of exercises that are not compared with a reference, one module a lesson.

They judge an answer by its properties and know no solution, so they are part of the student edition, too:
a module here imports nothing of `grader.references` or of `grader.exercises`.
"""

from dlcourse import content

__path__ += content.own_places("exercises/verifying")
