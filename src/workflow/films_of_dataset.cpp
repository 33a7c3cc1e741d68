#include <set>

#include "base/text.h"
#include "workflow/internal/source_films.h"

namespace osler::workflow::internal {
namespace {

// A label that no item has is a misspelt one, not a data set without the finding.
Result<void> check_label(const dataset::Manifest& manifest, const std::string& label,
                         const std::string& reference) {
  std::set<std::string> names;
  for (const auto& item : manifest.items) {
    for (const auto& [name, value] : item.labels) {
      names.insert(name);
    }
  }
  if (names.contains(label)) {
    return {};
  }
  const std::vector<std::string> list(names.begin(), names.end());
  const auto near = nearest(label, list);
  return Error(ErrorCode::NotFound, "the data set has no label \"" + label + "\"" +
                                        (near ? "; did you mean \"" + *near + "\"?" : ""))
      .at(reference)
      .hint(list.empty() ? "it has none: osler label create makes them"
                         : "label.column is one of: " + join(list, ", "));
}

}  // namespace

Result<SourceFilms> films_of_dataset(Home& home, const study::Study& study, Progress& progress) {
  progress.begin("data", 0);
  OSLER_TRY(const auto version, home.catalogue().find(study.data.version));
  SourceFilms films;
  OSLER_TRY(films.manifest, home.catalogue().manifest(version));
  OSLER_TRY_DO(check_label(films.manifest, study.label.column, version.reference()));
  films.manifest.origin["dataset"] = version.digest.hex();
  films.parent = version.digest;
  progress.end(counted(version.items, "film") + " of " + version.reference());
  return films;
}

}  // namespace osler::workflow::internal
