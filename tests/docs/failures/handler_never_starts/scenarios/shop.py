import time

print("waiting for the database", flush=True)
time.sleep(600)
