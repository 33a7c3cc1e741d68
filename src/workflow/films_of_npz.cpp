#include <array>

#include "base/file.h"
#include "base/text.h"
#include "dicom/quality/quality.h"
#include "workflow/films.h"
#include "workflow/internal/source_films.h"

namespace osler::workflow::internal {
namespace {

// MedMNIST's key layout (Yang et al., Scientific Data 2023).
struct Part {
  std::string_view prefix;
  std::string_view split;
};
constexpr std::array kParts{Part{"train", dataset::kTrain}, Part{"val", dataset::kValidation},
                            Part{"test", dataset::kTest}};

Result<void> check_keys(const arrays::Npz& npz, const std::filesystem::path& path) {
  std::vector<std::string> missing;
  for (const auto& part : kParts) {
    for (const char* what : {"_images", "_labels"}) {
      const std::string name = std::string(part.prefix) + what;
      if (!npz.contains(name)) {
        missing.push_back(name);
      }
    }
  }
  if (missing.empty()) {
    return {};
  }
  return Error(ErrorCode::InvalidArgument, "the file has no array " + join(missing, ", "))
      .at(path.string() + ": it has " + join(npz.names(), ", "))
      .hint(
          "save images and labels under MedMNIST's names: train_images, train_labels, val_images, "
          "val_labels, test_images, test_labels");
}

Result<void> add_part(const arrays::Npz& npz, const Part& part, const crypto::Digest& object,
                      dataset::Manifest& manifest) {
  const std::string name = std::string(part.prefix) + "_images";
  OSLER_TRY(const auto images, npz.read(name));
  OSLER_TRY(const auto labels, npz.read(std::string(part.prefix) + "_labels"));
  OSLER_TRY(const auto values, labels.to_integers());
  const std::size_t rows = images.shape.empty() ? 0 : images.shape[0];
  if (rows == 0) {
    return Error(ErrorCode::InvalidArgument, name + " holds no images")
        .hint("each of the three parts needs some");
  }
  if (values.size() != rows) {
    return Error(ErrorCode::InvalidArgument, name + " has " + std::to_string(rows) +
                                                 " images but there are " +
                                                 std::to_string(values.size()) + " labels")
        .hint("one label an image: [n] or [n, 1]");
  }
  for (std::size_t i = 0; i < rows; ++i) {
    OSLER_TRY(const auto image, npz_row(images, i));
    dataset::Item item;
    item.id = std::string(part.split) + "/" + std::to_string(i);
    item.object = object;
    item.media = kMediaNpzRow;
    item.labels["label"] = std::to_string(values[i]);
    item.attributes = {
        {"array", name}, {"index", std::to_string(i)}, {"part", std::string(part.split)}};
    item.split = part.split;
    item.pixels = dicom::quality::pixel_digest(image);
    manifest.items.push_back(std::move(item));
  }
  return {};
}

}  // namespace

Result<SourceFilms> films_of_npz(Home& home, const std::filesystem::path& path,
                                 Progress& progress) {
  progress.begin("data", kParts.size());
  OSLER_TRY(const Bytes bytes, read_file(path));
  OSLER_TRY(const auto npz, arrays::Npz::from_memory(bytes, path.string()));
  OSLER_TRY_DO(check_keys(npz, path));
  OSLER_TRY(const auto object, home.objects().put(bytes));
  SourceFilms films;
  films.manifest.origin = {{"source", "npz"}, {"file", object.hex()}};
  for (std::size_t i = 0; i < kParts.size(); ++i) {
    if (auto added = add_part(npz, kParts[i], object, films.manifest); !added) {
      return std::move(added).error().at(path.string());
    }
    progress.at(i + 1, "");
  }
  progress.end(counted(static_cast<std::int64_t>(films.manifest.items.size()), "image"));
  return films;
}

}  // namespace osler::workflow::internal
