#include "explain/similar/atlas.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "base/arrays/npy.h"

namespace osler::explain::similar {
namespace {

using arrays::Array;

constexpr std::size_t kMostFilms = 100'000;
constexpr std::size_t kMostFeatures = 4'096;
constexpr std::size_t kDigestBytes = 32;

Error broken(std::string why) {
  return Error(ErrorCode::DataCorrupt, "the atlas " + std::move(why));
}

bool all_finite(std::span<const float> values) {
  return std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
}

double length_of(std::span<const float> values) {
  return std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0));
}

}  // namespace

Result<Bytes> Atlas::serialise() const {
  std::vector<std::uint8_t> names;
  names.reserve(objects.size() * kDigestBytes);
  for (const auto& object : objects) {
    for (const std::byte byte : object.bytes) {
      names.push_back(std::to_integer<std::uint8_t>(byte));
    }
  }
  return arrays::to_npz({{"features", Array::of<float>({films(), features_per_film}, features)},
                         {"positive", Array::of<std::uint8_t>({films()}, positive)},
                         {"objects", Array::of<std::uint8_t>({films(), kDigestBytes}, names)}});
}

Result<Atlas> Atlas::deserialise(Bytes bytes) {
  OSLER_TRY(const auto npz, arrays::Npz::from_memory(std::move(bytes), "atlas.npz"));
  OSLER_TRY(const auto features, npz.read("features"));
  OSLER_TRY(const auto positive, npz.read("positive"));
  OSLER_TRY(const auto objects, npz.read("objects"));
  const auto values = features.values<float>();
  const auto labels = positive.values<std::uint8_t>();
  const auto names = objects.values<std::uint8_t>();
  if (!values || !labels || !names || features.shape.size() != 2 || objects.shape.size() != 2 ||
      objects.shape[1] != kDigestBytes || objects.shape[0] != features.shape[0] ||
      labels->size() != features.shape[0]) {
    return broken("has arrays that do not go together");
  }
  if (features.shape[0] > kMostFilms || features.shape[1] > kMostFeatures) {
    return Error(ErrorCode::NotSupported,
                 "the atlas is larger than 100,000 films of 4,096 features");
  }
  Atlas atlas;
  atlas.features_per_film = features.shape[1];
  atlas.features.assign(values->begin(), values->end());
  atlas.positive.assign(labels->begin(), labels->end());
  if (!all_finite(atlas.features) ||
      std::ranges::any_of(atlas.positive, [](std::uint8_t label) { return label > 1; })) {
    return broken("holds a value that cannot be");
  }
  for (std::size_t i = 0; i < features.shape[0]; ++i) {
    const auto digest = crypto::Digest::from_hex(
        to_hex(std::as_bytes(names->subspan(i * kDigestBytes, kDigestBytes))));
    if (!digest) {
      return broken("names a film by something that is no digest");
    }
    atlas.objects.push_back(*digest);
  }
  return atlas;
}

Result<std::vector<Neighbour>> nearest(const Atlas& atlas, std::span<const float> features,
                                       std::size_t count) {
  if (features.size() != atlas.features_per_film || !all_finite(features)) {
    return Error(ErrorCode::InvalidArgument, "not as many finite features as the atlas has");
  }
  const double own = length_of(features);
  std::vector<Neighbour> all;
  all.reserve(atlas.films());
  for (std::size_t i = 0; i < atlas.films(); ++i) {
    const auto other =
        std::span(atlas.features).subspan(i * atlas.features_per_film, atlas.features_per_film);
    const double lengths = own * length_of(other);
    const double product = std::inner_product(features.begin(), features.end(), other.begin(), 0.0);
    all.push_back({.film = i, .distance = lengths > 0.0 ? 1.0 - product / lengths : 1.0});
  }
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size()));
  std::ranges::partial_sort(all, end, [](const Neighbour& a, const Neighbour& b) {
    return a.distance != b.distance ? a.distance < b.distance : a.film < b.film;
  });
  all.erase(end, all.end());
  return all;
}

}  // namespace osler::explain::similar
