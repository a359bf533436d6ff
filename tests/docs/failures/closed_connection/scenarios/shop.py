import socketserver
import sys


class Shop(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.recv(65536)  # and not a word in return


socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[1])), Shop).serve_forever()
