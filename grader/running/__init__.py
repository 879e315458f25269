"""The parent's side of a run: it starts the processes that run learners' code, and watches them.

    attempt      what was seen of one exercise
    impatient    the jobs of one submission, without waiting twice for a statement that does not end
    sandbox      jobs → attempts; starts a worker's processes on need
    processes    zygotes, their clones, and one run, as pipes and signals
    scratch      the only folder that the code may write to

| limit | who decides | who enforces | what the learner reads |
|---|---|---|---|
| time of an exercise | `Exercise.seconds` | `sandbox`, by SIGKILL | No answer within 4 seconds: … |
| imports of packages | `sandbox.IMPORT_SECONDS` | `sandbox`, by SIGKILL | No answer within 4 seconds: … |
| processor time | `sandbox`: seconds × cores | `child.confinement` | … more processor time than it may |
| memory | `Exercise.megabytes`, `MIN_MEGABYTES` | `child.confinement` | … the 512 MB that it may use |
| one answer | `calling.MAX_ANSWER_BYTES` | `child.plaindata`; `sandbox` | … of type list (3,000,000 bytes) |
| a model, a file | `live.MAX_ARTEFACT_BYTES` | `child.plaindata`; `sandbox` | the same |
| all answers | `processes.MAX_ATTEMPT_BYTES` | `processes.Run` | … something that is no answer … |
| opening what was made | `sandbox.EXAMINE_SECONDS` | `sandbox`, by SIGKILL | … takes too long to open |
| disk | `scratch.MAX_BYTES`, `MAX_ENTRIES` | `processes`, by SIGKILL | … more to disk than it may |
| one file, open files | `child.confinement` | `child.confinement` | the OSError that Python raises |
| code | `sandbox.MAX_JOB_BYTES` | `sandbox` | The code of this exercise is too large to run. |
"""
