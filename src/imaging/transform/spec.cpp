#include "imaging/transform/spec.h"

#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/settings.h"

namespace osler::imaging::transform {
namespace {

using WindowWord = Settings::Word<Window>;
using AspectWord = Settings::Word<Aspect>;
using NormaliseWord = Settings::Word<Normalise>;

constexpr std::array kWindows = {WindowWord{"header", Window::Header},
                                 WindowWord{"percentile", Window::Percentile},
                                 WindowWord{"none", Window::None}};
constexpr std::array kAspects = {AspectWord{"stretch", Aspect::Stretch},
                                 AspectWord{"pad", Aspect::Pad}};
constexpr std::array kNormalise = {NormaliseWord{"z_score", Normalise::ZScore},
                                   NormaliseWord{"fixed", Normalise::Fixed},
                                   NormaliseWord{"unit", Normalise::Unit}};
constexpr auto kKeys = std::to_array<std::string_view>(
    {"window", "percentiles", "crop_border", "crop_foreground", "size", "spacing_mm", "aspect",
     "normalise", "mean", "deviation"});
constexpr double kSmallestSide = 8;
constexpr double kLargestSide = 2048;

template <typename T, std::size_t N>
std::string_view word(const std::array<Settings::Word<T>, N>& words, T value) {
  for (const auto& [name, meaning] : words) {
    if (meaning == value) {
      return name;
    }
  }
  return "";
}

void read_percentiles(const Settings& settings, Spec& spec) {
  std::vector<double> percentiles(spec.percentiles.begin(), spec.percentiles.end());
  settings.read("percentiles", percentiles, {0.0, 100.0}, {2, 2});
  if (percentiles[0] >= percentiles[1]) {
    settings.fail("percentiles", "the first of \"percentiles\" is not below the second",
                  "write [0.5, 99.5], for example");
  }
  spec.percentiles = {percentiles[0], percentiles[1]};
}

void read_size(const Settings& settings, Spec& spec) {
  std::vector<double> size = {static_cast<double>(spec.size[0]), static_cast<double>(spec.size[1])};
  const auto* member = settings.find("size");
  const Settings::Range range{kSmallestSide, kLargestSide};
  if (member != nullptr && member->is_number()) {
    settings.read("size", size[0], range);
    size[1] = size[0];
  } else {
    settings.read("size", size, range, {2, 2});
  }
  for (const double side : size) {
    if (side != std::floor(side)) {
      settings.fail("size", "\"size\" is not in whole pixels", "write [height, width]");
    }
  }
  spec.size = {static_cast<std::size_t>(size[0]), static_cast<std::size_t>(size[1])};
}

Spec read(const Settings& settings) {
  Spec spec;
  settings.read_word<Window>("window", spec.window, kWindows)
      .read("crop_border", spec.crop_border, {0.0, 0.45})
      .read("crop_foreground", spec.crop_foreground)
      .read("spacing_mm", spec.spacing_mm, {0.0, 100.0, Settings::Range::Ends::LowestOutside})
      .read_word<Aspect>("aspect", spec.aspect, kAspects)
      .read_word<Normalise>("normalise", spec.normalise, kNormalise)
      .read("mean", spec.mean, {-10.0, 10.0})
      .read("deviation", spec.deviation, {0.0, 10.0, Settings::Range::Ends::LowestOutside});
  read_percentiles(settings, spec);
  read_size(settings, spec);
  for (const auto* key : {"mean", "deviation"}) {
    if (settings.has(key) && spec.normalise != Normalise::Fixed) {
      settings.fail(key, '"' + std::string(key) + "\" has a meaning with normalise: fixed only",
                    "remove it, or write normalise: fixed");
    }
  }
  return spec;
}

}  // namespace

Json to_json(const Spec& spec) {
  Json document = {{"window", word(kWindows, spec.window)},
                   {"percentiles", spec.percentiles},
                   {"crop_border", spec.crop_border},
                   {"crop_foreground", spec.crop_foreground},
                   {"size", spec.size},
                   {"aspect", word(kAspects, spec.aspect)},
                   {"normalise", word(kNormalise, spec.normalise)}};
  if (spec.spacing_mm) {
    document["spacing_mm"] = *spec.spacing_mm;
  }
  if (spec.normalise == Normalise::Fixed) {
    document["mean"] = spec.mean;
    document["deviation"] = spec.deviation;
  }
  return document;
}

Spec read_section(const Settings& parent, std::string_view key) {
  return read(parent.section(key, kKeys));
}

Result<Spec> spec_from_json(const Json& document) {
  SettingsFault fault;
  auto spec = read(Settings(document, "", kKeys, fault));
  OSLER_TRY_DO(fault.result());
  return spec;
}

crypto::Digest digest(const Spec& spec) {
  return crypto::sha256(dump_json(to_json(spec)));
}

}  // namespace osler::imaging::transform
