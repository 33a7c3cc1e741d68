// Inference under load: model versions come and go without a failed request, the same image has the
// same bytes alone and in a crowd, and what is too much or too late is refused with words.

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "serve/api/application.h"
#include "serve/http/server.h"
#include "tests/support/calls.h"
#include "tests/support/kill.h"
#include "tests/support/osler.h"
#include "tests/support/served_home.h"
#include "tests/support/serving.h"

namespace osler {
namespace {

namespace fs = std::filesystem;
using test::Caller;
using test::Reply;
using test::ServingOsler;

constexpr std::size_t kSizes = 4;  // requests of 1 to 4 images
constexpr const char* kInfer = "/v2/models/chest-opacity/infer";

Json infer_request(std::size_t images) {
  Json data = Json::array();
  for (std::size_t i = 0; i < images * 144; ++i) {
    data.push_back(static_cast<double>((i * 31) % 97) / 97.0);
  }
  return {{"inputs",
           {{{"name", "image"},
             {"shape", {images, 1, 12, 12}},
             {"datatype", "FP32"},
             {"data", std::move(data)}}}}};
}

// Two versions that say opposite things of the same image; the first is in production.
class ServedModels : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = workflow::Home::open(home(), clock_);
    ASSERT_TRUE(opened) << opened.error().message;
    test::serve_model(*opened);
    test::serve_model(*opened, {.version = 2, .says = test::Says::Below, .stage = "development"});
    token_ = test::token_of(*opened, "an.engineer", serve::auth::Role::Engineer);
  }
  fs::path home() const { return folder_.path() / "home"; }

  TemporaryFolder folder_;
  SystemClock clock_;
  std::string token_;
};

// What each version answers to each request when nobody else asks.
using Alone = std::array<std::array<std::string, kSizes>, 2>;

// Asks again and again, and remembers which version answered.
class Asker {
 public:
  Asker(std::uint16_t port, const std::string& token, const Alone& alone, std::string path)
      : thread_([this, port, token, &alone, path = std::move(path)] {
          Caller caller(port, token);
          for (std::size_t i = 0; !over_; ++i) {
            const std::size_t images = 1 + i % kSizes;
            note(caller.post(path, infer_request(images)), alone, images);
          }
        }) {}
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;
  ~Asker() { stop(); }
  void stop() {
    over_ = true;
    if (thread_.joinable()) {
      thread_.join();
    }
  }

  [[nodiscard]] std::size_t version() const { return version_; }
  [[nodiscard]] std::size_t answers() const { return answers_; }
  // Once stopped.
  [[nodiscard]] std::size_t changes() const { return changes_; }
  [[nodiscard]] const std::vector<std::string>& failures() const { return failures_; }

 private:
  void note(const std::optional<Reply>& reply, const Alone& alone, std::size_t images) {
    for (std::size_t version = 1; version <= alone.size(); ++version) {
      if (reply && reply->status == 200 && reply->body == alone[version - 1][images - 1]) {
        changes_ += version_ != 0 && version_ != version ? 1U : 0U;
        version_ = version;
        ++answers_;
        return;
      }
    }
    failures_.push_back(reply ? std::to_string(reply->status) + " " + reply->body.substr(0, 200)
                              : "no answer");
  }

  std::atomic<bool> over_ = false;
  std::atomic<std::size_t> version_ = 0;
  std::atomic<std::size_t> answers_ = 0;
  std::size_t changes_ = 0;
  std::vector<std::string> failures_;
  std::thread thread_;
};

TEST_F(ServedModels, ChangeUnderLoadWithoutAFailedRequest) {
  auto server = ServingOsler::start(home());
  ASSERT_TRUE(server);
  server->wait_ready();
  const auto osler = [&](const std::vector<std::string>& words) {
    const auto answer = test::run_osler(home(), words);
    ASSERT_EQ(answer.exit_code, 0) << answer.text;
  };
  osler({"model", "promote", "chest-opacity@2", "--to", "shadow"});
  Caller caller(server->port(), token_);
  Alone alone;
  for (std::size_t version = 1; version <= alone.size(); ++version) {
    const std::string path =
        "/v2/models/chest-opacity/versions/" + std::to_string(version) + "/infer";
    for (std::size_t images = 1; images <= kSizes; ++images) {
      std::optional<Reply> reply;
      ASSERT_TRUE(test::wait_until([&] {
        reply = caller.post(path, infer_request(images));
        return reply && reply->status == 200;
      }));
      alone[version - 1][images - 1] = reply->body;
    }
  }
  ASSERT_NE(alone[0][0], alone[1][0]);

  constexpr std::size_t kAskers = 4;
  std::vector<std::unique_ptr<Asker>> askers;
  for (std::size_t i = 0; i < kAskers; ++i) {
    askers.push_back(std::make_unique<Asker>(server->port(), token_, alone, kInfer));
  }
  // Whoever names a version gets it, in production or in shadow.
  Asker pinned(server->port(), token_, alone, "/v2/models/chest-opacity/versions/1/infer");
  const auto expect_all_by = [&](std::size_t version) {
    EXPECT_TRUE(test::wait_until([&] {
      return std::ranges::all_of(askers,
                                 [&](const auto& asker) { return asker->version() == version; });
    })) << "version "
        << version;
  };
  expect_all_by(1);
  constexpr std::size_t kRounds = 3;
  for (std::size_t round = 0; round < kRounds; ++round) {
    osler({"model", "promote", "chest-opacity@2", "--to", "production"});
    expect_all_by(2);
    osler({"model", "rollback", "chest-opacity"});
    expect_all_by(1);
  }
  std::size_t answers = 0;
  for (auto& asker : askers) {
    asker->stop();
    EXPECT_EQ(asker->failures(), std::vector<std::string>{});
    EXPECT_EQ(asker->changes(), 2 * kRounds) << "versions took turns";
    answers += asker->answers();
  }
  pinned.stop();
  EXPECT_EQ(pinned.failures(), std::vector<std::string>{});
  EXPECT_EQ(pinned.changes(), 0U);
  std::cout << answers << " answers while the version changed " << 2 * kRounds << " times\n";
  EXPECT_EQ(server->stop(), 0);
}

// A server in this process, as small as the test wants it.
class Small {
 public:
  Small(const fs::path& folder, const Clock& clock, std::size_t queue) {
    auto home = workflow::Home::open(folder, clock);
    EXPECT_TRUE(home);
    home_ = std::make_unique<workflow::Home>(*std::move(home));
    application_ = std::make_unique<serve::api::Application>(*serve::api::Application::create(
        *home_, {.web = {}, .version = "test", .secure = false, .threads = 1}));
    serve::http::ServerOptions options;
    options.spool = folder / "spool";
    options.worker_threads = 1;
    options.queue = queue;
    options.registry = application_->metrics();
    auto server =
        serve::http::Server::create(options, application_->router(), application_->guard());
    EXPECT_TRUE(server) << server.error().message;
    server_.emplace(*std::move(server));
    thread_ = std::thread([this] { server_->run(); });
    Caller caller(server_->port(), "");
    EXPECT_TRUE(test::wait_until([&] {
      const auto ready = caller.get("/readyz");
      return ready && ready->status == 200;
    }));
  }
  Small(const Small&) = delete;
  Small& operator=(const Small&) = delete;
  ~Small() {
    server_->stop();
    thread_.join();
  }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

 private:
  std::unique_ptr<workflow::Home> home_;
  std::unique_ptr<serve::api::Application> application_;
  std::optional<serve::http::Server> server_;
  std::thread thread_;
};

TEST_F(ServedModels, RefuseWhatIsTooMuch) {
  const Small server(home(), clock_, 2);
  Caller first(server.port(), token_);
  const Json request = infer_request(64);
  const auto alone = first.post(kInfer, request);
  ASSERT_TRUE(alone && alone->status == 200);
  std::atomic<std::size_t> answered = 0;
  std::atomic<std::size_t> refused = 0;
  std::atomic<std::size_t> wrong = 0;
  {
    std::vector<std::jthread> clients;
    for (std::size_t i = 0; i < 16; ++i) {
      clients.emplace_back([&] {
        Caller caller(server.port(), token_);
        for (std::size_t j = 0; j < 20; ++j) {
          const auto reply = caller.post(kInfer, request);
          if (reply && reply->status == 200 && reply->body == alone->body) {
            ++answered;
          } else if (reply && reply->status == 503 && !reply->header("Retry-After").empty()) {
            ++refused;
          } else {
            ++wrong;
          }
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0U);
  EXPECT_GT(refused, 0U);
  EXPECT_GT(answered, 0U);
  // The crowd is gone, and nothing of it is left.
  const auto after = first.post(kInfer, request);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->body, alone->body);
}

TEST_F(ServedModels, KeepToTheRequestsDeadline) {
  const Small server(home(), clock_, 256);
  Caller caller(server.port(), token_);
  Json request = infer_request(1);
  request["parameters"] = {{"timeout", 60'000'000}};
  const auto in_time = caller.post(kInfer, request);
  ASSERT_TRUE(in_time);
  EXPECT_EQ(in_time->status, 200) << in_time->body;
  request["parameters"] = {{"timeout", 1}};
  const auto late = caller.post(kInfer, request);
  ASSERT_TRUE(late);
  EXPECT_EQ(late->status, 503);
  EXPECT_EQ(late->document()["error"]["message"], "the request waited beyond its deadline");
  EXPECT_FALSE(late->header("Retry-After").empty());
}

}  // namespace
}  // namespace osler
