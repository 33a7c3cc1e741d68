#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"
#include "workflow/home.h"
#include "workflow/reading/worklist.h"

namespace osler::workflow::reading {

struct NamedWindow {
  std::string name;  // "As sent", or what the unit calls it
  double centre = 0.0;
  double width = 1.0;  // in rescaled values
};

// Which side of the patient is at each side of the picture (PS3.3 C.7.6.1.1.1): "R", "L", "H",
// "F", "A", "P". Empty: not known.
struct Sides {
  std::string left, right, top, bottom;
};

// What a viewer must know of one image before it has pixels.
struct FilmFacts {
  std::string original;  // digest of the stored object
  std::string sop_instance_uid;
  std::string sop_class_uid;
  std::string series_instance_uid;
  std::int64_t series_number = 0;
  std::int64_t instance_number = 0;
  std::string modality;
  std::string body_part;
  std::string view;
  std::string laterality;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t frames = 1;
  int bits_stored = 0;
  bool is_signed = false;
  std::string photometric;  // "MONOCHROME1", "MONOCHROME2", "RGB"
  double slope = 1.0;
  double intercept = 0.0;
  std::vector<NamedWindow> windows;                 // the first is how it was sent; never empty
  std::array<double, 2> range{};                    // of rescaled values
  std::optional<std::array<double, 2>> spacing_mm;  // between rows, between columns
  std::string spacing_source;                       // "patient", "detector", or empty
  std::optional<Sides> sides;
  std::vector<std::string> quality;  // names of the labels found at intake
};

// Pixels for a screen.
struct FilmPixels {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t samples = 1;  // 1: 16-bit grey; 3: 8-bit RGB
  int offset = 0;           // stored value = number + offset
  std::string bytes;        // little endian, row-major
  std::string etag;         // of these bytes
};

// Reads films of the identified store for people. Callable from several threads.
class Films {
 public:
  // `home` must outlive it. NotFound: osler-decode is not there.
  [[nodiscard]] static Result<Films> create(Home& home);
  Films(Films&&) noexcept;
  Films& operator=(Films&&) noexcept;
  ~Films();

  // The images of a study by series and instance number, at most `most` of them; `total` counts
  // all. An image that cannot be read is left out.
  struct OfStudy {
    std::vector<FilmFacts> films;
    std::size_t total = 0;
  };
  [[nodiscard]] Result<OfStudy> of_study(const std::string& study_instance_uid,
                                         std::size_t most = 500);

  // NotFound: the study has no such image or frame. NotSupported: more than 16 bits a pixel.
  // DataCorrupt, Unavailable: as decode::Decoder::decode.
  [[nodiscard]] Result<FilmPixels> pixels(const std::string& study_instance_uid,
                                          const std::string& sop_instance_uid, std::size_t frame);
  // A PNG of at most 192 pixels a side, as the film was sent. Errors as pixels().
  [[nodiscard]] Result<std::string> thumbnail(const std::string& study_instance_uid,
                                              const std::string& sop_instance_uid);

  // The same of any stored DICOM object or picture by its digest: research copies and data sets.
  [[nodiscard]] Result<FilmFacts> facts_of(const crypto::Digest& object);
  [[nodiscard]] Result<FilmPixels> pixels_of(const crypto::Digest& object, std::size_t frame);
  [[nodiscard]] Result<std::string> thumbnail_of(const crypto::Digest& object);

 private:
  struct State;
  explicit Films(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Labels found at intake, as sentences for a reader; and what was looked for and not found.
struct QualityWords {
  struct Warning {
    std::string label;
    std::string text;
  };
  std::vector<Warning> warnings;
  std::vector<std::string> passed;
};
[[nodiscard]] QualityWords quality_words(const std::vector<std::string>& labels);

}  // namespace osler::workflow::reading
