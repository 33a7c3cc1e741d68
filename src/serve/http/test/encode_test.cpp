#include "serve/http/internal/encode.h"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <zlib.h>

#include "serve/http/server.h"
#include "serve/http/test/loopback.h"

namespace osler::serve::http {
namespace {

using test::get;
using test::route;
using test::Running;

std::string gunzip(std::string_view packed) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  std::string out(std::size_t{1} << 20U, '\0');
  std::string in(packed);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(AcceptsGzip, FollowsTheWeights) {
  EXPECT_TRUE(accepts_gzip("gzip"));
  EXPECT_TRUE(accepts_gzip("deflate, GZIP;q=0.5, br"));
  EXPECT_TRUE(accepts_gzip("*"));
  EXPECT_TRUE(accepts_gzip("gzip; q=0.001"));
  EXPECT_FALSE(accepts_gzip(""));
  EXPECT_FALSE(accepts_gzip("gzip;q=0"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0.000, *"));
  EXPECT_FALSE(accepts_gzip("*;q=0"));
  EXPECT_FALSE(accepts_gzip("gzip;q=x"));
  EXPECT_FALSE(accepts_gzip("gzipped, br"));
}

TEST(TagMatches, ComparesWeakly) {
  EXPECT_TRUE(tag_matches("\"abc\"", "abc"));
  EXPECT_TRUE(tag_matches("\"x\", W/\"abc\"", "abc"));
  EXPECT_TRUE(tag_matches("*", "abc"));
  EXPECT_FALSE(tag_matches("", "abc"));
  EXPECT_FALSE(tag_matches("abc", "abc"));
  EXPECT_FALSE(tag_matches("\"abcd\", \"ab\"", "abc"));
}

Router documents() {
  Router router;
  router.add(route(Method::Get, "/large", [](const Request&) {
    Response response = json_response(200, Json{{"text", std::string(5000, 'x')}});
    response.etag = "v1";
    return response;
  }));
  router.add(route(Method::Get, "/small", [](const Request&) {
    Response response = json_response(200, Json{{"text", "x"}});
    response.etag = "v1";
    return response;
  }));
  router.add(route(Method::Get, "/picture", [](const Request&) {
    return Response{.content_type = "image/png", .body = std::string(5000, 'x')};
  }));
  return router;
}

TEST(Encoding, CompressesWhatIsLargeForWhoeverTakesIt) {
  Running running({}, documents());
  auto client = running.client();

  const auto packed = client.ask(get("/large", "Accept-Encoding: gzip\r\n"));
  const auto plain = client.ask(get("/large", "Accept-Encoding: gzip;q=0\r\n"));
  EXPECT_EQ(packed.header("Content-Encoding"), "gzip");
  EXPECT_EQ(packed.header("Vary"), "Accept-Encoding");
  EXPECT_LT(packed.body.size(), 200U);
  EXPECT_EQ(gunzip(packed.body), plain.body);
  EXPECT_EQ(plain.header("Content-Encoding"), "");
  EXPECT_EQ(plain.header("Vary"), "Accept-Encoding") << "a cache must know in both cases";
  const auto head = client.ask("HEAD /large HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n");
  EXPECT_EQ(head.header("Content-Length"), std::to_string(packed.body.size()));

  EXPECT_EQ(client.ask(get("/small", "Accept-Encoding: gzip\r\n")).header("Content-Encoding"), "");
  EXPECT_EQ(client.ask(get("/picture", "Accept-Encoding: gzip\r\n")).header("Content-Encoding"),
            "");
}

TEST(Encoding, Answers304WhereTheClientHasIt) {
  Running running({}, documents());
  auto client = running.client();

  const auto full = client.ask(get("/small"));
  EXPECT_EQ(full.header("ETag"), "\"v1\"");
  const auto same = client.ask(get("/small", "If-None-Match: \"v0\", \"v1\"\r\n"));
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.header("ETag"), "\"v1\"");
  EXPECT_EQ(same.header("Content-Length"), "");
  EXPECT_EQ(client.ask(get("/large", "If-None-Match: W/\"v1\"\r\n")).status, 304);
  EXPECT_EQ(client.ask(get("/large")).header("ETag"), "W/\"v1\"");
  EXPECT_EQ(client.ask(get("/small", "If-None-Match: \"v0\"\r\n")).status, 200);
}

}  // namespace
}  // namespace osler::serve::http
