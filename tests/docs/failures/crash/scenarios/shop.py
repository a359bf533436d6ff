import json


def app(environ, start_response):
    order_id = json.load(environ["wsgi.input"])["orderId"]
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"order_id": order_id, "eta": "today by 6pm"}).encode()]
