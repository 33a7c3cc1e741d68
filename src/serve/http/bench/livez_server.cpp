// A server with one inline route, to be asked by wrk or another load generator until it is killed:
//
//   osler_serve_http_livez [PORT [CERTIFICATE KEY]]
//   taskset -c 0 osler_serve_http_livez 8080 & taskset -c 1 wrk -t1 -c16 -d5
//   http://127.0.0.1:8080/livez

#include <cstdint>
#include <cstdio>
#include <string>

#include "base/text.h"
#include "serve/http/server.h"

int main(int count, char** values) {
  namespace http = osler::serve::http;
  http::ServerOptions options;
  options.port =
      static_cast<std::uint16_t>(count > 1 ? osler::parse_integer(values[1]).value_or(8080) : 8080);
  if (count > 3) {
    options.certificate = values[2];
    options.key = values[3];
  }
  http::Router router;
  router.add(
      {.pattern = "/livez", .id = "livez", .inline_ = true, .handler = [](const http::Request&) {
         return http::Response{.content_type = "text/plain", .body = "ok"};
       }});
  // The same through the guard and a worker, and an answer of 2 KB.
  router.add({.pattern = "/worker",
              .id = "worker",
              .access = "some.permission",
              .handler = [](const http::Request&) {
                return http::Response{.content_type = "text/plain", .body = std::string(2048, 'x')};
              }});
  auto server = http::Server::create(
      options, std::move(router),
      [](http::Request&, const http::Route&) { return std::optional<http::Response>(); });
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return osler::exit_code(server.error().code);
  }
  server->run();
  return 0;
}
