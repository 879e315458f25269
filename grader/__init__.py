"""The autograder: `from grader import check` in a notebook, `grader` on the command line."""

__all__ = ["check", "solved"]


def __getattr__(name: str):
    # Loaded on first use: a sandboxed process imports this package and must get none of the exercises.
    if name in __all__:
        from grader import notebook

        return getattr(notebook, name)
    raise AttributeError(f"module 'grader' has no attribute {name!r}")
