import json

import order_database


def app(environ, start_response):
    order = order_database.find(json.load(environ["wsgi.input"]))
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(order).encode()]
