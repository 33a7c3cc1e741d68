#include "serve/http/metrics.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <system_error>

#include <unistd.h>

#include "base/check.h"

namespace osler::serve::http {
namespace {

// The shortest text that reads back as the same number.
std::string number(double value) {
  if (std::isnan(value)) {
    return "NaN";
  }
  if (std::isinf(value)) {
    return value > 0 ? "+Inf" : "-Inf";
  }
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

std::string rendered(const Labels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    out += out.empty() ? "" : ",";
    out += name + "=\"";
    for (const char c : value) {
      if (c == '\n') {
        out += "\\n";
        continue;
      }
      if (c == '"' || c == '\\') {
        out += '\\';
      }
      out += c;
    }
    out += '"';
  }
  return out;
}

void line(std::string& out, const std::string& name, const std::string& labels,
          const std::string& value) {
  out += name;
  if (!labels.empty()) {
    out += "{" + labels + "}";
  }
  out += " " + value + "\n";
}

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  double resident = 0;
  file >> pages >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
  std::error_code failed;
  std::filesystem::directory_iterator entry("/proc/self/fd", failed);
  double count = 0;
  while (!failed && entry != std::filesystem::directory_iterator()) {
    count += 1;
    entry.increment(failed);
  }
  // The listing itself holds one.
  return std::max(0.0, count - 1);
}

}  // namespace

void Gauge::add(double amount) {
  double seen = value_.load(std::memory_order_relaxed);
  while (!value_.compare_exchange_weak(seen, seen + amount, std::memory_order_relaxed)) {
  }
}

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {
  OSLER_CHECK(std::ranges::is_sorted(bounds_));
}

void Histogram::observe(double value) {
  const auto bucket = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
  counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_.add(value);
}

const std::vector<double>& request_seconds() {
  static const std::vector<double> kSeconds{.005, .01, .025, .05, .075, .1,  .25,
                                            .5,   .75, 1,    2.5, 5,    7.5, 10};
  return kSeconds;
}

Registry::Series& Registry::series(std::string_view name, std::string_view help, Kind kind,
                                   const Labels& labels) {
  const auto at = std::ranges::lower_bound(
      families_, name, {}, [](const auto& family) -> const std::string& { return family->name; });
  Family* family = at == families_.end() || (*at)->name != name ? nullptr : at->get();
  if (family == nullptr) {
    auto made = std::make_unique<Family>(
        Family{.name = std::string(name), .help = std::string(help), .kind = kind, .series = {}});
    family = families_.insert(at, std::move(made))->get();
  }
  OSLER_CHECK(family->kind == kind);
  std::string text = rendered(labels);
  const auto same = std::ranges::find(family->series, text,
                                      [](const auto& one) -> std::string& { return one->labels; });
  if (same != family->series.end()) {
    return **same;
  }
  auto made = std::make_unique<Series>();
  made->labels = std::move(text);
  return *family->series.emplace_back(std::move(made));
}

Counter& Registry::counter(std::string_view name, std::string_view help, const Labels& labels) {
  const std::scoped_lock lock(mutex_);
  Series& one = series(name, help, Kind::Counter, labels);
  one.counter = one.counter ? std::move(one.counter) : std::make_unique<Counter>();
  return *one.counter;
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  const std::scoped_lock lock(mutex_);
  Series& one = series(name, help, Kind::Gauge, labels);
  one.gauge = one.gauge ? std::move(one.gauge) : std::make_unique<Gauge>();
  return *one.gauge;
}

Histogram& Registry::histogram(std::string_view name, std::string_view help,
                               const std::vector<double>& bounds, const Labels& labels) {
  const std::scoped_lock lock(mutex_);
  Series& one = series(name, help, Kind::Histogram, labels);
  one.histogram = one.histogram ? std::move(one.histogram) : std::make_unique<Histogram>(bounds);
  return *one.histogram;
}

void Registry::watch(std::string_view name, std::string_view help, std::function<double()> read,
                     const Labels& labels) {
  const std::scoped_lock lock(mutex_);
  series(name, help, Kind::Gauge, labels).read = std::move(read);
}

void Registry::render_histogram(const Family& family, const Series& one, std::string& out) {
  const Histogram& histogram = *one.histogram;
  const std::string comma = one.labels.empty() ? "" : one.labels + ",";
  std::uint64_t total = 0;
  for (std::size_t i = 0; i <= histogram.bounds().size(); ++i) {
    total += histogram.count(i);
    const std::string bound =
        i < histogram.bounds().size() ? number(histogram.bounds()[i]) : "+Inf";
    line(out, family.name + "_bucket", comma + "le=\"" + bound + "\"", std::to_string(total));
  }
  line(out, family.name + "_sum", one.labels, number(histogram.sum()));
  line(out, family.name + "_count", one.labels, std::to_string(total));
}

std::string Registry::render() const {
  const std::scoped_lock lock(mutex_);
  constexpr std::array<std::string_view, 3> kTypes{"counter", "gauge", "histogram"};
  std::string out;
  for (const auto& family : families_) {
    out += "# HELP " + family->name + " " + family->help + "\n# TYPE " + family->name + " ";
    out += kTypes.at(static_cast<std::size_t>(family->kind));
    out += "\n";
    for (const auto& one : family->series) {
      if (one->histogram) {
        render_histogram(*family, *one, out);
      } else if (one->counter) {
        line(out, family->name, one->labels, std::to_string(one->counter->value()));
      } else {
        line(out, family->name, one->labels, number(one->read ? one->read() : one->gauge->value()));
      }
    }
  }
  return out;
}

void watch_process(Registry& registry) {
  const double start =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  registry.watch("process_resident_memory_bytes", "Resident memory.", resident_bytes);
  registry.watch("process_open_fds", "Open file descriptors.", open_descriptors);
  registry.watch("process_start_time_seconds", "Start, in seconds since 1970.",
                 [start] { return start; });
}

}  // namespace osler::serve::http
