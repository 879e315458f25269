"""What an answer is worth: the trusted process holds cases and references here, and runs no learner's code.

bank         the cases of an exercise for a seed, with the reference's and each mistake's outcomes
comparison   one answer against what was expected
findings     what is wrong with a function's outcomes, case by case
diagnosis    what the outcomes tell of the cause: a known mistake, a relation, a variant
relations    how wrong outputs relate to what is right
others       answers to another exercise than the one that was asked
variants     the reference with one thing changed by a rule, and what that is in words
own_changes  the line of a wrong answer: the learner's code with one thing changed, in the sandbox
unused       arguments that an answer never looks at
timed        calls that are ended where they take too long
conditions   where an answer is right: what tells right cases from wrong ones
aspects      where a change of a learner's own code helps, in words
changes      functions with one thing changed in them
computed     what a function computes on its way, place by place
steps        what a reference computes on its way
rules        what beginners write in the place of something
additions    what beginners put in, move or mix up
mends        what learners forget in their own code
judge        outcomes → verdict: smallest failing case, known mistake, message
report       verdicts as data
grading      a submission → its report: cut, run, judge
own_modules  a learner's own modules, as Python imports them
explaining   what the rest of a file says of an answer that is missing or fails
dependencies what a verdict depends on, as one hash
faults       our own faults, kept to one exercise
discretion   what is told where one may hand in again at once
showing      values as reports hold them, and as people read them
verdicts     verdicts that another's equal code has had already
"""
