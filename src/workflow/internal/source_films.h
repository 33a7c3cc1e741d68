#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/progress.h"
#include "base/result.h"
#include "dataset/manifest.h"
#include "study/study.h"
#include "workflow/home.h"

namespace osler::workflow::internal {

// The films of a source, labelled as the labels file says, before the study's reading of the label.
struct SourceFilms {
  dataset::Manifest manifest;
  std::map<std::string, std::size_t> left_out;
  std::size_t unknown_rows = 0;
  std::optional<crypto::Digest> parent;  // of a data set version: its digest
};

[[nodiscard]] Result<SourceFilms> films_of_npz(Home& home, const std::filesystem::path& path,
                                               Progress& progress);
[[nodiscard]] Result<SourceFilms> films_of_folder(Home& home, const study::Study& study,
                                                  Progress& progress);
[[nodiscard]] Result<SourceFilms> films_of_archive(Home& home, const study::Study& study,
                                                   Progress& progress);
[[nodiscard]] Result<SourceFilms> films_of_dataset(Home& home, const study::Study& study,
                                                   Progress& progress);

}  // namespace osler::workflow::internal
