#include "serve/http/metrics.h"

#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serve/http/server.h"
#include "serve/http/test/loopback.h"

namespace osler::serve::http {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, AreRenderedAsPrometheusReadsThem) {
  Registry registry;
  registry.counter("b_total", "Things.", {{"kind", "a\"b\\c\nd"}}).add(3);
  registry.gauge("a_ratio", "A share.").set(0.25);
  Histogram& seconds = registry.histogram("c_seconds", "Time.", {0.1, 1.0}, {{"route", "x"}});
  seconds.observe(0.1);
  seconds.observe(0.5);
  seconds.observe(2.0);
  registry.watch("d_bytes", "Size.", [] { return 1e9; });

  EXPECT_EQ(registry.render(),
            "# HELP a_ratio A share.\n# TYPE a_ratio gauge\na_ratio 0.25\n"
            "# HELP b_total Things.\n# TYPE b_total counter\n"
            "b_total{kind=\"a\\\"b\\\\c\\nd\"} 3\n"
            "# HELP c_seconds Time.\n# TYPE c_seconds histogram\n"
            "c_seconds_bucket{route=\"x\",le=\"0.1\"} 1\n"
            "c_seconds_bucket{route=\"x\",le=\"1\"} 2\n"
            "c_seconds_bucket{route=\"x\",le=\"+Inf\"} 3\n"
            "c_seconds_sum{route=\"x\"} 2.6\n"
            "c_seconds_count{route=\"x\"} 3\n"
            "# HELP d_bytes Size.\n# TYPE d_bytes gauge\nd_bytes 1e+09\n");
}

TEST(Metrics, AreTheSameForTheSameNameAndLabels) {
  Registry registry;
  Counter& first = registry.counter("a_total", "A.", {{"x", "1"}});

  EXPECT_EQ(&registry.counter("a_total", "A.", {{"x", "1"}}), &first);
  EXPECT_NE(&registry.counter("a_total", "A.", {{"x", "2"}}), &first);
}

TEST(Metrics, LoseNothingBetweenThreads) {
  Registry registry;
  Counter& counter = registry.counter("a_total", "A.");
  Gauge& gauge = registry.gauge("b", "B.");
  Histogram& histogram = registry.histogram("c", "C.", {1.0});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 10'000; ++k) {
        counter.add();
        gauge.add(0.5);
        histogram.observe(2.0);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }

  EXPECT_EQ(counter.value(), 40'000U);
  EXPECT_EQ(gauge.value(), 20'000.0);
  EXPECT_EQ(histogram.count(1), 40'000U);
  EXPECT_EQ(histogram.sum(), 80'000.0);
}

TEST(Metrics, KnowTheProcess) {
  Registry registry;
  watch_process(registry);
  const std::string all = registry.render();

  const auto value = [&](const std::string& name) {
    return std::stod(all.substr(all.find("\n" + name + " ") + name.size() + 2));
  };
  EXPECT_GT(value("process_resident_memory_bytes"), 1e6);
  EXPECT_GE(value("process_open_fds"), 3);
  EXPECT_GT(value("process_start_time_seconds"), 1.7e9);
}

TEST(Metrics, CountRequestsByRouteAndClass) {
  Router router;
  router.add(
      test::route(Method::Get, "/film/{uid}", [](const Request&) { return test::text("x"); }));
  auto registry = std::make_shared<Registry>();
  {
    test::Running running({.registry = registry}, std::move(router));
    auto client = running.client();
    for (const char* path : {"/film/DoeJane", "/film/2", "/DoeJane"}) {
      client.ask(test::get(path));
    }
    client.ask(test::get("/film/3", "Connection: close\r\n"));
    EXPECT_TRUE(client.closed());
  }

  const std::string all = registry->render();
  EXPECT_THAT(all, HasSubstr("osler_http_requests_total{route=\"getfilmuid\",status=\"2xx\"} 3\n"));
  EXPECT_THAT(all, HasSubstr("osler_http_requests_total{route=\"none\",status=\"4xx\"} 1\n"));
  EXPECT_THAT(all,
              HasSubstr("http_server_request_duration_seconds_count{route=\"getfilmuid\"} 3\n"));
  EXPECT_THAT(all, HasSubstr("duration_seconds_bucket{route=\"getfilmuid\",le=\"0.005\"}"));
  EXPECT_THAT(all, HasSubstr("osler_http_connections 0\n"));
  EXPECT_THAT(all, HasSubstr("osler_http_connections_total 1\n"));
  EXPECT_THAT(all, ::testing::Not(HasSubstr("DoeJane")));
}

}  // namespace
}  // namespace osler::serve::http
