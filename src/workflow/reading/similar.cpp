#include "workflow/reading/similar.h"

#include <cstring>
#include <utility>
#include <vector>

namespace osler::workflow::reading {
namespace {

Result<std::vector<float>> features_of(Home& home, std::int64_t result) {
  OSLER_TRY(auto rows,
            home.database().prepare("SELECT features FROM results WHERE id = ?", {result}));
  OSLER_TRY(const bool found, rows.step());
  std::vector<float> features;
  if (found && !rows.is_null(0)) {
    const Bytes bytes = rows.bytes(0);
    features.resize(bytes.size() / sizeof(float));
    std::memcpy(features.data(), bytes.data(), features.size() * sizeof(float));
  }
  return features;
}

Result<void> add_to(Home& home, const explain::similar::Atlas& atlas, Finding& card,
                    std::size_t count) {
  OSLER_TRY(const auto features, features_of(home, card.id));
  if (features.size() != atlas.features_per_film) {
    return {};
  }
  // A few more than asked for, as some may not be kept here.
  OSLER_TRY(const auto found, explain::similar::nearest(atlas, features, 4 * count));
  for (const auto& neighbour : found) {
    if (card.similar.size() < count && home.objects().contains(atlas.objects[neighbour.film])) {
      card.similar.push_back({.place = neighbour.film,
                              .positive = atlas.positive[neighbour.film] == 1,
                              .distance = neighbour.distance});
    }
  }
  return {};
}

}  // namespace

Result<void> add_similar(Home& home, const Scoring& scoring, Findings& findings,
                         std::size_t count) {
  for (auto& card : findings.cards) {
    const auto scorer = card.has_score() ? scoring.find(card.model) : nullptr;
    if (scorer && scorer->atlas()) {
      OSLER_TRY_DO(add_to(home, *scorer->atlas(), card, count));
    }
  }
  return {};
}

Result<crypto::Digest> similar_object(Home& home, const Scoring& scoring, const ModelName& model,
                                      std::int64_t place) {
  const auto scorer = scoring.find(model);
  if (!scorer || !scorer->atlas() || place < 0 ||
      static_cast<std::size_t>(place) >= scorer->atlas()->films()) {
    return Error(ErrorCode::NotFound, "there is no such past film");
  }
  const auto& object = scorer->atlas()->objects[static_cast<std::size_t>(place)];
  if (!home.objects().contains(object)) {
    return Error(ErrorCode::NotFound, "this home does not keep that past film");
  }
  return object;
}

}  // namespace osler::workflow::reading
