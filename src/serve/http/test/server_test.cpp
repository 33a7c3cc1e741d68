#include "serve/http/server.h"

#include <future>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

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
using ::testing::Not;

Router small_site() {
  Router router;
  Route live = route(Method::Get, "/livez", [](const Request&) { return text("ok"); });
  live.inline_ = true;
  router.add(std::move(live));
  router.add(route(Method::Get, "/echo/{name}", [](const Request& request) {
    return text(*request.parameter("name") + "|" + request.query_value("q").value_or("-"));
  }));
  router.add(route(Method::Post, "/echo",
                   [](const Request& request) { return text(std::string(request.text())); }));
  router.add(route(Method::Get, "/throws",
                   [](const Request&) -> Response { throw std::runtime_error("Doe, Jane"); }));
  return router;
}

TEST(Server, AnswersWithAllItsHeaders) {
  const FixedClock clock(std::chrono::system_clock::from_time_t(784111777));
  Running running({.clock = &clock}, small_site());
  auto client = running.client();

  const auto answer = client.ask(get("/livez"));

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "ok");
  EXPECT_EQ(answer.header("Date"), "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110's own example
  EXPECT_EQ(answer.header("Content-Length"), "2");
  EXPECT_EQ(answer.header("Content-Type"), "text/plain");
  EXPECT_EQ(answer.header("Cache-Control"), "no-store");
  EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(answer.header("Referrer-Policy"), "no-referrer");
  EXPECT_EQ(answer.header("X-Request-Id").size(), 24U);
  EXPECT_EQ(answer.header("Strict-Transport-Security"), "");
  EXPECT_EQ(answer.header("Server"), "");
}

TEST(Server, TakesARequestIdOnlyWhereItIsOne) {
  Running running({}, small_site());
  auto client = running.client();

  EXPECT_EQ(client.ask(get("/livez", "X-Request-Id: abc-12345\r\n")).header("X-Request-Id"),
            "abc-12345");
  EXPECT_NE(client.ask(get("/livez", "X-Request-Id: short\r\n")).header("X-Request-Id"), "short");
  EXPECT_NE(client.ask(get("/livez", "X-Request-Id: <script>12\r\n")).header("X-Request-Id"),
            "<script>12");
}

TEST(Server, KeepsTheConnectionUntilItIsToldNotTo) {
  Running running({}, small_site());
  auto client = running.client();

  EXPECT_EQ(client.ask(get("/echo/a?q=1")).body, "a|1");
  EXPECT_EQ(client.ask(get("/echo/b")).body, "b|-");
  const auto last = client.ask(get("/echo/c", "Connection: close\r\n"));
  EXPECT_EQ(last.header("Connection"), "close");
  EXPECT_TRUE(client.closed());

  auto old = running.client();
  EXPECT_EQ(old.ask("GET /livez HTTP/1.0\r\n\r\n").header("Connection"), "close");
  EXPECT_TRUE(old.closed());
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  Running running({}, small_site());
  auto client = running.client();
  std::string all;
  for (int i = 0; i < 50; ++i) {
    all += i % 2 == 0 ? get("/echo/" + std::to_string(i)) : post("/echo", std::to_string(i) + "|-");
  }

  client.send(all);

  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(client.receive().body, std::to_string(i) + "|-");
  }
}

TEST(Server, AnswersHeadWithoutABody) {
  Running running({}, small_site());
  auto client = running.client();

  const auto head = client.ask("HEAD /echo/abc HTTP/1.1\r\nHost: h\r\n\r\n");

  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Length"), "5");
  EXPECT_EQ(client.ask(get("/livez")).body, "ok") << "nothing may stand behind the head";
}

TEST(Server, SaysWhatItDoesNotHave) {
  Running running({}, small_site());
  auto client = running.client();

  const auto unknown = client.ask(get("/nothing"));
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(Json::parse(unknown.body).at("error").at("code"), "NotFound");
  const auto method = client.ask("DELETE /livez HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(method.header("Allow"), "GET, HEAD");
  EXPECT_EQ(client.ask("PATCH /livez HTTP/1.1\r\nHost: h\r\n\r\n").status, 405);
  EXPECT_EQ(client.ask("OPTIONS /livez HTTP/1.1\r\nHost: h\r\n\r\n").status, 405);
  EXPECT_EQ(client.ask("BREW /livez HTTP/1.1\r\nHost: h\r\n\r\n").status, 501);
  EXPECT_EQ(client.ask(get("/livez")).status, 200);
}

TEST(Server, ReadsChunkedBodiesAndDropsTheirTrailers) {
  Running running({}, small_site());
  auto client = running.client();

  const auto answer = client.ask(
      "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nX-Late: 1\r\n\r\n");

  EXPECT_EQ(answer.body, "hello world");
  EXPECT_EQ(client.ask(get("/livez")).body, "ok");
}

TEST(Server, ReadsARequestThatComesByteByByte) {
  Running running({}, small_site());
  auto client = running.client();
  const std::string chunked =
      "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  for (const std::string& request : {post("/echo", "fghij"), chunked}) {
    for (const char c : request) {
      client.send({&c, 1});
    }
  }

  EXPECT_EQ(client.receive().body, "fghij");
  EXPECT_EQ(client.receive().body, "abcde");
}

TEST(Server, AsksForABodyThatWaitsToBeAskedFor) {
  Running running({}, small_site());
  auto client = running.client();

  client.send(
      "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send("body");
  EXPECT_EQ(client.receive().body, "body");
}

TEST(Server, SurvivesAHandlerThatThrowsWithoutSayingWhatItSaid) {
  std::mutex mutex;
  std::vector<Trouble> troubles;
  Running running({.trouble_log =
                       [&](const Trouble& trouble) {
                         const std::scoped_lock lock(mutex);
                         troubles.push_back(trouble);
                       }},
                  small_site());
  auto client = running.client();

  const auto answer = client.ask(get("/throws"));

  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, Not(HasSubstr("Doe")));
  EXPECT_EQ(client.ask(get("/livez")).status, 200);
  const std::scoped_lock lock(mutex);
  ASSERT_EQ(troubles.size(), 1U);
  EXPECT_EQ(troubles[0].id, answer.header("X-Request-Id"));
  EXPECT_EQ(troubles[0].route, "/throws");
  EXPECT_EQ(troubles[0].reason, "thrown: std::runtime_error");
}

TEST(Server, LogsThePatternAndNeverThePath) {
  std::promise<AccessRecord> logged;
  Running running({.access_log = [&](const AccessRecord& record) { logged.set_value(record); }},
                  small_site());
  auto client = running.client();

  const auto answer = client.ask(get("/echo/DoeJane?q=DoeJane"));

  const AccessRecord record = logged.get_future().get();
  EXPECT_EQ(record.route, "/echo/{name}");
  EXPECT_EQ(record.method, "GET");
  EXPECT_EQ(record.status, 200);
  EXPECT_EQ(record.bytes, answer.body.size());
  EXPECT_EQ(record.remote, "127.0.0.1");
  EXPECT_EQ(record.id, answer.header("X-Request-Id"));
  EXPECT_GT(record.milliseconds, 0.0);
  const std::string line = to_json_line(record);
  EXPECT_THAT(line, Not(HasSubstr("DoeJane")));
  EXPECT_EQ(Json::parse(line).at("route"), "/echo/{name}");
}

TEST(Server, RefusesAnAnswerThatWouldBecomeTwo) {
  Router router = small_site();
  router.add(route(Method::Get, "/split", [](const Request&) {
    Response response = text("x");
    response.headers.emplace_back("X-Name", "a\r\nSet-Cookie: b");
    return response;
  }));
  router.add(route(Method::Get, "/length", [](const Request&) {
    Response response = text("x");
    response.headers.emplace_back("content-length", "100");
    return response;
  }));
  Running running({}, std::move(router));
  auto client = running.client();

  EXPECT_EQ(client.ask(get("/split")).status, 500);
  EXPECT_EQ(client.ask(get("/length")).status, 500);
}

TEST(Server, LetsRoutesAndOptionsChangeTheDefaultHeaders) {
  Router router = small_site();
  router.add(route(Method::Get, "/cached", [](const Request&) {
    Response response = text("x");
    response.headers.emplace_back("cache-control", "max-age=60");
    return response;
  }));
  Running running({.headers = {{"Referrer-Policy", "same-origin"}, {"X-Frame-Options", "DENY"}}},
                  std::move(router));
  auto client = running.client();

  const auto cached = client.ask(get("/cached"));
  EXPECT_EQ(cached.header("Cache-Control"), "max-age=60");
  EXPECT_EQ(cached.header("Referrer-Policy"), "same-origin");
  EXPECT_EQ(cached.header("X-Frame-Options"), "DENY");
  EXPECT_EQ(client.ask(get("/livez")).header("Cache-Control"), "no-store");
}

TEST(Server, AnswersOnlyForItsOwnHosts) {
  Running running({.hosts = {"films.example", "[::1]"}}, small_site());
  auto client = running.client();

  EXPECT_EQ(client.ask("GET /livez HTTP/1.1\r\nHost: Films.example:8443\r\n\r\n").status, 200);
  EXPECT_EQ(client.ask("GET /livez HTTP/1.1\r\nHost: [::1]:80\r\n\r\n").status, 200);
  EXPECT_EQ(client.ask("GET /livez HTTP/1.1\r\nHost: evil.example\r\n\r\n").status, 421);
}

TEST(Server, WorksWithSeveralNetworkThreads) {
  Running running({.network_threads = 3, .worker_threads = 2}, small_site());
  std::vector<test::Client> clients;
  for (int i = 0; i < 12; ++i) {
    clients.push_back(running.client());
    clients.back().send(get("/echo/" + std::to_string(i)));
  }
  for (std::size_t i = 0; i < clients.size(); ++i) {
    EXPECT_EQ(clients[i].receive().body, std::to_string(i) + "|-");
  }
}

TEST(Server, LeavesNoSocketToChildProcesses) {
  Router router;
  // Inline, for the network thread alone may look at its own descriptors without a race.
  Route look = route(Method::Get, "/sockets", [](const Request&) {
    int kept = 0;
    int left = 0;
    for (int number = 0; number < 256; ++number) {
      struct stat facts{};
      if (::fstat(number, &facts) == 0 && S_ISSOCK(facts.st_mode)) {
        ++((::fcntl(number, F_GETFD) & FD_CLOEXEC) != 0 ? kept : left);
      }
    }
    return text(std::to_string(kept) + " kept, " + std::to_string(left) + " left");
  });
  look.inline_ = true;
  router.add(std::move(look));
  Running running({}, std::move(router));
  auto client = running.client();

  // The listening one and both ends of the connection.
  EXPECT_EQ(client.ask(get("/sockets")).body, "3 kept, 0 left");
}

TEST(ServerCreate, RefusesWhatOthersCouldReachUnencrypted) {
  for (const char* bind : {"0.0.0.0", "::", "192.0.2.1"}) {
    const auto made = Server::create({.bind = bind}, small_site(), nullptr);
    ASSERT_FALSE(made) << bind;
    EXPECT_EQ(made.error().code, ErrorCode::InvalidArgument);
    EXPECT_THAT(made.error().advice, HasSubstr("certificate"));
  }
}

TEST(ServerCreate, SaysThatThePortIsTaken) {
  Running running({}, small_site());

  const auto second = Server::create({.port = running.server().port()}, small_site(), nullptr);

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::Unavailable);
  EXPECT_THAT(second.error().advice, HasSubstr("another port"));
}

TEST(ServerCreate, RefusesBadRoutesAddressesAndLimits) {
  Router router = small_site();
  router.add(route(Method::Get, "/livez", [](const Request&) { return text("2"); }));
  EXPECT_FALSE(Server::create({}, std::move(router), nullptr));
  EXPECT_FALSE(Server::create({.bind = "somewhere"}, small_site(), nullptr));
  EXPECT_FALSE(Server::create({.certificate = "a.pem"}, small_site(), nullptr));
  EXPECT_FALSE(Server::create({.queue = 0}, small_site(), nullptr));
  Router guarded;
  Route secret = route(Method::Get, "/secret", [](const Request&) { return text("ok"); });
  secret.access = "study.read";
  guarded.add(std::move(secret));
  EXPECT_FALSE(Server::create({}, std::move(guarded), nullptr));
  Router spooling;
  Route upload = route(Method::Post, "/up", [](const Request&) { return text("ok"); });
  upload.spool = true;
  spooling.add(std::move(upload));
  EXPECT_FALSE(Server::create({}, std::move(spooling), nullptr));
}

TEST(Server, StopsBeforeItRuns) {
  auto server = Server::create({}, small_site(), nullptr);
  ASSERT_TRUE(server);
  server->stop();
  server->run();
}

TEST(Server, LetsRequestsInFlightEndWhenItStops) {
  std::promise<void> entered;
  std::promise<void> leave;
  std::shared_future<void> may_leave = leave.get_future().share();
  Router router = small_site();
  router.add(route(Method::Get, "/slow", [&](const Request&) {
    entered.set_value();
    may_leave.wait();
    return text("done");
  }));
  Running running({}, std::move(router));
  auto idle = running.client();
  EXPECT_EQ(idle.ask(get("/livez")).status, 200);
  auto busy = running.client();
  busy.send(get("/slow"));
  entered.get_future().wait();

  running.server().stop();

  EXPECT_TRUE(idle.closed());
  leave.set_value();
  const auto answer = busy.receive();
  EXPECT_EQ(answer.body, "done");
  EXPECT_EQ(answer.header("Connection"), "close");
  running.stop();
}

TEST(Server, CutsWhatDoesNotEndInTime) {
  std::promise<void> entered;
  std::promise<bool> abandoned;
  Router router;
  router.add(route(Method::Get, "/endless", [&](const Request& request) {
    entered.set_value();
    while (!request.abandoned()) {
      std::this_thread::yield();
    }
    abandoned.set_value(request.abandoned());
    return text("late");
  }));
  Running running({.stop_time = milliseconds(40)}, std::move(router));
  auto client = running.client();
  client.send(get("/endless"));
  entered.get_future().wait();

  running.stop();

  EXPECT_TRUE(abandoned.get_future().get());
  EXPECT_EQ(client.receive().status, 0);
}

}  // namespace
}  // namespace osler::serve::http
