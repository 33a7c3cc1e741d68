#include <algorithm>
#include <iterator>
#include <mutex>
#include <optional>
#include <set>

#include "base/file.h"
#include "base/parallel.h"
#include "base/text.h"
#include "dataset/label.h"
#include "dicom/quality/quality.h"
#include "workflow/films.h"
#include "workflow/internal/source_films.h"

namespace osler::workflow::internal {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestPicture = std::uint64_t{256} << 20;

// What the bytes are, by their first ones; empty: neither PNG nor JPEG.
std::string_view media_of(BytesView bytes) {
  const auto text = as_text(bytes);
  if (text.starts_with("\x89PNG\r\n\x1a\n")) {
    return kMediaPng;
  }
  if (text.starts_with("\xff\xd8\xff")) {
    return kMediaJpeg;
  }
  return {};
}

Result<std::vector<fs::path>> list_pictures(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    return Error(ErrorCode::NotFound, "there is no such folder")
        .at(folder.string())
        .hint("check the path");
  }
  std::vector<fs::path> pictures;
  fs::recursive_directory_iterator entries(folder, error);
  for (const fs::recursive_directory_iterator end; !error && entries != end;
       entries.increment(error)) {
    const std::string extension = lower(entries->path().extension().string());
    std::error_code ignored;
    if (entries->is_regular_file(ignored) &&
        (extension == ".png" || extension == ".jpg" || extension == ".jpeg")) {
      pictures.push_back(entries->path());
    }
  }
  if (error) {
    return Error(ErrorCode::PermissionDenied, "the folder cannot be read: " + error.message())
        .at(folder.string())
        .hint("give this user the right to read it, and what is below it");
  }
  if (pictures.empty()) {
    return Error(ErrorCode::InvalidArgument, "the folder holds no PNG or JPEG file")
        .at(folder.string())
        .hint("name the folder that holds the pictures; for DICOM write source: dicom");
  }
  std::ranges::sort(pictures);
  return pictures;
}

// The item of one picture, with its bytes in the batch.
Result<dataset::Item> read_picture(const fs::path& folder, const fs::path& path, FilmReader& reader,
                                   storage::objects::Batch& objects) {
  OSLER_TRY(const Bytes bytes, read_file(path, kLargestPicture));
  dataset::Item item;
  item.media = media_of(bytes);
  if (item.media.empty()) {
    return Error(ErrorCode::DataCorrupt, "neither a PNG nor a JPEG file")
        .at(path.string())
        .hint("remove it, or save it again as PNG");
  }
  auto image = reader.decoder().decode_picture(bytes);
  if (!image) {
    return std::move(image).error().at(path.string());
  }
  item.id = fs::relative(path, folder).generic_string();
  item.pixels = dicom::quality::pixel_digest(*image);
  item.attributes = {{"file", item.id},
                     {"name", path.filename().string()},
                     {"rows", std::to_string(image->height)},
                     {"columns", std::to_string(image->width)}};
  OSLER_TRY(item.object, objects.add(bytes));
  return item;
}

Result<void> label(SourceFilms& films, const study::Study& study, const CsvTable& table) {
  // A row names a path below the folder, or a file's name.
  OSLER_TRY(const std::size_t key, table.require(study.data.keys.file));
  const bool by_path = table.rows() > 0 && table.at(0, key).find('/') != std::string::npos;
  dataset::LabelOptions options{.key_column = study.data.keys.file,
                                .match = by_path ? "file" : "name",
                                .labels = {study.label.column},
                                .attributes = study.data.attributes,
                                .patient_column = study.data.keys.patient,
                                .translate = {}};
  std::ranges::copy(study.data.finding_attributes, std::back_inserter(options.attributes));
  if (!study.split.column.empty()) {
    options.attributes.push_back(study.split.column);
  }
  OSLER_TRY(const auto report, dataset::join_labels(films.manifest, table, options));
  films.unknown_rows = report.unknown.size();
  return {};
}

}  // namespace

Result<SourceFilms> films_of_folder(Home& home, const study::Study& study, Progress& progress) {
  const fs::path folder = study.data.path.resolved;
  OSLER_TRY(const std::string text, read_text(study.data.labels.resolved));
  OSLER_TRY(const auto table,
            CsvTable::parse(text, study.data.labels.resolved.filename().string()));
  OSLER_TRY(const auto pictures, list_pictures(folder));
  OSLER_TRY(auto reader, FilmReader::create(home));
  storage::objects::Batch objects(home.objects());
  SourceFilms films;
  films.manifest.origin = {{"source", "folder"}, {"labels", crypto::sha256(text).hex()}};
  films.manifest.items.resize(pictures.size());
  std::mutex mutex;
  std::optional<Error> failure;
  std::size_t done = 0;
  progress.begin("data", pictures.size());
  parallel_for(pictures.size(), hardware_threads(), [&](std::size_t i) {
    auto item = read_picture(folder, pictures[i], reader, objects);
    const std::lock_guard lock(mutex);
    progress.at(++done, "");
    if (item) {
      films.manifest.items[i] = *std::move(item);
    } else if (!failure) {
      failure = std::move(item).error();
    }
  });
  if (failure) {
    return *std::move(failure);
  }
  OSLER_TRY_DO(objects.commit());
  OSLER_TRY_DO(label(films, study, table));
  progress.end(counted(static_cast<std::int64_t>(films.manifest.items.size()), "picture"));
  return films;
}

}  // namespace osler::workflow::internal
