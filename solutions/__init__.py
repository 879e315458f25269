"""The reference answer to every exercise, one module a lesson; its docstring is the exercise's statement."""
