#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "base/rng.h"
#include "explain/novelty/internal/state.h"
#include "explain/novelty/novelty.h"

namespace osler::explain::novelty {
namespace {

constexpr std::size_t kFewestFilms = 40;

Error wrong(std::string why) {
  return Error(ErrorCode::InvalidArgument, std::move(why));
}

Result<void> check(const Films& films) {
  if (films.pixels.size() != films.count * films.height * films.width ||
      films.features.size() != films.count * films.features_per_film) {
    return wrong(std::to_string(films.pixels.size()) + " pixels and " +
                 std::to_string(films.features.size()) + " features are not " +
                 std::to_string(films.count) + " films of " + std::to_string(films.height) + " x " +
                 std::to_string(films.width) + " with " + std::to_string(films.features_per_film) +
                 " features");
  }
  return {};
}

Table features_of(const Films& films) {
  return {films.count, films.features_per_film,
          std::vector<double>(films.features.begin(), films.features.end())};
}

Table measures_of(const Films& films) {
  Table table{films.count, kPictureMeasures.size()};
  const std::size_t pixels = films.height * films.width;
  for (std::size_t i = 0; i < films.count; ++i) {
    const auto measured =
        measure_picture(films.pixels.subspan(i * pixels, pixels), films.height, films.width);
    table.values.insert(table.values.end(), measured.begin(), measured.end());
  }
  return table;
}

bool all_finite(const Table& table) {
  return std::ranges::all_of(table.values, [](double value) { return std::isfinite(value); });
}

// The fold of each film: groups are dealt out in random order.
Result<std::vector<std::size_t>> deal(std::size_t films, const FitOptions& options) {
  std::map<std::uint32_t, std::size_t> fold_of;
  for (std::size_t i = 0; i < films; ++i) {
    fold_of.emplace(options.groups.empty() ? static_cast<std::uint32_t>(i) : options.groups[i], 0);
  }
  if (fold_of.size() < options.folds || options.folds < 2) {
    return wrong("the novelty detector needs at least 2 folds, and as many groups of films");
  }
  std::vector<std::uint32_t> groups;
  for (const auto& [group, fold] : fold_of) {
    groups.push_back(group);
  }
  Rng::named(options.seed, "novelty folds").shuffle(std::span<std::uint32_t>(groups));
  for (std::size_t i = 0; i < groups.size(); ++i) {
    fold_of[groups[i]] = i % options.folds;
  }
  std::vector<std::size_t> folds(films);
  for (std::size_t i = 0; i < films; ++i) {
    folds[i] = fold_of[options.groups.empty() ? static_cast<std::uint32_t>(i) : options.groups[i]];
  }
  return folds;
}

// Each film's distance from the films of the other folds.
std::vector<double> unseen_distances(const Table& table, const std::vector<std::size_t>& folds,
                                     std::size_t count) {
  std::vector<double> distances(table.rows, 0.0);
  for (std::size_t fold = 0; fold < count && table.columns > 0; ++fold) {
    std::vector<std::size_t> others;
    for (std::size_t i = 0; i < table.rows; ++i) {
      if (folds[i] != fold) {
        others.push_back(i);
      }
    }
    const auto ellipsoid = fit_ellipsoid(table, others);
    for (std::size_t i = 0; i < table.rows; ++i) {
      if (folds[i] == fold) {
        distances[i] = ellipsoid.distance(table.row(i));
      }
    }
  }
  return distances;
}

// The value that a new film of the same kind exceeds with at most this probability: the
// ceil((n + 1)(1 - rate))-th of n (conformal prediction; Vovk et al. 2005, section 2.2).
double exceeded_at(std::vector<double> values, double rate) {
  std::ranges::sort(values);
  const double rank = std::ceil(static_cast<double>(values.size() + 1) * (1.0 - rate));
  const auto index = static_cast<std::size_t>(std::max(rank, 1.0)) - 1;
  return values[std::min(index, values.size() - 1)];
}

Part fit_part(const Table& table, double limit) {
  if (table.columns == 0) {
    return {};
  }
  std::vector<std::size_t> all(table.rows);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i] = i;
  }
  return {fit_ellipsoid(table, all), limit};
}

double part_of(const Part& part, std::span<const double> x) {
  if (part.ellipsoid.size == 0) {
    return 0.0;
  }
  const double distance = part.ellipsoid.distance(x) / part.limit;
  return std::isfinite(distance) ? distance : std::numeric_limits<double>::infinity();
}

}  // namespace

Detector::Detector(std::shared_ptr<const State> state) : state_(std::move(state)) {}

Result<Detector> Detector::fit(const Films& films, const FitOptions& options) {
  OSLER_TRY_DO(check(films));
  if (films.count < kFewestFilms) {
    return wrong("the novelty detector needs at least " + std::to_string(kFewestFilms) +
                 " films, not " + std::to_string(films.count));
  }
  if (!(options.false_alarm_rate > 0.0 && options.false_alarm_rate <= 0.5) ||
      !(options.groups.empty() || options.groups.size() == films.count)) {
    return wrong("the novelty detector needs a false alarm rate in (0, 0.5] and a group a film");
  }
  OSLER_TRY(const auto folds, deal(films.count, options));
  const Table features = features_of(films);
  const Table measures = measures_of(films);
  if (!all_finite(features) || !all_finite(measures)) {
    return wrong("a film for the novelty detector holds a value that is not finite");
  }
  const auto by_features = unseen_distances(features, folds, options.folds);
  const auto by_picture = unseen_distances(measures, folds, options.folds);
  // Both parts alone at the stated rate would give up to twice as many alarms together: the limits
  // are raised by the same factor until the larger of both is right.
  const double rate = options.false_alarm_rate;
  const double features_limit = std::max(exceeded_at(by_features, rate), 1e-12);
  const double picture_limit = std::max(exceeded_at(by_picture, rate), 1e-12);
  std::vector<double> larger(films.count);
  for (std::size_t i = 0; i < films.count; ++i) {
    larger[i] = std::max(by_features[i] / features_limit, by_picture[i] / picture_limit);
  }
  const double factor = exceeded_at(std::move(larger), rate);
  return Detector(std::make_shared<const State>(State{rate, films.count,
                                                      fit_part(features, features_limit * factor),
                                                      fit_part(measures, picture_limit * factor)}));
}

double Detector::false_alarm_rate() const {
  return state_->false_alarm_rate;
}
std::size_t Detector::films() const {
  return state_->films;
}

Result<std::vector<Reading>> Detector::read(const Films& films) const {
  OSLER_TRY_DO(check(films));
  if (films.features_per_film != state_->features.ellipsoid.size) {
    return wrong("the novelty detector was fitted on " +
                 std::to_string(state_->features.ellipsoid.size) + " features a film, not " +
                 std::to_string(films.features_per_film));
  }
  const Table features = features_of(films);
  const Table measures = measures_of(films);
  std::vector<Reading> readings;
  for (std::size_t i = 0; i < films.count; ++i) {
    Reading reading{.features = part_of(state_->features, features.row(i)),
                    .picture = part_of(state_->picture, measures.row(i))};
    reading.score = std::max(reading.features, reading.picture);
    reading.strange = reading.score > 1.0;
    readings.push_back(reading);
  }
  return readings;
}

}  // namespace osler::explain::novelty
