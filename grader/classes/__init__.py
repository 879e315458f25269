"""A class: from what was handed in to everybody's results, in one gradebook.

course         the instructor's settings
classroom      what waits to be graded → results, as they come
executors      who grades: processes of this machine, or a cluster
classwork      one submission in such a process
gradebook      the file that keeps every result
sums           a checksum in each of its rows
schema         what is in it, how it is read, and how one of before is brought to that
repeats        what was handed in, again or not → what of it counts, and since when
asked          what counts → which lessons the class is asked for, and why
tallying       graded files → results and reports: points, lateness, marks
results        a class as every report sees it
fingerprints   what stays of code when names and layout change
answers        a submission's own code, exercise by exercise
groups         equal answers, however many have them
similar        answers that are alike: groups, and pairs beside them
"""
