def app(environ, start_response):
    start_response("500 Internal Server Error", [("Content-Type", "application/json")])
    return [b'{"error": "the database is locked"}']
