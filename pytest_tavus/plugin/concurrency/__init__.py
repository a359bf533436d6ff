"""Runs conversations concurrently; pytest still reports scenarios in its own order.

The run is in one `Mode` at a time (`scheduler.py`):

    SERIAL --first conversation that waits on I/O--> CONCURRENT <--> EXCLUSIVE
       |                                                  |              |
       +-----------------------> STOPPED <---------------+--------------+

    SERIAL      each scenario runs in its turn, on the thread of pytest
    CONCURRENT  a scenario starts early, as soon as the fixtures it shares are set up
    EXCLUSIVE   the next item runs by itself: nothing else starts, and nothing else runs
    STOPPED     pytest ends: nothing starts, and the running conversations are cancelled

A conversation is a job with a `JobState` (`run/loop/queue.py`). The scheduler enqueues the job
early, or in its turn as an urgent job:

    WAITING --admitted, a slot and the locks are free--> RUNNING --> ENDED
       |                                                    |
       +--> DROPPED <--its item runs elsewhere, or not------+

Only `Scheduler._enter` changes the mode, and only `JobQueue._set_state` the state of a job.
The room decides which scenario may start; limits and queues live in `run`. Add a reason why a
scenario runs alone to `eligibility.py`.
"""
