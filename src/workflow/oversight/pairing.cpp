#include "workflow/oversight/internal/pairing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "dataset/catalogue.h"
#include "evaluate/metrics/auroc.h"
#include "evaluate/metrics/paired.h"

namespace osler::workflow::oversight::internal {
namespace {

namespace metrics = evaluate::metrics;
using metrics::Statistic;

constexpr const char* kOtherFilms = "they were tested on different films";

// The stored bytes behind the ids, in their order; zero where an item is gone.
Result<std::vector<crypto::Digest>> objects_of(Home& home, const std::string& dataset,
                                               const std::vector<std::string>& ids) {
  OSLER_TRY(const auto version, home.catalogue().find(dataset));
  OSLER_TRY(const auto manifest, home.catalogue().manifest(version));
  std::vector<crypto::Digest> objects(ids.size());
  for (const auto& item : manifest.items) {
    const auto place = std::ranges::lower_bound(ids, item.id);
    if (place != ids.end() && *place == item.id) {
      objects[static_cast<std::size_t>(place - ids.begin())] = item.object;
    }
  }
  return objects;
}

// More films need fewer resamples: the interval is then narrower than a digit shown.
metrics::BootstrapOptions bootstrap_for(std::size_t films) {
  const std::size_t enough =
      std::max<std::size_t>(100, 20'000'000 / std::max<std::size_t>(films, 1));
  return {.resamples = std::min<std::size_t>(1000, enough)};
}

// What is counted of one film: [over, under] of a ratio.
using Counted = std::array<double, 2>;

template <typename Count>
Statistic counted(const TestFilms& films, Count count) {
  std::vector<double> over;
  std::vector<double> under;
  for (std::size_t i = 0; i < films.ids.size(); ++i) {
    const Counted one = count(films.probabilities[i], films.labels[i] == 1);
    over.push_back(one[0]);
    under.push_back(one[1]);
  }
  return metrics::ratio(std::move(over), std::move(under));
}

double log_loss(double p, bool positive) {
  constexpr double kSmallest = 0x1p-52;
  const double clipped = std::clamp(p, kSmallest, 1.0 - kSmallest);
  return positive ? -std::log(clipped) : -std::log1p(-clipped);
}

// The metric as a statistic of drawn films; nothing: it is not compared pair by pair.
Result<std::optional<Statistic>> statistic_of(const std::string& metric, const TestFilms& films,
                                              double threshold) {
  const auto share = [&](auto hit, auto of) {
    return std::optional<Statistic>(counted(films, [&](double p, bool positive) {
      const bool counts = of(p, positive);
      return Counted{counts && hit(p, positive) ? 1.0 : 0.0, counts ? 1.0 : 0.0};
    }));
  };
  const auto mean = [&](auto loss) {
    return std::optional<Statistic>(
        counted(films, [&](double p, bool positive) { return Counted{loss(p, positive), 1.0}; }));
  };
  const auto marked = [&](double p, bool) { return p >= threshold; };
  const auto unmarked = [&](double p, bool) { return p < threshold; };
  const auto with = [](double, bool positive) { return positive; };
  const auto without = [](double, bool positive) { return !positive; };
  if (metric == "auprc") {
    OSLER_TRY(auto precision, metrics::average_precision_of(films.by_score()));
    return std::optional<Statistic>(std::move(precision));
  }
  if (metric == "accuracy") {  // at probability 0.5, as the report has it
    return share([](double p, bool positive) { return (p >= 0.5) == positive; },
                 [](double, bool) { return true; });
  }
  if (metric == "sensitivity") {
    return share(marked, with);
  }
  if (metric == "specificity") {
    return share(unmarked, without);
  }
  if (metric == "ppv") {
    return share(with, marked);
  }
  if (metric == "npv") {
    return share(without, unmarked);
  }
  if (metric == "brier") {
    return mean([](double p, bool positive) {
      const double off = p - (positive ? 1.0 : 0.0);
      return off * off;
    });
  }
  if (metric == "log_loss") {
    return mean(log_loss);
  }
  return std::optional<Statistic>();
}

Estimate metric_in(const ReportFacts& report, const std::string& key) {
  const auto found = report.metrics.find(key);
  return found == report.metrics.end() ? Estimate::none(0, "not in the report") : found->second;
}

Result<Estimate> difference_of(const std::string& metric, const Pair& pair, double threshold_a,
                               double threshold_b) {
  if (metric == "auroc") {
    return auroc_difference(pair);
  }
  OSLER_TRY(const auto first, statistic_of(metric, *pair.a, threshold_a));
  OSLER_TRY(const auto second, statistic_of(metric, *pair.b, threshold_b));
  if (!first || !second) {
    return Estimate::none(pair.a->ids.size(), "not compared film by film");
  }
  return metrics::paired_difference(pair.a->by_probability(), *first, *second,
                                    bootstrap_for(pair.a->ids.size()));
}

}  // namespace

const std::vector<MetricName>& metric_names() {
  static const std::vector<MetricName> kNames{{"auroc", "AUROC"},
                                              {"auprc", "AUPRC"},
                                              {"sensitivity", "Sensitivity"},
                                              {"specificity", "Specificity"},
                                              {"ppv", "PPV"},
                                              {"npv", "NPV"},
                                              {"accuracy", "Accuracy"},
                                              {"ece", "Calibration error (ECE)"},
                                              {"brier", "Brier score"},
                                              {"log_loss", "Log loss"}};
  return kNames;
}

Result<Pair> pair_up(Home& home, FilmShelf& shelf, const Run& a, const ReportFacts& report_a,
                     const Run& b, const ReportFacts& report_b) {
  Pair pair;
  OSLER_TRY(pair.a, shelf.find(home, a, report_a.split));
  OSLER_TRY(pair.b, shelf.find(home, b, report_b.split));
  if (pair.a->ids != pair.b->ids) {
    pair.why = kOtherFilms;
  } else if (pair.a->labels != pair.b->labels) {
    pair.why = "their test films have different labels";
  } else if (a.dataset != b.dataset) {
    const auto first = objects_of(home, a.dataset, pair.a->ids);
    const auto second = objects_of(home, b.dataset, pair.b->ids);
    const bool known =
        first && second && std::ranges::find(*first, crypto::Digest{}) == first->end();
    if (!known || *first != *second) {
      pair.why = kOtherFilms;
    }
  }
  return pair;
}

Result<Estimate> auroc_difference(const Pair& pair) {
  if (!pair.why.empty()) {
    return Estimate::none(0, pair.why);
  }
  OSLER_TRY(const auto found, metrics::compare_paired(pair.a->by_score(), pair.b->scores));
  return found.difference;
}

Result<std::vector<MetricPair>> metric_pairs(const Pair& pair, const ReportFacts& report_a,
                                             const ReportFacts& report_b) {
  std::vector<MetricPair> rows;
  for (const auto& [key, words] : metric_names()) {
    MetricPair row{.name = words,
                   .a = metric_in(report_a, key),
                   .b = metric_in(report_b, key),
                   .difference = Estimate::none(0, pair.why)};
    if (pair.why.empty()) {
      OSLER_TRY(row.difference, difference_of(key, pair, report_a.threshold, report_b.threshold));
      row.paired = row.difference.estimable();
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Estimate DifferenceShelf::find(Home& home, FilmShelf& films, ReportShelf& reports, const Run& a,
                               const Run& b) {
  const std::pair key(a.number, b.number);
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = known_.find(key); known != known_.end()) {
      return known->second;
    }
  }
  const auto worked_out = [&]() -> Result<Estimate> {
    OSLER_TRY(const auto report_a, reports.find(home, a));
    OSLER_TRY(const auto report_b, reports.find(home, b));
    OSLER_TRY(const auto pair, pair_up(home, films, a, report_a, b, report_b));
    return auroc_difference(pair);
  }();
  if (!worked_out) {
    // Files may come back: nothing is kept.
    return Estimate::none(0, worked_out.error().message);
  }
  const std::lock_guard lock(mutex_);
  return known_.insert_or_assign(key, *worked_out).first->second;
}

}  // namespace osler::workflow::oversight::internal
