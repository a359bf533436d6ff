"""The event loop of a process, the threads that run it, and the queue in which conversations wait.

Nothing here knows what a conversation is: jobs, waiting and Ctrl-C only. Captured output is kept
apart by conversation in `output_router.py`. Add a way to run the loop to `loop.py`.
"""
