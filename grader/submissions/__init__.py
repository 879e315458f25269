"""What was handed in: a file or a class's archive on its way in becomes cells of code, and those a cut.

names        names that anybody may have chosen, made safe to show and compared as people compare them
endings      what the end of a file's name says
archives     zip and tar files, read without trust
platforms/   whose a file is, by the names that each learning platform gives; and each one's import file
walking      the files below a path, those in archives too
works        a file of one learner
modules      modules that are nobody's work, but what others import
attempts     which of a learner's files count
remarks      what a person should look at
intake       a class's files and archives → one list of what counts
submission   a notebook or a module → cells
notebook_json a file's text → a notebook's JSON
cells        a cell's text → plain Python, as a notebook reads it
beside       a learner's own modules beside it
statements   one statement: what it binds, uses, imports
changing     what a single node changes and binds
effects      what statements change beside that, by own functions and under other names
cut          the code of one exercise
cutting      the cells → the code of one exercise
predicted    what was said before experiments
"""
