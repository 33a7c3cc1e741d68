#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace osler::serve::http {

// {{"route", "livez"}, {"status", "2xx"}}. Never a patient, a study or a user.
using Labels = std::vector<std::pair<std::string, std::string>>;

// Each may be used from any thread; adding costs one atomic operation.
class Counter {
 public:
  void add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  void add(double amount);
  [[nodiscard]] double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0.0};
};

class Histogram {
 public:
  // Upper bounds, ascending; the bucket above the last is added.
  explicit Histogram(std::vector<double> bounds);
  void observe(double value);

  [[nodiscard]] const std::vector<double>& bounds() const { return bounds_; }
  // Of bucket i alone, not cumulated; i up to bounds().size().
  [[nodiscard]] std::uint64_t count(std::size_t i) const {
    return counts_[i].load(std::memory_order_relaxed);
  }
  [[nodiscard]] double sum() const { return sum_.value(); }

 private:
  std::vector<double> bounds_;
  std::vector<std::atomic<std::uint64_t>> counts_;
  Gauge sum_;
};

// Seconds, from .005 to 10: OpenTelemetry's advice for http.server.request.duration.
[[nodiscard]] const std::vector<double>& request_seconds();

// What the process counts, as Prometheus text (exposition format 0.0.4). One registry serves all
// rooms: ask once for a metric, keep the reference, which lives as long as the registry.
class Registry {
 public:
  // `name` as [a-z_][a-z0-9_]*, a counter's with "_total" at its end. Asking again for the same
  // name and labels gives the same metric; asking with another kind ends the process (our bug).
  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});
  Histogram& histogram(std::string_view name, std::string_view help,
                       const std::vector<double>& bounds, const Labels& labels = {});
  // A gauge that is read when it is rendered. `read` must be callable from any thread for as long
  // as the registry lives.
  void watch(std::string_view name, std::string_view help, std::function<double()> read,
             const Labels& labels = {});

  // Families in the order of their names.
  [[nodiscard]] std::string render() const;

 private:
  enum class Kind : std::uint8_t { Counter, Gauge, Histogram };
  struct Series {
    std::string labels;  // as rendered, without braces
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Gauge> gauge;
    std::unique_ptr<Histogram> histogram;
    std::function<double()> read;
  };
  struct Family {
    std::string name;
    std::string help;
    Kind kind = Kind::Counter;
    std::vector<std::unique_ptr<Series>> series;
  };
  Series& series(std::string_view name, std::string_view help, Kind kind, const Labels& labels);
  static void render_histogram(const Family& family, const Series& one, std::string& out);

  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Family>> families_;
};

// process_resident_memory_bytes, process_open_fds and process_start_time_seconds, read from /proc.
void watch_process(Registry& registry);

}  // namespace osler::serve::http
