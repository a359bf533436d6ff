"""Handlers behind a URL: HTTP/1.1 over persistent connections, parsed with llhttp.

Requests arrive as Tavus would send them, header case included; there are no redirects, cookies
or retries. The room knows no tool. Add a rule about responses to `answer.py`.
"""
