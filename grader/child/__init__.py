"""What lives in the forked process that runs a learner's code; nothing here knows an answer.

    zygote        waits with its imports done, and is forked for every run
    confinement   what the fork gives up for good: files, system calls, memory, time
    defining      runs the cut of an exercise, to get the learner's function
    notebook      what that code finds there, as in every notebook: `display`, `get_ipython`
    forbidding    functions that the exercise asks to do without: they raise meanwhile
    calling       calls it on one case, and writes down what can be seen from outside
    live          objects that no plain data is: models, data frames, functions as arguments
    functions     those functions
    plaindata     answers on their way out: MessagePack and raw arrays, never pickle
    later         large packages in less time: what they hardly use is imported when they use it
    warming       computes once with TensorFlow before the zygote is forked
    free_lists    forks take memory from one place
    examining     opens a model or a file that was made, in a fork that ran no learner's code

A module here imports no module of ours but those in this folder; what a zygote preloads is a list of names
that it is handed. So a learner's code can see the interpreter, the installed packages, the arguments of its
cases one by one, and these modules. It can't see references, expected answers, labels or other learners.
"""
