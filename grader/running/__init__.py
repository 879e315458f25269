"""The parent's side of a run: it starts the processes that run learners' code, and watches them.

    attempt      what was seen of one exercise
    impatient    the jobs of one submission, without waiting twice for a statement that does not end
    sandbox      jobs → attempts; starts a worker's processes on need
    processes    zygotes and their clones, as sockets and signals
    runs         what a process sends, read against the clock, and its end
    bounded      our own work on what was handed in, within bounds
    scratch      the only folder that the code may write to

| limit | who decides | who enforces | what the learner reads |
|---|---|---|---|
| time of an exercise | `Exercise.seconds`, `runs.PATIENCE` | `runs`, by SIGKILL | No answer within 4 s… |
| threads | `runs.MAX_THREADS` | `runs`, by SIGKILL | … starts more than 80 threads |
| imports of packages | `sandbox.IMPORT_SECONDS` | `sandbox`, by SIGKILL | No answer within 4 s… |
| processor time | `sandbox`: seconds × cores | `child.confinement` | … more processor time than it may |
| memory | `Exercise.megabytes`, `MIN_MEGABYTES` | `child.confinement` | … the 512 MB that it may use |
| one answer | `calling.MAX_ANSWER_BYTES` | `child.plaindata`; `sandbox` | … of type list (3,000,000 bytes) |
| a model, a file | `live.MAX_ARTEFACT_BYTES` | `child.plaindata`; `sandbox` | the same |
| all answers | `runs.MAX_ATTEMPT_BYTES` | `runs.Run` | … something that is no answer … |
| opening what was made | `sandbox.EXAMINE_SECONDS` | `sandbox`, by SIGKILL | … takes too long to open |
| disk | `scratch.MAX_BYTES`, `MAX_ENTRIES` | `runs`, by SIGKILL | … more to disk than it may |
| one file, open files | `child.confinement` | `child.confinement` | the OSError that Python raises |
| reading, cutting, judging | `judging.grading` | `bounded` | … takes more than 30 seconds to read |
| code | `sandbox.MAX_JOB_BYTES` | `sandbox` | The code of this exercise is too large to run. |

A process's time is what it had of the processors: how long it waited for one that others had doesn't count.
"""
