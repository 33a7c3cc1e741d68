// What a request costs beside its handler. A reading room of 20 screens asks for some 50 pictures a
// second; 20,000 requests a second leave the processor to the pictures.

#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "serve/http/internal/encode.h"
#include "serve/http/internal/parser.h"
#include "serve/http/multipart.h"
#include "serve/http/router.h"

namespace osler::serve::http {
namespace {

// As a browser sends it.
const std::string kRequest =
    "GET /api/studies/1.2.840.10008.5.1/images/1.2.840.10008.5.1.7/pixels?window=lung HTTP/1.1\r\n"
    "Host: films.example.org\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    "Accept: */*\r\nAccept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\n"
    "Cookie: osler_session=0123456789abcdef0123456789abcdef\r\nConnection: keep-alive\r\n"
    "Sec-Fetch-Dest: empty\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Site: same-origin\r\n\r\n";

void parse_request(benchmark::State& state) {
  for (auto _ : state) {
    RequestParser parser({});
    benchmark::DoNotOptimize(parser.feed(kRequest));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(parse_request);

void parse_and_match(benchmark::State& state) {
  Router router;
  const std::vector<std::string> nouns{"studies", "models", "runs", "users", "jobs", "datasets"};
  for (const std::string& noun : nouns) {
    const std::string base = "/api/" + noun;
    const auto add = [&](const std::string& pattern, const std::string& id) {
      router.add({.pattern = pattern, .id = noun + id, .handler = [](const Request&) {
                    return no_content();
                  }});
    };
    add(base, "_list");
    add(base + "/{id}", "_one");
    add(base + "/{id}/images/{sop}/pixels", "_pixels");
  }
  Target target;
  for (auto _ : state) {
    (void)parse_target(
        "/api/studies/1.2.840.10008.5.1/images/1.2.840.10008.5.1.7/pixels?window=lung",
        "films.example.org", target);
    benchmark::DoNotOptimize(router.match(Method::Get, target.path));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(parse_and_match);

void write_head(benchmark::State& state) {
  const DefaultHeaders defaults(true, {});
  const Response response{.content_type = "application/json", .etag = "\"0123456789abcdef\""};
  std::string out;
  for (auto _ : state) {
    out.clear();
    append_head(response,
                {.date = "Sun, 06 Nov 1994 08:49:37 GMT", .id = "0123456789abcdef", .length = 2048},
                defaults, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(write_head);

// One film of 16 MB in a form.
void scan_multipart(benchmark::State& state) {
  std::string film(std::size_t{16} << 20U, '\0');
  for (std::size_t i = 0; i < film.size(); ++i) {
    film[i] = static_cast<char>((i * 2654435761U) >> 13U);
  }
  const std::string body =
      "--xyz\r\nContent-Disposition: form-data; name=film; filename=a.dcm\r\n\r\n" + film +
      "\r\n--xyz--\r\n";
  for (auto _ : state) {
    benchmark::DoNotOptimize(parse_multipart(body, "multipart/form-data; boundary=xyz"));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}
BENCHMARK(scan_multipart);

}  // namespace
}  // namespace osler::serve::http
