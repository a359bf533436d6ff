def app(environ, start_response):
    status = "503 Service Unavailable" if environ["PATH_INFO"] == "/token" else "404 Not Found"
    start_response(status, [("Content-Type", "application/json")])
    return [b"{}"]
