"""The parent's side of a run: it starts the processes that run learners' code, and watches them.

    attempt      what was seen of one exercise
    sandbox      jobs → attempts; starts a worker's processes on need
    processes    zygotes, their clones, and one run, as pipes and signals
    scratch      the only folder that the code may write to

| limit | who decides | who enforces | what the learner reads |
|---|---|---|---|
| wall clock of an exercise | `Exercise.seconds` | `sandbox._collect_one`, by SIGKILL | No answer within 4 seconds: … |
| processor time of a run | `Worker.run`: seconds × cores | `child.confinement`, RLIMIT_CPU | … more processor time … |
| memory | `Exercise.megabytes`, `sandbox.MIN_MEGABYTES` | `child.confinement`, RLIMIT_AS | … the 512 MB that it may use |
| one answer | `child.calling.MAX_ANSWER_BYTES` | `child.plaindata.encode`, `sandbox` again | … of type …, 3,000,000 bytes |
| a model or a file | `child.live.MAX_ARTEFACT_BYTES` | the same | the same |
| all answers of an exercise | `processes.MAX_ATTEMPT_BYTES` | `Run.receive` | … something that is no answer … |
| opening what was made | `sandbox.EXAMINE_SECONDS` | `sandbox._collect_one` | … takes too long to open and run |
| disk | `scratch.MAX_BYTES`, `scratch.MAX_ENTRIES` | `processes.ForkedRun`, ten times a second | … more to disk … |
| one file, open files | `child.confinement` | RLIMIT_FSIZE, RLIMIT_NOFILE | the OSError that Python raises |
| code | `sandbox.MAX_JOB_BYTES` | `Worker.run` | The code of this exercise is too large to run. |
"""
