"""Serves a TorchScript network over HTTP, as one would in Python; for comparison with osler serve.

    serve_torch.py NET.pt NAME      prints "ready PORT", then serves until it is killed

POST /v2/models/NAME/infer of the Open Inference Protocol: one input "image" [N, 1, H, W], as JSON numbers
or as binary data; output "logit". http.server with a thread a connection, kept open; PyTorch on one thread.
"""
import http.server
import json
import sys

import numpy
import torch

LENGTH = "Inference-Header-Content-Length"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != self.server.path:
            self.answer(404, b"{}")
            return
        json_bytes = int(self.headers.get(LENGTH, len(body)))
        request = json.loads(body[:json_bytes])
        given = request["inputs"][0]
        if "data" in given:
            values = numpy.array(given["data"], numpy.float32)
        else:
            values = numpy.frombuffer(body, numpy.float32, offset=json_bytes)
        images = torch.from_numpy(values.reshape(given["shape"]).copy())
        with torch.inference_mode():
            logits = self.server.net(images).numpy()
        self.reply(request, logits)

    def reply(self, request, logits):
        output = {"name": "logit", "datatype": "FP32", "shape": list(logits.shape)}
        wanted = request.get("outputs", [{}])[0]
        binary = wanted.get("parameters", {}).get("binary_data", False)
        if binary:
            output["parameters"] = {"binary_data_size": logits.nbytes}
        else:
            output["data"] = logits.ravel().tolist()
        head = json.dumps({"model_name": self.server.name, "outputs": [output]}).encode()
        self.answer(200, head + (logits.tobytes() if binary else b""), len(head) if binary else None)

    def answer(self, status, body, json_bytes=None):
        self.send_response(status)
        self.send_header("Content-Type", "application/octet-stream" if json_bytes else "application/json")
        self.send_header("Content-Length", str(len(body)))
        if json_bytes:
            self.send_header(LENGTH, str(json_bytes))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 256


def main():
    path, name = sys.argv[1:]
    torch.set_num_threads(1)
    server = Server(("127.0.0.1", 0), Handler)
    server.name = name
    server.path = f"/v2/models/{name}/infer"
    server.net = torch.jit.optimize_for_inference(torch.jit.load(path).eval())
    print("ready", server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
