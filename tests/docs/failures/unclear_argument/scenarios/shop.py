import json


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"status": "out for delivery", "eta": "today by 6pm"}).encode()]
