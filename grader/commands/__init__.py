"""The command line, a file a command.

check, progress, review            a learner's
grade, report, mark, similar       an instructor's
release, author                    the course's own
list                               everybody's; `options` is what several share
"""
