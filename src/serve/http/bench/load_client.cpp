// Asks a server on this machine as its clients would, and counts right answers alone. One line of
// JSON. A thread and a connection a client, each asking again as soon as it is answered.
//
//   osler_serve_load infer PORT TOKEN MODEL SIDE json|binary CLIENTS SECONDS ANSWERS
//   osler_serve_load get PORT TOKEN PATHS ROUNDS
//
// infer: eight images [1, 1, SIDE, SIDE] by the Open Inference Protocol. ANSWERS is a file with the
// logits of all eight; where it is not there, it is written from one pass before the clock starts,
// so that a second server must give what the first gave, within 0.001.
// get: each path that stands in the file PATHS, one after the other, ROUNDS times.
// TOKEN is a file with a bearer token, or "-".

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/rng.h"
#include "tests/support/calls.h"

namespace {

using osler::Json;
using osler::Stopwatch;
using osler::test::Caller;
using osler::test::Reply;

constexpr std::size_t kImages = 8;
constexpr float kSame = 1e-3F;
constexpr const char* kLength = "Inference-Header-Content-Length";

struct Question {
  std::string body;
  std::string headers;
};

struct Inference {
  std::uint16_t port = 0;
  std::string token;
  std::string path;
  bool binary = false;
  std::array<Question, kImages> questions;
  std::array<float, kImages> answers{};
};

Question question_of(const std::vector<float>& pixels, std::size_t side, bool binary) {
  Json input = {{"name", "image"}, {"shape", {1, 1, side, side}}, {"datatype", "FP32"}};
  Json output = {{"name", "logit"}};
  const std::size_t bytes = pixels.size() * sizeof(float);
  if (binary) {
    input["parameters"] = {{"binary_data_size", bytes}};
    output["parameters"] = {{"binary_data", true}};
  } else {
    input["data"] = pixels;
  }
  Question question;
  question.body = osler::dump_json({{"inputs", {input}}, {"outputs", {output}}});
  question.headers = "Content-Type: application/json\r\n";
  if (binary) {
    question.headers = "Content-Type: application/octet-stream\r\n" + std::string(kLength) + ": " +
                       std::to_string(question.body.size()) + "\r\n";
    question.body.append(reinterpret_cast<const char*>(pixels.data()), bytes);
  }
  return question;
}

// The logit of an answer; NaN: it holds none.
float logit_in(const std::optional<Reply>& reply, bool binary) {
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  if (!reply || reply->status != 200) {
    return kNone;
  }
  if (!binary) {
    const Json document = reply->document();
    return document.is_object() ? document["outputs"][0]["data"][0].get<float>() : kNone;
  }
  const auto json_bytes = osler::parse_integer(reply->header(kLength)).value_or(-1);
  if (json_bytes < 0 ||
      reply->body.size() != static_cast<std::size_t>(json_bytes) + sizeof(float)) {
    return kNone;
  }
  float logit = 0.0F;
  std::memcpy(&logit, reply->body.data() + json_bytes, sizeof logit);
  return logit;
}

bool is_right(float logit, float expected) {
  return std::abs(logit - expected) <= kSame * std::max(1.0F, std::abs(expected));
}

// Fills `answers` from one pass, and compares it with those of the file, or writes it.
bool learn_answers(Inference& inference, const std::filesystem::path& file) {
  Caller caller(inference.port, inference.token);
  for (std::size_t i = 0; i < kImages; ++i) {
    const auto& question = inference.questions[i];
    const auto reply = caller.ask("POST", inference.path, question.body, question.headers);
    inference.answers[i] = logit_in(reply, inference.binary);
    if (std::isnan(inference.answers[i])) {
      std::fprintf(stderr, "no answer: %s\n", reply ? reply->body.substr(0, 300).c_str() : "");
      return false;
    }
  }
  if (!std::filesystem::exists(file)) {
    std::ofstream out(file);
    for (const float answer : inference.answers) {
      out << answer << "\n";
    }
    return true;
  }
  std::ifstream in(file);
  for (const float answer : inference.answers) {
    float expected = 0.0F;
    if (!(in >> expected) || !is_right(answer, expected)) {
      std::fprintf(stderr, "the two servers do not say the same: %g and %g\n",
                   static_cast<double>(answer), static_cast<double>(expected));
      return false;
    }
  }
  return true;
}

double percentile(const std::vector<double>& sorted, double share) {
  return sorted.empty()
             ? 0.0
             : sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

struct Asked {
  std::vector<double> seconds;  // of right answers
  std::size_t wrong = 0;
};

Asked ask_for(const Inference& inference, std::size_t first, const Stopwatch& watch,
              double seconds) {
  Caller caller(inference.port, inference.token);
  Asked asked;
  for (std::size_t i = first; watch.seconds() < seconds; ++i) {
    const auto& question = inference.questions[i % kImages];
    const Stopwatch one;
    const auto reply = caller.ask("POST", inference.path, question.body, question.headers);
    if (is_right(logit_in(reply, inference.binary), inference.answers[i % kImages])) {
      asked.seconds.push_back(one.seconds());
    } else {
      ++asked.wrong;
    }
  }
  return asked;
}

int infer(Inference inference, std::size_t clients, double seconds,
          const std::filesystem::path& answers) {
  if (!learn_answers(inference, answers)) {
    return 70;
  }
  std::vector<Asked> all(clients);
  const Stopwatch watch;
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < clients; ++i) {
      threads.emplace_back([&, i] { all[i] = ask_for(inference, i, watch, seconds); });
    }
  }
  const double took = watch.seconds();
  Asked together;
  for (const auto& one : all) {
    together.wrong += one.wrong;
    together.seconds.insert(together.seconds.end(), one.seconds.begin(), one.seconds.end());
  }
  std::ranges::sort(together.seconds);
  std::printf(
      "{\"requests_per_second\": %.2f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"wrong\": %zu}\n",
      static_cast<double>(together.seconds.size()) / took,
      1000.0 * percentile(together.seconds, 0.5), 1000.0 * percentile(together.seconds, 0.99),
      together.wrong);
  return 0;
}

int get(std::uint16_t port, const std::string& token, const char* file, std::size_t rounds) {
  std::vector<std::string> paths;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    paths.push_back(line);
  }
  Caller caller(port, token);
  std::vector<double> seconds;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < rounds * paths.size(); ++i) {
    const Stopwatch one;
    const auto reply = caller.get(paths[i % paths.size()]);
    seconds.push_back(one.seconds());
    if (!reply || reply->status != 200) {
      std::fprintf(stderr, "no answer: %s\n", reply ? reply->body.substr(0, 300).c_str() : "");
      return 70;
    }
    bytes = std::max(bytes, reply->body.size());
  }
  std::ranges::sort(seconds);
  std::printf(
      "{\"requests\": %zu, \"bytes\": %zu, \"p50_ms\": %.3f, \"p99_ms\": %.3f, "
      "\"max_ms\": %.3f}\n",
      seconds.size(), bytes, 1000.0 * percentile(seconds, 0.5), 1000.0 * percentile(seconds, 0.99),
      1000.0 * percentile(seconds, 1.0));
  return 0;
}

std::string token_in(const std::string& file) {
  std::string token;
  if (file != "-") {
    std::getline(std::ifstream(file), token);
  }
  return token;
}

std::size_t number(const char* text) {
  const auto value = osler::parse_integer(text);
  return value && *value > 0 ? static_cast<std::size_t>(*value) : 1;
}

}  // namespace

int main(int count, char** values) {
  const std::string what = count > 1 ? values[1] : "";
  if (what == "get" && count == 6) {
    return get(static_cast<std::uint16_t>(number(values[2])), token_in(values[3]), values[4],
               number(values[5]));
  }
  if (what != "infer" || count != 10) {
    std::fprintf(stderr,
                 "usage: osler_serve_load infer PORT TOKEN MODEL SIDE json|binary CLIENTS SECONDS "
                 "ANSWERS\n       osler_serve_load get PORT TOKEN PATHS ROUNDS\n");
    return 64;
  }
  Inference inference;
  inference.port = static_cast<std::uint16_t>(number(values[2]));
  inference.token = token_in(values[3]);
  inference.path = "/v2/models/" + std::string(values[4]) + "/infer";
  inference.binary = std::string(values[6]) == "binary";
  const std::size_t side = number(values[5]);
  osler::Rng rng(1);
  for (auto& question : inference.questions) {
    std::vector<float> pixels(side * side);
    std::ranges::generate(pixels, [&] { return static_cast<float>(rng.normal()); });
    question = question_of(pixels, side, inference.binary);
  }
  return infer(std::move(inference), number(values[7]), static_cast<double>(number(values[8])),
               values[9]);
}
