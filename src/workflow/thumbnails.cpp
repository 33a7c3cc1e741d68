#include "workflow/internal/thumbnails.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "imaging/picture/picture.h"
#include "workflow/films.h"

namespace osler::workflow::internal {
namespace {

constexpr std::size_t kShown = 8;
constexpr std::size_t kSide = 160;  // pixels

Result<std::string> picture_of(FilmReader& reader, const dataset::Item& item) {
  OSLER_TRY(const auto image, reader.read(item));
  OSLER_TRY(const auto grey, imaging::picture::to_grey8(image));
  OSLER_TRY(const auto png, imaging::picture::to_png(imaging::picture::thumbnail(grey, kSide)));
  return "data:image/png;base64," + base64(png);
}

}  // namespace

std::string base64(BytesView bytes) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      word = word << 8 | (j < count ? std::to_integer<std::uint32_t>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      text += j <= count ? kLetters[word >> (18 - 6 * j) & 63U] : '=';
    }
  }
  return text;
}

Result<std::vector<evaluate::report::WorstCase>> worst_cases(
    Home& home, const dataset::Manifest& manifest,
    const evaluate::report::PredictionTable& predictions) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < predictions.rows(); ++i) {
    if (predictions.labels[i]) {
      order.push_back(i);
    }
  }
  const auto error = [&](std::size_t i) {
    return std::abs(predictions.probabilities[i] - (*predictions.labels[i] ? 1.0 : 0.0));
  };
  std::ranges::stable_sort(order, std::ranges::greater(), error);
  order.resize(std::min(kShown, order.size()));
  std::map<std::string, const dataset::Item*> items;
  for (const auto& item : manifest.items) {
    items[item.id] = &item;
  }
  OSLER_TRY(auto reader, FilmReader::create(home));
  std::vector<evaluate::report::WorstCase> worst;
  for (const std::size_t i : order) {
    OSLER_TRY(auto image, picture_of(reader, *items.at(predictions.ids[i])));
    worst.push_back({.id = predictions.ids[i], .image = std::move(image), .note = {}});
  }
  return worst;
}

}  // namespace osler::workflow::internal
