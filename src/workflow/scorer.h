#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "clinical/image.h"
#include "clinical/instance.h"
#include "dicom/decode/decoder.h"
#include "explain/novelty/novelty.h"
#include "explain/similar/atlas.h"
#include "imaging/transform/spec.h"
#include "infer/package/package.h"
#include "workflow/predict.h"

namespace osler::workflow {

// The limits of the intended use, as the package carries them.
struct IntendedUse {
  std::vector<std::string> modality;
  std::vector<std::string> body_part;
  std::vector<std::string> view;
  std::optional<std::array<double, 2>> age_years;
};
[[nodiscard]] Result<IntendedUse> intended_use_from_json(std::string_view text);

// Why a film with this header is outside the intended use; empty: it is inside.
[[nodiscard]] std::string outside_because(const clinical::Instance& instance,
                                          const IntendedUse& use);

// Where the network saw the finding, on its last map: coarse, for pages that draw it themselves.
struct FindingMap {
  std::size_t width = 0;
  std::size_t height = 0;
  std::vector<float> values;  // [height, width] in [0, 1], 1 at the peak
  std::array<double, 4> box =
      {};  // left, top, right, bottom of the map on the film, in film pixels
};

// One film's result with what a home keeps beside it.
struct ScoredFilm {
  FilmResult result;
  std::vector<float> features;    // [F] pooled, by which similar films are found; empty: no result
  std::optional<FindingMap> map;  // above the threshold or undecided, where the network has a map
};

// An opened package with what is needed to score films. Callable from several threads.
class Scorer {
 public:
  [[nodiscard]] static Result<Scorer> create(infer::package::Package package);

  // `saliency`: the folder for a heat map; empty: none.
  [[nodiscard]] FilmResult score(const std::string& path, Bytes bytes,
                                 dicom::decode::Decoder& decoder,
                                 const std::filesystem::path& saliency) const;
  [[nodiscard]] ScoredFilm read(const std::string& path, Bytes bytes,
                                dicom::decode::Decoder& decoder) const;
  [[nodiscard]] const infer::package::Package& package() const { return package_; }
  [[nodiscard]] const IntendedUse& intended_use() const { return use_; }
  [[nodiscard]] const std::string& code() const { return code_; }
  [[nodiscard]] const std::string& label() const { return label_; }
  // Past films to show beside a finding; none where the package brings none.
  [[nodiscard]] const std::optional<explain::similar::Atlas>& atlas() const { return atlas_; }

 private:
  // What was seen on the way to a result; image and outputs only where the network ran.
  struct Seen {
    FilmResult result;
    std::optional<clinical::Image> image;
    std::optional<infer::engine::Outputs> outputs;
  };

  explicit Scorer(infer::package::Package package) : package_(std::move(package)) {}
  [[nodiscard]] Seen look(const std::string& path, Bytes bytes,
                          dicom::decode::Decoder& decoder) const;
  // The picture's part: transform, novelty, network, reading.
  void look_at_image(Seen& seen) const;
  [[nodiscard]] bool is_strange(const std::vector<float>& pixels, Seen& seen) const;
  [[nodiscard]] Result<void> draw(const Seen& seen, const std::filesystem::path& folder,
                                  FilmResult& result) const;
  [[nodiscard]] Result<FindingMap> map_of(const Seen& seen) const;

  infer::package::Package package_;
  IntendedUse use_;
  imaging::TransformSpec transform_;
  std::optional<explain::novelty::Detector> novelty_;
  std::optional<explain::similar::Atlas> atlas_;
  std::string code_;
  std::string label_;
};

}  // namespace osler::workflow
