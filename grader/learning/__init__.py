"""One learner: checks in a notebook and in a terminal, what is done, what to repeat.

notebook   `check` and `solved`
predicting `predict` and `predict.outcome`
own_line   which line of an answer to look at
right_values  which place of an answer computes what is wrong
kernel     runs the function in the notebook's own kernel
card       what a check shows
progress   what was tried, failed and passed
way_out    when a solution may be seen before an answer passes
review     what to repeat today
way_on     what is weak or unfinished, and what to read for it
leaderboard  the models that lesson 8 put on its board
watching   files as they are saved
"""
