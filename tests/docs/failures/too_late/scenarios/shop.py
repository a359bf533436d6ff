import json
import time


def app(environ, start_response):
    time.sleep(1)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"status": "out for delivery", "eta": "today by 6pm"}).encode()]
