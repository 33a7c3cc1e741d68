#include <atomic>
#include <future>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "serve/http/server.h"
#include "serve/http/test/loopback.h"

namespace osler::serve::http {
namespace {

using std::chrono::milliseconds;
using test::get;
using test::post;
using test::route;
using test::Running;
using test::text;
using ::testing::HasSubstr;

Router echo(std::uint64_t max_body = 1000) {
  Router router;
  Route live = route(Method::Get, "/livez", [](const Request&) { return text("ok"); });
  live.inline_ = true;
  router.add(std::move(live));
  Route echoing = route(Method::Post, "/echo",
                        [](const Request& request) { return text(std::string(request.text())); });
  echoing.max_body = max_body;
  router.add(std::move(echoing));
  return router;
}

std::uint64_t counted(Running& running, std::string_view series) {
  const std::string all = running.server().metrics().render();
  const std::size_t at = all.find("\n" + std::string(series) + " ");
  return at == std::string::npos ? 0 : std::stoull(all.substr(at + series.size() + 2));
}

struct Hostile {
  const char* name;
  std::string request;
  int status;
};

class HostileRequest : public ::testing::TestWithParam<Hostile> {};

// Each is refused, and whatever stands behind it is not taken for a request.
TEST_P(HostileRequest, IsRefusedAndCut) {
  Running running({}, echo());
  auto client = running.client();

  client.send(GetParam().request + "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n");

  const auto answer = client.receive();
  EXPECT_EQ(answer.status, GetParam().status) << answer.body;
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_THAT(answer.body, HasSubstr("\"error\""));
  EXPECT_EQ(client.receive().status, 0);
}

std::string lines(int count) {
  std::string all;
  for (int i = 0; i < count; ++i) {
    all += "X-" + std::to_string(i) + ": 1\r\n";
  }
  return all;
}

std::string echo_with(const std::string& more) {
  return "POST /echo HTTP/1.1\r\nHost: h\r\n" + more;
}

INSTANTIATE_TEST_SUITE_P(
    Requests, HostileRequest,
    ::testing::Values(
        Hostile{"LengthAndChunks",
                echo_with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400},
        Hostile{"ChunksAndLength",
                echo_with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"), 400},
        Hostile{"TwoLengths", echo_with("Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
                400},
        Hostile{"TheSameLengthTwice",
                echo_with("Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"), 400},
        Hostile{"LengthAsAList", echo_with("Content-Length: 5, 5\r\n\r\nhello"), 400},
        Hostile{"NegativeLength", echo_with("Content-Length: -1\r\n\r\n"), 400},
        Hostile{"PlusLength", echo_with("Content-Length: +5\r\n\r\nhello"), 400},
        Hostile{"HexLength", echo_with("Content-Length: 0x5\r\n\r\nhello"), 400},
        Hostile{"EndlessLength", echo_with("Content-Length: 99999999999999999999\r\n\r\n"), 400},
        Hostile{"FourGigabytes", echo_with("Content-Length: 4294967296\r\n\r\n"), 413},
        Hostile{"OneByteTooLong", echo_with("Content-Length: 1001\r\n\r\n"), 413},
        Hostile{"ChunkTooLong", echo_with("Transfer-Encoding: chunked\r\n\r\nfffffffff\r\n"), 413},
        Hostile{"ChunksTooLong",
                echo_with("Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + std::string(1000, 'x') +
                          "\r\n1\r\nx\r\n0\r\n\r\n"),
                413},
        Hostile{"BadChunkSize", echo_with("Transfer-Encoding: chunked\r\n\r\nxyz\r\n"), 400},
        Hostile{"BareNewLineInChunk", echo_with("Transfer-Encoding: chunked\r\n\r\n1\nx\r\n\r\n"),
                400},
        Hostile{"ChunkOverrun", echo_with("Transfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n"),
                400},
        Hostile{
            "ChunkExtensions",
            echo_with("Transfer-Encoding: chunked\r\n\r\n1;a=" + std::string(300, 'b') + "\r\nx"),
            400},
        Hostile{"TooManyTrailers",
                echo_with("Transfer-Encoding: chunked\r\n\r\n0\r\n" + lines(101) + "\r\n"), 431},
        Hostile{"OtherEncoding", echo_with("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
                501},
        Hostile{"IdentityEncoding", echo_with("Transfer-Encoding: identity\r\n\r\n"), 501},
        Hostile{"QuotedEncoding", echo_with("Transfer-Encoding: \"chunked\"\r\n\r\n"), 501},
        Hostile{"ChunksInHttp10",
                "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501},
        Hostile{"FoldedLine", echo_with("X-A: b\r\n c\r\nContent-Length: 0\r\n\r\n"), 400},
        Hostile{"BlankBeforeColon", echo_with("Content-Length : 5\r\n\r\nhello"), 400},
        Hostile{"BareNewLine", "GET /livez HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", 400},
        Hostile{"BareReturn", "GET /livez HTTP/1.1\r\nHost: h\rX: y\r\n\r\n", 400},
        Hostile{"NulInHeader", std::string("GET /livez HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n", 43),
                400},
        Hostile{"NoHost", "GET /livez HTTP/1.1\r\n\r\n", 400},
        Hostile{"TwoHosts", "GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        Hostile{"HostWithUser", "GET /livez HTTP/1.1\r\nHost: a@b\r\n\r\n", 400},
        Hostile{"TwoAuthorizations",
                "GET /livez HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nAuthorization: y\r\n\r\n",
                400},
        Hostile{"OldVersion", "GET /livez HTTP/0.9\r\n\r\n", 505},
        Hostile{"NewVersion", "GET /livez HTTP/2.0\r\nHost: h\r\n\r\n", 505},
        Hostile{"NotHttp", "\x16\x03\x01\x02\x01\x01\r\n\r\n", 400},
        Hostile{"RawBytesInTarget", "GET /\xC3\xBC HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Hostile{"LongTarget", "GET /" + std::string(8192, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n",
                414},
        Hostile{"LongHeader", "GET /livez HTTP/1.1\r\nX: " + std::string(65536, 'a'), 431},
        Hostile{"LongMethod", std::string(70000, 'A'), 431},
        Hostile{"TooManyLines", "GET /livez HTTP/1.1\r\nHost: h\r\n" + lines(100) + "\r\n", 431},
        Hostile{"UnknownExpectation", echo_with("Content-Length: 1\r\nExpect: tea\r\n\r\nx"), 417}),
    [](const auto& row) { return std::string(row.param.name); });

// These can be read without doubt, so the connection may go on.
TEST(Limits, RefusesTraversalAndBadEncodings) {
  Running running({}, echo());
  auto client = running.client();

  for (const char* path : {"/../etc/passwd", "/a/%2e%2e/b", "/a%5Cb", "/a\\b", "/%00", "/%zz",
                           "/a%2fb", "http://other/livez"}) {
    EXPECT_EQ(client.ask(get(path)).status, 400) << path;
  }
  std::string many = "/livez?";
  for (int i = 0; i <= 100; ++i) {
    many += "a&";
  }
  EXPECT_EQ(client.ask(get(many)).status, 400);
  EXPECT_EQ(client.ask(get("/livez", lines(99))).status, 200);
}

TEST(Limits, TakeABodyOfExactlyTheLimit) {
  Running running({}, echo());
  auto client = running.client();

  EXPECT_EQ(client.ask(post("/echo", std::string(1000, 'x'))).body.size(), 1000U);
  EXPECT_EQ(client.ask(post("/echo", "")).status, 200);
}

TEST(Limits, CutSlowHeaders) {
  Running running({.head_time = milliseconds(40)}, echo());
  auto slow = running.client();
  slow.send("GET /livez HT");
  auto silent = running.client();

  EXPECT_EQ(slow.receive().status, 408);
  EXPECT_TRUE(slow.closed());
  EXPECT_TRUE(silent.closed());
  EXPECT_EQ(counted(running, "osler_http_timeouts_total{phase=\"head\"}"), 1U);
}

TEST(Limits, CutIdleConnections) {
  Running running({.idle_time = milliseconds(40)}, echo());
  auto client = running.client();

  EXPECT_EQ(client.ask(get("/livez")).status, 200);
  EXPECT_TRUE(client.closed());
}

TEST(Limits, CutSlowBodies) {
  Running running({.grace = milliseconds(40), .least_rate = 1U << 20U}, echo());
  auto client = running.client();

  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");

  EXPECT_EQ(client.receive().status, 408);
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(counted(running, "osler_http_timeouts_total{phase=\"body\"}"), 1U);
}

TEST(Limits, LetBodiesEarnTime) {
  // 10 bytes a second are asked for: 1000 bytes earn 100 s, far more than the test takes.
  Running running({.grace = milliseconds(40), .least_rate = 10}, echo());
  auto client = running.client();
  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n" +
              std::string(999, 'x'));
  auto other = running.client();
  other.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
  EXPECT_EQ(other.receive().status, 408);

  client.send("x");
  EXPECT_EQ(client.receive().status, 200);
}

TEST(Limits, CutSlowReaders) {
  Router router = echo();
  router.add(route(Method::Get, "/large",
                   [](const Request&) { return text(std::string(std::size_t{64} << 20U, 'x')); }));
  Running running({.write_time = milliseconds(200)}, std::move(router));
  auto client = running.client();
  client.send(get("/large"));

  auto other = running.client();
  while (counted(running, "osler_http_timeouts_total{phase=\"write\"}") == 0) {
    ASSERT_EQ(other.ask(get("/livez")).status, 200);
  }
  EXPECT_EQ(client.receive().status, 0);
}

TEST(Limits, AnswerForHandlersThatTakeTooLong) {
  std::promise<void> leave;
  Router router = echo();
  Route slow = route(Method::Get, "/slow", [future = leave.get_future().share()](const Request&) {
    future.wait();
    return text("late");
  });
  slow.deadline = milliseconds(40);
  router.add(std::move(slow));
  Running running({}, std::move(router));
  auto client = running.client();

  const auto answer = client.ask(get("/slow"));
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "5");
  leave.set_value();
  EXPECT_EQ(client.ask(get("/livez")).body, "ok") << "the late answer must not come";
}

TEST(Limits, TurnRequestsAwayWhenAllWorkersAndTheQueueAreFull) {
  std::promise<void> leave;
  std::promise<void> entered;
  std::shared_future<void> may_leave = leave.get_future().share();
  Router router = echo();
  router.add(route(Method::Get, "/slow", [&](const Request&) {
    entered.set_value();
    may_leave.wait();
    return text("done");
  }));
  router.add(route(Method::Get, "/quick", [](const Request&) { return text("quick"); }));
  Running running({.worker_threads = 1, .queue = 1}, std::move(router));
  auto working = running.client();
  working.send(get("/slow"));
  entered.get_future().wait();
  auto waiting = running.client();
  waiting.send(get("/quick"));
  auto other = running.client();
  while (counted(running, "osler_http_queue_depth") == 0) {
    ASSERT_EQ(other.ask(get("/livez")).status, 200) << "inline routes need no worker";
  }

  const auto answer = other.ask(get("/quick"));

  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "1");
  EXPECT_EQ(answer.header("Connection"), "keep-alive");
  EXPECT_EQ(counted(running, "osler_http_rejected_total{reason=\"queue\"}"), 1U);
  leave.set_value();
  EXPECT_EQ(working.receive().body, "done");
  EXPECT_EQ(waiting.receive().body, "quick");
}

TEST(Limits, CloseConnectionsBeyondTheMost) {
  Running running({.max_connections = 2}, echo());
  auto first = running.client();
  auto second = running.client();
  EXPECT_EQ(first.ask(get("/livez")).status, 200);
  EXPECT_EQ(second.ask(get("/livez")).status, 200);

  auto third = running.client();

  EXPECT_TRUE(third.closed());
  EXPECT_EQ(counted(running, "osler_http_rejected_total{reason=\"connections\"}"), 1U);
  EXPECT_EQ(first.ask(get("/livez")).status, 200);
}

TEST(Limits, LetAnIdleConnectionMakeRoomForANewOne) {
  Running running({.max_connections = 2, .evict_after = milliseconds(0)}, echo());
  auto oldest = running.client();
  EXPECT_EQ(oldest.ask(get("/livez")).status, 200);
  auto newer = running.client();
  EXPECT_EQ(newer.ask(get("/livez")).status, 200);

  auto third = running.client();

  EXPECT_EQ(third.ask(get("/livez")).status, 200);
  EXPECT_TRUE(oldest.closed());
  EXPECT_EQ(newer.ask(get("/livez")).status, 200);
  EXPECT_EQ(counted(running, "osler_http_rejected_total{reason=\"idle_connection\"}"), 1U);
}

TEST(Limits, BoundTheMemoryOfAllBodiesTogether) {
  Running running({.max_body_memory = 100'000}, echo(1'000'000));
  auto client = running.client();

  EXPECT_EQ(client.ask(post("/echo", std::string(90'000, 'x'))).status, 200);
  EXPECT_EQ(client.ask(post("/echo", std::string(90'000, 'x'))).status, 200) << "given back";
  EXPECT_EQ(client.ask(post("/echo", std::string(900'000, 'x'))).status, 503);
  auto other = running.client();
  EXPECT_EQ(other.ask(post("/echo", std::string(90'000, 'x'))).status, 200);
}

TEST(Limits, AskTheGuardBeforeTheBody) {
  std::atomic<int> handled{0};
  Router router = echo();
  Route secret = route(Method::Post, "/secret", [&](const Request& request) {
    ++handled;
    return text(*request.identity<std::string>());
  });
  secret.access = "study.write";
  secret.max_body = std::uint64_t{1} << 40U;
  router.add(std::move(secret));
  const Guard guard = [](Request& request, const Route& asked) -> std::optional<Response> {
    if (asked.access.empty()) {
      return std::nullopt;
    }
    if (request.header("Authorization") != "Bearer good") {
      return unauthenticated("sign in first");
    }
    request.set_identity(std::make_shared<const std::string>("reader:" + asked.access));
    return std::nullopt;
  };
  Running running({}, std::move(router), guard);

  auto stranger = running.client();
  // Were the body read, this would wait for it for ever.
  stranger.send("POST /secret HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\nabc");
  const auto refused = stranger.receive();
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.header("Connection"), "close");
  auto polite = running.client();
  polite.send(
      "POST /secret HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(polite.receive().status, 401) << "and no 100 before it";
  EXPECT_EQ(handled, 0);
  auto reader = running.client();
  EXPECT_EQ(reader.ask(post("/secret", "x", "Authorization: Bearer good\r\n")).body,
            "reader:study.write");
  EXPECT_EQ(reader.ask(post("/echo", "free")).body, "free");
}

TEST(Limits, FailARequestWhoseGuardThrows) {
  Running running({}, echo(), [](Request&, const Route&) -> std::optional<Response> { throw 7; });
  auto client = running.client();

  EXPECT_EQ(client.ask(post("/echo", "x")).status, 500);
  auto other = running.client();
  EXPECT_EQ(other.ask(get("/livez")).status, 200) << "inline routes ask no guard";
}

}  // namespace
}  // namespace osler::serve::http
