#include "workflow/oversight/internal/pictures.h"

#include <algorithm>

#include "dataset/catalogue.h"
#include "imaging/picture/picture.h"
#include "workflow/films.h"

namespace osler::workflow::oversight::internal {
namespace {

constexpr std::size_t kSide = 192;  // pixels

Result<std::string> draw(FilmReader& reader, const dataset::Item& item) {
  OSLER_TRY(const auto image, reader.read(item));
  OSLER_TRY(const auto grey, imaging::picture::to_grey8(image));
  OSLER_TRY(const auto png, imaging::picture::to_png(imaging::picture::thumbnail(grey, kSide)));
  return std::string(as_text(png));
}

}  // namespace

Result<std::vector<std::string>> PictureShelf::find(Home& home, const Run& run,
                                                    const std::vector<WorstFilm>& worst) {
  // Held while drawing: a page asks for all of them at once, and one drawing serves all.
  const std::lock_guard lock(mutex_);
  if (const auto known = by_run_.find(run.number); known != by_run_.end()) {
    return known->second;
  }
  OSLER_TRY(const auto version, home.catalogue().find(run.dataset));
  OSLER_TRY(const auto manifest, home.catalogue().manifest(version));
  OSLER_TRY(auto reader, FilmReader::create(home));
  std::vector<std::string> pictures(worst.size());
  for (const auto& item : manifest.items) {
    const auto film = std::ranges::find(worst, item.id, &WorstFilm::item);
    if (film == worst.end()) {
      continue;
    }
    if (auto png = draw(reader, item); png) {
      pictures[static_cast<std::size_t>(film - worst.begin())] = *std::move(png);
    }
  }
  if (by_run_.size() >= kKept) {
    by_run_.clear();
  }
  return by_run_.insert_or_assign(run.number, std::move(pictures)).first->second;
}

}  // namespace osler::workflow::oversight::internal
