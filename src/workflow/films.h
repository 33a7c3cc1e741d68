#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/arrays/npy.h"
#include "base/progress.h"
#include "base/result.h"
#include "clinical/image.h"
#include "dataset/manifest.h"
#include "dicom/decode/decoder.h"
#include "imaging/transform/spec.h"
#include "workflow/home.h"

namespace osler::workflow {

// How the bytes of an item are read.
inline constexpr std::string_view kMediaDicom = "application/dicom";
inline constexpr std::string_view kMediaPng = "image/png";
inline constexpr std::string_view kMediaJpeg = "image/jpeg";
// One row of an array of an .npz: attributes "array" and "index" say which.
inline constexpr std::string_view kMediaNpzRow = "application/x-npz-row";

// Reads the films of a data set from the store. Callable from several threads at once.
class FilmReader {
 public:
  // NotFound: osler-decode is not beside the program.
  [[nodiscard]] static Result<FilmReader> create(Home& home);
  FilmReader(FilmReader&&) noexcept;
  ~FilmReader();

  // The item's first frame. NotFound, DataCorrupt: as the store and the decoder say; the message
  // names the item's id.
  [[nodiscard]] Result<clinical::Image> read(const dataset::Item& item);
  [[nodiscard]] dicom::decode::Decoder& decoder();

 private:
  struct State;
  explicit FilmReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A row of an array [n, height, width] or [n, height, width, channels] of bytes.
// InvalidArgument: another shape or type, or no such row.
[[nodiscard]] Result<clinical::Image> npz_row(const arrays::Array& array, std::size_t index);

// The films of a data set as a network takes them: float32 [n, 1, H, W] in the order of the
// manifest, made on all threads, kept in the home's cache under the digests of data and transform.
// FailedPrecondition: a film that the transform cannot take; the message names its id.
[[nodiscard]] Result<std::filesystem::path> materialise(Home& home,
                                                        const dataset::Manifest& manifest,
                                                        const imaging::TransformSpec& transform,
                                                        Progress& progress);

}  // namespace osler::workflow
